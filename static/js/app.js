/* What every page shares. Pages work without it; their words come from the page, so that they are translated. */

import "./confirm.js";
import "./copy.js";
import "./dialogs.js";
import "./requests.js";
import "./toasts.js";

document.querySelector("[data-focus]")?.focus();
