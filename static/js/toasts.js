/* Toasts close themselves after a while, but not while somebody reads or touches them. */

const STAY = { bad: 15000, other: 6000 };
const region = document.getElementById("toasts");

export function toast(text) {
  const element = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  const shown = [...region.querySelectorAll(".toast__title")].some((title) => title.textContent === text);
  if (shown) return;
  element.querySelector(".toast__title").textContent = text;
  region.append(element);
}

function arrived(element) {
  const dialog = document.querySelector("dialog[open]");
  if (dialog && !dialog.contains(element)) {
    // Behind an open dialog a toast could be neither seen nor heard.
    element.setAttribute("role", "alert");
    dialog.prepend(element);
  }
  let timer;
  const wait = () => { timer = setTimeout(() => element.remove(), STAY[element.dataset.kind] ?? STAY.other); };
  const hold = () => clearTimeout(timer);
  element.addEventListener("pointerenter", hold);
  element.addEventListener("pointerleave", wait);
  element.addEventListener("focusin", hold);
  element.addEventListener("focusout", wait);
  element.querySelector("[data-close]")?.addEventListener("click", () => element.remove());
  wait();
}

if (region) {
  region.querySelectorAll(".toast").forEach(arrived);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) if (node.matches?.(".toast")) arrived(node);
    }
  }).observe(region, { childList: true });
}
