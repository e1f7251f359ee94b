/* The keyboard on a sheet: Enter and arrows go from cell to cell. */

import { columns, fieldAt, form, rows } from "./cells.js";

form.addEventListener("keydown", (event) => {
  const field = fieldAt(event.target);
  if (!field || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const radio = field.type === "radio";
  const step = {
    Enter: [event.shiftKey ? -1 : 1, 0],
    ArrowDown: radio ? null : [1, 0],
    ArrowUp: radio ? null : [-1, 0],
    ArrowRight: !radio && atEnd(field) ? [0, 1] : null,
    ArrowLeft: !radio && atStart(field) ? [0, -1] : null,
  }[event.key];
  if (!step) return;
  const moved = event.key === "Enter" ? go(field, step[0]) : move(field, ...step);
  if (moved || event.key === "Enter") event.preventDefault();
});

form.addEventListener("focusin", (event) => {
  const field = fieldAt(event.target);
  if (field?.classList.contains("row__field")) field.select();
});

function atEnd(field) { return field.selectionStart === field.value.length || isSelected(field); }
function atStart(field) { return field.selectionEnd === 0 || isSelected(field); }
function isSelected(field) { return field.selectionEnd - field.selectionStart === field.value.length; }

/* Down the column, and on from its end to the head of the next one. Past the last cell: leaving the field saves it. */
export function go(field, down) {
  if (move(field, down, 0)) return true;
  const all = rows();
  const next = columns(field.closest(".row")).findIndex((fields) => fields.includes(field)) + down;
  const target = columns(all.at(down > 0 ? 0 : -1))[next];
  if (target) focus(target);
  else if (down > 0) field.blur();
  return Boolean(target);
}

/* Go so many rows down and fields right; whether there is somewhere to go. */
export function move(field, down, right) {
  const row = field.closest(".row");
  const all = rows();
  const column = columns(row).findIndex((fields) => fields.includes(field)) + right;
  const target = all[all.indexOf(row) + down] && columns(all[all.indexOf(row) + down])[column];
  if (target) focus(target);
  return Boolean(target);
}

export function focus(fields) { (fields.find((field) => field.checked) ?? fields[0]).focus(); }
