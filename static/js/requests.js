/* While htmx asks: the piece is busy, and after a moment a line shows. When it fails: what was typed stays. */

import { toast } from "./toasts.js";

const PATIENCE = 400;
const waiting = new Map();

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  detail.target.setAttribute("aria-busy", "true");
  waiting.set(detail.xhr, setTimeout(() => document.documentElement.classList.add("is-busy"), PATIENCE));
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  detail.target.removeAttribute("aria-busy");
  clearTimeout(waiting.get(detail.xhr));
  waiting.delete(detail.xhr);
  if (waiting.size === 0) document.documentElement.classList.remove("is-busy");
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  // An error that Laurel did not word itself, as from a proxy, must not replace what is on the page.
  const { status } = detail.xhr;
  const worded = status < 400 || status === 409 || status === 422 || detail.xhr.getResponseHeader("HX-Retarget");
  if (worded) return;
  detail.shouldSwap = false;
  toast(document.body.dataset.textFailed);
});

for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, () => toast(document.body.dataset.textOffline));
}
