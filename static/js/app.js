/* What every page shares. Pages work without it; their words come from the page, so that they are translated. */

import "./boxes.js";
import "./confirm.js";
import "./copy.js";
import "./dialogs.js";
import "./requests.js";
import { user } from "./sync.js";
import "./toasts.js";

// What is wrong with a form is read first, on a new page as in a new piece.
document.addEventListener("htmx:load", ({ detail }) => detail.elt.querySelector("[data-focus]")?.focus());

// A piece can be seen a moment before htmx listens to it, and a page before its scripts are there: what was ticked by
// then is sent now.
document.addEventListener("htmx:load", ({ detail }) => {
  for (const form of detail.elt.querySelectorAll("form[hx-trigger='change']")) {
    if ([...form.elements].some((field) => field.checked !== field.defaultChecked)) form.dispatchEvent(new Event("change"));
  }
});

// On a phone the current tab may lie beyond the edge.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// Who is signed in now is whose sheets may be shown without a network.
if (user) navigator.serviceWorker?.getRegistration().then((kept) => kept?.active?.postMessage({ reader: user }));

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-print]")) window.print();
});
