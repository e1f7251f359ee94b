/* Digits on a keypad that has no colon: 12340 is that many seconds. Where that is outside the activity's plausible range
   and the same digits read as a clock are inside it, that reading is offered beside the field, and never assumed. */

import { changedBy, fieldAt, form } from "./cells.js";

const DIGITS = /^[0-9]{3,8}$/;
const limit = (name) => (form.dataset[name] ? Number(form.dataset[name]) : null);
const [low, high] = [limit("low"), limit("high")];

const isPlausible = (seconds) => (low === null || seconds >= low) && (high === null || seconds <= high);

/* m:ss.cc first, then m:ss: those of the two that a clock can show and that are plausible. */
export function readings(text) {
  if (!DIGITS.test(text) || (low === null && high === null) || isPlausible(Number(text))) return [];
  const found = [];
  const fine = /^([0-9]*)([0-9]{2})([0-9]{2})$/.exec(text);
  const coarse = /^([0-9]+)([0-9]{2})$/.exec(text);
  if (fine && fine[2] < "60") found.push([`${Number(fine[1])}:${fine[2]}${form.dataset.decimal}${fine[3]}`, Number(fine[1]) * 60 + Number(`${fine[2]}.${fine[3]}`)]);
  if (coarse && coarse[2] < "60") found.push([`${Number(coarse[1])}:${coarse[2]}`, Number(coarse[1]) * 60 + Number(coarse[2])]);
  return found.filter(([, seconds]) => isPlausible(seconds)).map(([words]) => words);
}

if (form.dataset.times !== undefined) {
  form.addEventListener("change", ({ target }) => {
    const field = fieldAt(target);
    if (field) offer(field);
  });
  form.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-reading]");
    if (!button) return;
    const field = document.getElementById(button.dataset.for);
    field.value = button.dataset.reading;
    field.focus();
    changedBy(field);
  });
}

/* Beside the row's state, which is swapped: the offer stays until the field says something else. */
function offer(field) {
  const row = field.closest(".row");
  row.querySelector(`.row__offer[data-of="${field.id}"]`)?.remove();
  const found = readings(field.value.trim());
  if (!found.length) return;
  const box = document.getElementById("offer").content.firstElementChild.cloneNode(true);
  box.dataset.of = field.id;
  box.querySelector("[data-question]").textContent = box.dataset.text.replace("{seconds}", field.value.trim());
  const [button] = box.getElementsByTagName("button");
  button.replaceWith(...found.map((reading) => {
    const choice = button.cloneNode(true);
    [choice.dataset.reading, choice.dataset.for, choice.textContent] = [reading, field.id, reading];
    return choice;
  }));
  row.append(box);
}
