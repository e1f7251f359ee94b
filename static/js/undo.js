/* Undo by key: Ctrl+Z (or Cmd+Z) takes back the last save, where there is nothing typed that the browser would undo. */

const undo = document.querySelector("[data-undo]");

document.addEventListener("focusin", ({ target }) => { if (target.matches?.(".row__field")) target.dataset.entered = target.value; });

document.addEventListener("keydown", (event) => {
  if (!undo || event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  if (event.target.matches("input, textarea") && event.target.value !== event.target.dataset.entered) return;
  event.preventDefault();
  undo.requestSubmit();
});
