/* A question on a row: what was probably meant is typed in by one tap, and Enter on the same words again keeps them. */

const form = document.querySelector("[data-sheet]");
const stateOf = (row) => row.querySelector(".row__state");

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-instead]");
  if (!button) return;
  event.preventDefault();
  const field = button.closest(".row").querySelectorAll(".row__field")[button.dataset.instead - 1];
  field.value = button.value;
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
});

form.addEventListener("focusin", ({ target }) => { if (target.matches(".row__field")) target.dataset.found = target.value; });

form.addEventListener("keydown", (event) => {
  const row = event.target.closest(".row");
  if (event.key !== "Enter" || event.isComposing || !row || !event.target.matches(".row__field")) return;
  if (!stateOf(row).classList.contains("is-doubtful") || event.target.value !== event.target.dataset.found) return;
  stateOf(row).querySelector("[data-confirm-doubt]")?.click();
}, { capture: true });
