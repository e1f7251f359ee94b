/* Writes into a cell as if it had been typed. */

import { changedBy } from "./cells.js";

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
