/* Has the service worker keep this page and those it links to, so that they open without a network. */

import { user } from "./sync.js";

const missing = document.getElementById("pill-missing");

async function keepHere() {
  try {
    await navigator.serviceWorker.register("/worker.js", { scope: "/" });
    const { active } = await navigator.serviceWorker.ready;
    const links = [...document.querySelectorAll("a[data-keep]")].map((link) => link.pathname);
    active.postMessage({ reader: user, keep: [location.pathname, ...links] });
    navigator.storage?.persist?.();
    if (missing) missing.hidden = true;
  } catch {
    if (missing) missing.hidden = window.isSecureContext; // Over HTTPS the next page tries again.
  }
}

// Browsers have it over HTTPS only. Without, the outbox still keeps what is typed while this page is open.
if (navigator.serviceWorker) keepHere();
else if (missing) missing.hidden = false;
