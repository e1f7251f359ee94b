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

// On a phone the current tab may lie beyond the edge.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// Who is signed in now is whose sheets may be shown without a network.
if (user) navigator.serviceWorker?.getRegistration().then((kept) => kept?.active?.postMessage({ reader: user }));

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-print]")) window.print();
});
