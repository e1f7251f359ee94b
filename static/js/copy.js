/* <button data-copy="field"> copies that field and says so for a moment. */

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    return; // Not allowed here, as over plain HTTP: it is selected, and the keyboard can copy it.
  }
  const words = button.lastChild;
  const before = words.textContent;
  words.textContent = ` ${document.body.dataset.textCopied}`;
  button.setAttribute("aria-live", "polite");
  setTimeout(() => { words.textContent = before; }, 2000);
});
