/* The keyboard on a sheet: Enter and arrows go from cell to cell; one letter stands for DNS, DNF, DSQ, and yes or no. */

import { columns, fieldAt, form, isFilled, rows } from "./cells.js";
import { write } from "./writing.js";

const LETTERS = { s: "DNS", f: "DNF", q: "DSQ" };
const TICKS = { 1: "1", y: "1", a: "1", x: "1", 0: "0", n: "0", s: "DNS" };

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
  if (!step) return letter(event, field, radio);
  const moved = event.key === "Enter" ? go(field, step[0]) : move(field, ...step);
  if (moved || event.key === "Enter") event.preventDefault();
});

form.addEventListener("focusin", (event) => {
  const field = fieldAt(event.target);
  if (field?.classList.contains("row__field")) field.select();
});

/* In an empty cell, or one that is selected as a whole: "dns" can be written out as well. */
function letter(event, field, radio) {
  const key = event.key.toLowerCase();
  const text = radio ? TICKS[key] : (isSelected(field) ? LETTERS[key] : undefined);
  if (text === undefined || !write(field, text)) return;
  event.preventDefault();
  if (radio) focus(columns(field.closest(".row")).find((fields) => fields.includes(field)));
  else field.select();
}

// Enter begins where nothing is written yet, so that a sheet needs no mouse at all.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target !== document.body || form.inert) return;
  const row = rows().find((candidate) => !isFilled(candidate)) ?? rows()[0];
  if (row) focus(columns(row)[0]);
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

/* Whoever hides rows shows this one first: what is hidden takes no focus. */
export function focus(fields) {
  fields[0].dispatchEvent(new Event("wanted", { bubbles: true }));
  (fields.find((field) => field.checked) ?? fields[0]).focus();
}
