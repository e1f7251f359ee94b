/* "/" or the magnifier: go to a participant by number or by a part of the name, without accents. */

import { columns, form, rows } from "./cells.js";
import { focus } from "./moving.js";

const dialog = document.getElementById("jump");
const field = dialog?.querySelector("input");
const list = dialog?.querySelector("[role=listbox]");
const MOST = 8;

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

if (dialog) {
  document.querySelector("[data-jump]")?.addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || (typing && !form.contains(typing))) return;
    event.preventDefault();
    open();
  });
  field.addEventListener("input", find);
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(current() + step);
    else if (event.key === "Enter") go(list.children[current()]);
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", ({ target }) => go(target.closest("[role=option]")));
}

function open() {
  field.value = "";
  find();
  dialog.showModal();
  field.focus();
}

function find() {
  const wanted = plain(field.value);
  list.replaceChildren(...(wanted ? matches(wanted) : rows()).slice(0, MOST).map(option));
  dialog.querySelector("[data-none]").hidden = list.children.length > 0;
  choose(0);
}

/* An exact number first, then numbers and names that begin so, then those that hold it. */
function matches(wanted) {
  const rank = (row) => {
    const [number, name] = [".row__number", ".row__name"].map((part) => plain(row.querySelector(part)?.textContent ?? ""));
    if (number === wanted) return 0;
    if (number.startsWith(wanted) || name.split(/\s+/).some((word) => word.startsWith(wanted)) || name.startsWith(wanted)) return 1;
    return name.includes(wanted) ? 2 : 3;
  };
  return rows().map((row) => [rank(row), row]).filter(([place]) => place < 3).sort(([one], [other]) => one - other).map(([, row]) => row);
}

function option(row, index) {
  const item = document.createElement("li");
  item.role = "option";
  item.id = `jump-${index}`;
  item.className = "jump__option";
  item.dataset.row = row.id;
  item.textContent = row.querySelector(".row__who").innerText;
  return item;
}

const current = () => [...list.children].findIndex((item) => item.ariaSelected === "true");

function choose(index) {
  const items = [...list.children];
  const chosen = items[Math.max(0, Math.min(index, items.length - 1))];
  for (const item of items) item.ariaSelected = String(item === chosen);
  field.setAttribute("aria-activedescendant", chosen?.id ?? "");
  chosen?.scrollIntoView({ block: "nearest" });
}

function go(item) {
  if (!item) return;
  const groups = columns(document.getElementById(item.dataset.row));
  const target = groups.find((fields) => (fields[0].type === "radio" ? !fields.some((one) => one.checked && one.value) : !fields[0].value)) ?? groups[0];
  dialog.addEventListener("close", () => focus(target), { once: true }); // It gives the focus back to where it was first.
  dialog.close();
}
