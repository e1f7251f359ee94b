/* Says in words where what was typed is: online, saving, waiting and for what, in conflict. */

import * as outbox from "./outbox.js";
import { news, state, user } from "./sync.js";

const pill = document.getElementById("sheet-pill");

async function tell() {
  const mine = (await outbox.all()).filter((edit) => edit.user === user);
  const count = (name) => mine.filter((edit) => edit.state === name).length;
  const waiting = Math.max(count("waiting"), document.querySelectorAll(".row__state.is-waiting").length);
  const conflicts = count("conflict");
  const unsettled = mine.length - count("waiting");
  if (waiting && isStuck()) say(stuckIn(), "warn", waiting);
  else if (unsettled && unsettled === conflicts) say("conflict", "bad", conflicts);
  else if (unsettled) say("attention", "bad", unsettled);
  else if (waiting) say("saving", "");
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

if (pill && !document.querySelector("[data-sheet][inert]")) {
  news.addEventListener("change", tell);
  tell();
}
