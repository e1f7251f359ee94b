/* <form data-confirm="Delete this event?"> is sent only after a yes. The dialog repeats the words of the button. */

const dialog = document.getElementById("confirm");
const confirmed = new WeakSet();

document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (!question || !dialog || confirmed.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(question, event.submitter, () => {
    confirmed.add(form);
    form.requestSubmit(event.submitter);
  });
}, { capture: true });

function ask(question, submitter, go) {
  const yes = dialog.querySelector("[value=yes]");
  dialog.querySelector("h2").textContent = question;
  if (submitter) yes.textContent = submitter.textContent.trim() || submitter.title || yes.textContent;
  dialog.returnValue = "";
  dialog.addEventListener("close", () => { if (dialog.returnValue === "yes") go(); }, { once: true });
  dialog.showModal();
}
