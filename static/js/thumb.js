/* The thumb bar: what stands for a value, a colon, clear, and on to the next empty row. */

import { columns, fieldAt, form, isFilled, rows, stateOf } from "./cells.js";
import { focus, go } from "./moving.js";
import { write } from "./writing.js";

const thumb = document.querySelector("[data-thumb]");
let last = null;

form.addEventListener("focusin", (event) => { last = fieldAt(event.target) ?? last; });

if (thumb) {
  thumb.hidden = false;
  thumb.addEventListener("pointerdown", (event) => event.preventDefault()); // The field keeps its focus and keyboard.
  thumb.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const field = last?.isConnected ? last : rows()[0] && columns(rows()[0])[0][0];
    if (!button || !field || button.dataset.step) return;
    if (button.dataset.next !== undefined) nextEmpty(field);
    else if (button.dataset.insert) insert(field, button.dataset.insert);
    else if (button.dataset.fill !== undefined) fill(field, button.dataset.fill);
  });
}

function fill(field, text) {
  if (!write(field, text)) return;
  if (text) go(field, 1);
  else field.focus();
}

function insert(field, text) {
  field.focus();
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function nextEmpty(field) {
  const all = rows();
  const start = all.indexOf(field.closest(".row"));
  const order = [...all.slice(start + 1), ...all.slice(0, start + 1)];
  const row = order.find((candidate) => !stateOf(candidate).hasAttribute("data-done") && !isFilled(candidate));
  if (row) focus(columns(row)[0]);
  else field.blur();
}
