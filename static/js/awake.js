/* The screen stays on while somebody scores, where the browser lets it: until nothing was typed for a while. */

import { form } from "./cells.js";

const IDLE = 5 * 60_000;

let lock = null;
let timer = 0;

async function stayAwake() {
  clearTimeout(timer);
  timer = setTimeout(rest, IDLE);
  if (lock || document.hidden) return;
  try {
    lock = await navigator.wakeLock.request("screen");
    lock.addEventListener("release", () => { lock = null; });
  } catch {
    // A low battery, or a browser that does not want to: the screen goes dark as ever.
  }
}

function rest() { lock?.release(); }

if (navigator.wakeLock) {
  for (const name of ["focusin", "input"]) form.addEventListener(name, stayAwake);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && form.contains(document.activeElement)) stayAwake(); });
}
