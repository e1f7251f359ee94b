/* One participant at a time, large, with the one before and the next: for a station where they come one by one. */

import { columns, fieldAt, form, rows } from "./cells.js";
import { focus } from "./moving.js";

const KEY = "laurel one at a time";
const toggle = document.querySelector("[data-single]");
const steps = document.querySelector("[data-steps]");

let shown = null;

if (toggle && steps) {
  toggle.addEventListener("click", () => set(toggle.getAttribute("aria-pressed") !== "true"));
  steps.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button) step(Number(button.dataset.step));
  });
  for (const name of ["wanted", "focusin"]) form.addEventListener(name, ({ target }) => { if (fieldAt(target)) show(target.closest(".row")); });
  if (sessionStorage.getItem(KEY)) set(true);
}

function set(on) {
  sessionStorage[on ? "setItem" : "removeItem"](KEY, "1");
  toggle.setAttribute("aria-pressed", String(on));
  form.classList.toggle("is-single", on);
  steps.hidden = !on;
  show(shown ?? rows()[0]);
}

function show(row) {
  shown = row;
  for (const other of rows()) other.classList.toggle("is-shown", other === row);
  const all = rows();
  const place = all.indexOf(row);
  steps.querySelector("[data-place]").textContent = `${place + 1} / ${all.length}`;
  steps.querySelector('[data-step="-1"]').disabled = place === 0;
  steps.querySelector('[data-step="1"]').disabled = place === all.length - 1;
}

function step(by) {
  const row = rows()[rows().indexOf(shown) + by];
  if (!row) return;
  show(row);
  focus(columns(row)[0]);
}
