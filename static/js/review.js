// Enter goes to the next row that needs a person's eyes, and after the last one to the button that saves.
const form = document.querySelector("[data-review]");

function next(from) {
  const doubtful = [...form.querySelectorAll("[data-doubtful]")];
  return doubtful.find((field) => from.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING);
}

form?.addEventListener("keydown", (event) => {
  const walks = event.target.matches("input:not([type=checkbox]), select");
  if (event.key !== "Enter" || !walks) return;
  event.preventDefault();
  const field = next(event.target) ?? form.querySelector("button[type=submit]");
  field?.focus();
  field?.select?.();
});

const first = form?.querySelector("[data-doubtful]:not([readonly])") ?? form?.querySelector("button[type=submit]");
first?.focus();
first?.select?.();
