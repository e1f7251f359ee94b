/* The rows of the open sheet and their fields: what stands in them, and where they are. */

export const form = document.querySelector("[data-sheet]");
export const sheet = form.getAttribute("action");

const FIELDS = ".row__field, .pick input";

export const rows = () => [...form.querySelectorAll(".row")];
export const rowOf = (participant) => document.getElementById(`row-${participant}`);
export const fieldAt = (element) => element.closest?.(FIELDS);
export const fieldsOf = (row) => [...row.querySelectorAll(FIELDS)];
export const stateOf = (row) => row.querySelector(".row__state");
export const shownIn = (row) => JSON.parse(stateOf(row).dataset.shown);

/* The fields of a row by mark; the choices of one pick count as one. */
export function columns(row) {
  const groups = [];
  for (const field of fieldsOf(row)) {
    if (field.type === "radio" && groups.length && groups.at(-1)[0].name === field.name) groups.at(-1).push(field);
    else groups.push([field]);
  }
  return groups;
}

export const textsOf = (row) => columns(row).map((fields) => (fields[0].type === "radio" ? fields.find((field) => field.checked)?.value ?? "" : fields[0].value));

export const isFilled = (row) => textsOf(row).some(Boolean);

/* Totals listen to input, the outbox to change: nothing that a script wrote is sent. */
export function setTexts(row, texts) {
  columns(row).forEach((fields, index) => setText(fields, texts[index] ?? ""));
  row.querySelector(FIELDS)?.dispatchEvent(new Event("input", { bubbles: true }));
}

export function setText(fields, text) {
  if (fields[0].type !== "radio") fields[0].value = text;
  else for (const field of fields) field.checked = field.value === ({ "✓": "1", "✗": "0" }[text] ?? text);
}

export function changedBy(script) { script.dispatchEvent(new Event("change", { bubbles: true })); }
