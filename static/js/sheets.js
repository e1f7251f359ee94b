/* The list of sheets: they are kept for when there is no network, and each says what of it waits here. */

import "./offline.js";
import "./pill.js";
import * as outbox from "./outbox.js";
import { news, user } from "./sync.js";

async function tell() {
  const mine = (await outbox.all()).filter((edit) => edit.user === user);
  for (const link of document.querySelectorAll("a[data-keep], .cell-link")) {
    const count = mine.filter((edit) => edit.sheet === link.pathname).length;
    const chip = link.querySelector("[data-waiting]") ?? document.getElementById("waiting-chip").content.firstElementChild.cloneNode(true);
    chip.textContent = chip.dataset.waiting.replace("{n}", count);
    if (count) link.querySelector(".status")?.after(chip);
    else chip.remove();
  }
}

news.addEventListener("change", tell);
tell();
