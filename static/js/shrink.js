// Photos are made as small as their reader needs before they leave the phone: a hall has one network for everybody.
// What this browser cannot open, and what is small already, goes as it is.
const LARGEST_SIDE = 2600;
const SMALL = 1_200_000;
const OPENED = ["image/jpeg", "image/png", "image/webp"];

const isLarge = (file) => OPENED.includes(file.type) && file.size > SMALL;

async function shrunk(file) {
  if (!isLarge(file)) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LARGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const made = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.88); });
    return made && made.size < file.size ? new File([made], file.name.replace(/\.\w+$/, ".jpg"), { type: made.type }) : file;
  } catch {
    return file;
  }
}

const form = document.querySelector("[data-shrink]");

form?.addEventListener("submit", async (event) => {
  const input = form.querySelector("input[type=file]");
  if (form.dataset.shrink === "done" || ![...input.files].some(isLarge)) return;
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  const kept = new DataTransfer();
  for (const file of input.files) kept.items.add(await shrunk(file));
  input.files = kept.files;
  form.dataset.shrink = "done";
  button.disabled = false;
  // Not before this event is over: a form that is being submitted cannot be submitted again.
  setTimeout(() => form.requestSubmit(button));
});

// Back from the next page, the form is as it was.
window.addEventListener("pageshow", () => { if (form) form.dataset.shrink = ""; });
