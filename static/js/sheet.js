/* A sheet: Enter and arrows move, the thumb bar fills, each row shows what waits. Values travel by the outbox. */

import { form, rows, stateOf } from "./cells.js";
import "./awake.js";
import "./clock.js";
import "./jump.js";
import "./moving.js";
import "./offline.js";
import "./pill.js";
import "./saving.js";
import "./single.js";
import "./thumb.js";
import { news } from "./sync.js";

function tell() {
  const all = rows();
  const done = all.filter((row) => stateOf(row).hasAttribute("data-done")).length;
  const words = document.getElementById("sheet-done");
  words.textContent = words.dataset.text.replace("{done}", done).replace("{people}", all.length);
  document.querySelector(".sheet-head progress").value = done;
}

news.addEventListener("change", tell);
form.addEventListener("htmx:afterSettle", tell);
