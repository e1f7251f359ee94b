/* Between the rows of the sheet and the outbox: what is typed goes in, and each answer's piece is shown in its row.
   Only the state of a row is ever swapped, so that focus, caret and what is being typed are never touched. */

import { columns, fieldsOf, form, rowOf, rows, setText, setTexts, sheet, shownIn, stateOf, textsOf } from "./cells.js";
import * as outbox from "./outbox.js";
import { changed, news, user } from "./sync.js";
import { toast } from "./toasts.js";

const participantOf = (row) => Number(row.dataset.participant);
const nameOf = (row) => ({ user, sheet, participant: participantOf(row) });
const piece = (id) => document.getElementById(id).content.cloneNode(true);

const putting = new Map(); // How many edits of a row are on their way into the outbox.

// Typed -----------------------------------------------------------------------------------------------------------

form.addEventListener("change", ({ target }) => {
  const row = target.closest(".row");
  if (row && fieldsOf(row).includes(target)) save(row);
});

async function save(row) {
  const edit = { ...nameOf(row), by: form.dataset.by, marks: textsOf(row), version: versionOf(row) };
  putting.set(row, (putting.get(row) ?? 0) + 1);
  showWaiting(row);
  await keep(() => outbox.put(edit), () => putting.set(row, putting.get(row) - 1));
}

/* The version that the writer has seen; -1 where a row has lost it, so that a differing value is a conflict. */
function versionOf(row) { return Number(row.querySelector(`input[name^="version-"]`)?.value ?? -1); }

/* Change the outbox, and send it. */
async function keep(change, done) {
  try {
    await change();
  } catch {
    toast(document.body.dataset.textNotKept);
  }
  done?.();
  await changed();
}

// Decided ---------------------------------------------------------------------------------------------------------

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-again], [data-take-back]");
  const row = button?.closest(".row");
  if (!row) return;
  event.preventDefault();
  focusRow(row);
  if (button.dataset.again !== undefined) {
    showWaiting(row);
    keep(() => outbox.again(nameOf(row), JSON.parse(button.dataset.again)));
  } else {
    window.htmx.ajax("GET", `${sheet}/${participantOf(row)}`, { source: stateOf(row), target: stateOf(row), swap: "outerHTML" });
  }
});

// The row as it stands at Laurel, which was asked for: what waited here is given up.
form.addEventListener("htmx:afterSettle", (event) => {
  const row = event.target.closest?.(".row");
  if (!row || !stateOf(row).hasAttribute("data-replace")) return;
  setTexts(row, shownIn(row));
  fieldsOf(row).forEach((field) => field.removeAttribute("aria-invalid"));
  if (document.activeElement === document.body) focusRow(row);
  keep(() => outbox.drop(nameOf(row)));
});

function focusRow(row) { columns(row)[0][0].focus(); }

// Answered --------------------------------------------------------------------------------------------------------

news.addEventListener("answer", async ({ detail: answer }) => {
  const { edit } = answer;
  const row = edit?.user === user && edit.sheet === sheet && rowOf(edit.participant);
  if (!row) return;
  const typedOn = (await outbox.all()).some((other) => outbox.isSameRow(other, edit) && other.state === "waiting");
  show(row, answer);
  if (typedOn || putting.get(row)) showWaiting(row); // What was typed since is not answered yet, and must not be taken back.
  else takeOver(row, answer);
});

function show(row, { verdict, state, detail }) {
  const before = stateOf(row);
  const hadFocus = before.contains(document.activeElement);
  if (state) {
    before.outerHTML = state;
    window.htmx.process(stateOf(row));
  } else {
    before.classList.remove("is-waiting");
    before.classList.add("is-refused");
    before.querySelector(".row__mark").replaceChildren(piece("refused-mark"));
    const words = document.createElement("span");
    words.textContent = detail;
    before.querySelector(".row__error").replaceChildren(words, piece("refused-actions"));
  }
  if (hadFocus) focusRow(row);
  for (const field of fieldsOf(row)) field.toggleAttribute("aria-invalid", false);
  if (verdict === "refused") fieldsOf(row).forEach((field) => field.setAttribute("aria-invalid", "true"));
}

/* Laurel's words for what was typed, where nobody has typed on and no caret stands. */
function takeOver(row, { verdict, edit }) {
  if (verdict !== "saved" && verdict !== "unchanged") return;
  const shown = shownIn(row);
  columns(row).forEach((fields, index) => {
    const [field] = fields;
    if (field.type === "radio" || field.value !== edit.marks[index]) return;
    const isHere = field === document.activeElement;
    if (isHere && field.selectionEnd - field.selectionStart < field.value.length) return;
    setText(fields, shown[index]);
    if (isHere) field.select();
  });
}

function showWaiting(row) {
  const state = stateOf(row);
  state.classList.remove("is-refused", "is-conflict", "is-doubtful");
  state.classList.add("is-waiting");
  state.querySelector(".row__mark").replaceChildren(piece("waiting-mark"));
  state.querySelector(".row__error").replaceChildren();
  news.dispatchEvent(new Event("change"));
}

// Begun -----------------------------------------------------------------------------------------------------------

/* What a kept page does not know yet; and what waits from before, typed in again on the version that it was for. */
async function restore() {
  await outbox.recover();
  for (const { participant, version, piece: state } of await outbox.answeredSince(user, sheet, Number(form.dataset.at))) {
    const row = rowOf(participant);
    if (!row || version <= versionOf(row)) continue;
    show(row, { verdict: "saved", state });
    setTexts(row, shownIn(row));
  }
  const mine = (await outbox.all()).filter((edit) => edit.user === user && edit.sheet === sheet);
  for (const edit of mine) {
    const row = rowOf(edit.participant);
    if (!row) continue;
    setTexts(row, edit.marks);
    if (edit.state === "waiting") showWaiting(row);
    else show(row, { verdict: edit.state, state: edit.piece, detail: edit.detail });
  }
}

restore().then(() => rows().length && changed());
