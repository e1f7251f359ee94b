/* The thumb bar: what stands for a value, a colon, clear, and on to the next empty row. */

import { changedBy, columns, fieldAt, form, isFilled, rows, stateOf } from "./cells.js";
import { focus, go } from "./moving.js";

const thumb = document.querySelector("[data-thumb]");
let last = null;

form.addEventListener("focusin", (event) => { last = fieldAt(event.target) ?? last; });

if (thumb) {
  thumb.hidden = false;
  thumb.addEventListener("pointerdown", (event) => event.preventDefault()); // The field keeps its focus and keyboard.
  thumb.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const field = last?.isConnected ? last : rows()[0] && columns(rows()[0])[0][0];
    if (!button || !field) return;
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

/* Whether the cell takes this text. */
export function write(field, text) {
  if (field.type === "radio") {
    const choice = [...field.closest(".pick").querySelectorAll("input")].find((input) => input.value === text);
    if (!choice) return false;
    choice.checked = true;
  } else {
    field.value = text;
  }
  changedBy(field);
  return true;
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
