/* <a href="/people/new" data-dialog="new-person"> opens that dialog instead of following the link.
   <a href="…" hx-get="…" hx-target="#dialog-body" data-dialog="dialog"> opens when its content has come.
   The event `close-dialog`, which a server can send in HX-Trigger, closes what is open. */

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    if (!opener.hasAttribute("hx-get")) document.getElementById(opener.dataset.dialog)?.showModal();
  }
  const dialog = event.target;
  if (dialog.matches?.("dialog[open]") && !("closedBy" in dialog) && isOutside(event, dialog)) dialog.close();
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const dialog = detail.target?.closest?.("dialog"); // Going back has no target.
  if (dialog && !dialog.open) dialog.showModal();
});

document.addEventListener("close-dialog", () => {
  document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
});

function isOutside({ clientX, clientY }, element) {
  const box = element.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}
