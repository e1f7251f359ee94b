/* Says in words where what was typed is: online, saving, waiting and for what, in conflict. */

import * as outbox from "./outbox.js";
import { news, state, user } from "./sync.js";

const pill = document.getElementById("sheet-pill");
const others = document.getElementById("others");
const isReadOnly = Boolean(document.querySelector("[data-sheet][inert]"));

async function tell() {
  const edits = await outbox.all();
  const mine = edits.filter((edit) => edit.user === user);
  tellOfOthers(edits.filter((edit) => edit.user !== user));
  if (isReadOnly && !mine.length) return;
  const count = (name) => mine.filter((edit) => edit.state === name).length;
  const waiting = count("waiting");
  const typed = document.querySelectorAll(".row__state.is-waiting").length;
  const conflicts = count("conflict");
  const unsettled = mine.length - waiting;
  if (waiting && isStuck() && typed <= waiting) say(stuckIn(), "warn", waiting);
  else if (unsettled && unsettled === conflicts) say("conflict", "bad", conflicts);
  else if (unsettled) say("attention", "bad", unsettled);
  else if (waiting || typed) say("saving", "");
  else if (!navigator.onLine) say("offline", "warn");
  else say(document.querySelector(".row__state[data-done]") ? "saved" : "online", "ok");
}

const isStuck = () => !navigator.onLine || state.trouble !== "";
const stuckIn = () => ({ "signed-out": "signedOut", "other-user": "otherUser", busy: "busy" }[state.trouble] ?? "waiting");

function say(name, kind, number = "") {
  const words = pill.dataset[name].replace("{n}", number);
  if (pill.textContent === words) return;
  const chip = document.createElement(name === "signedOut" ? "a" : "span");
  if (name === "signedOut") chip.href = pill.dataset.signIn;
  chip.className = `status${kind ? ` status--${kind}` : ""}`;
  chip.textContent = words;
  pill.replaceChildren(chip);
}

/* A device that several people share: that something waits, and for whom, but never what. */
function tellOfOthers(edits) {
  const names = [...new Set(edits.map((edit) => edit.by))];
  others.replaceChildren(...names.map((name) => {
    const line = document.createElement("p");
    line.textContent = others.dataset.text.replace("{n}", edits.filter((edit) => edit.by === name).length).replaceAll("{name}", name);
    return line;
  }));
  others.hidden = !names.length;
}

news.addEventListener("change", tell);
tell();
