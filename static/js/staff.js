/* Evaluators are dragged onto groups: a drop chooses the group in their row's select, which is what the form sends.
   Whoever has no pointer uses the select; both always say the same. */

const form = document.querySelector("[data-staff]");
const drops = [...document.querySelectorAll("[data-drop]")];
let held = null;

form.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  grip.setPointerCapture(event.pointerId);
  held = { grip, row: grip.closest("tr"), x: event.clientX, y: event.clientY };
  held.row.classList.add("is-held");
});

form.addEventListener("pointermove", (event) => {
  if (!held) return;
  held.grip.style.translate = `${event.clientX - held.x}px ${event.clientY - held.y}px`;
  const over = dropAt(event);
  drops.forEach((drop) => drop.classList.toggle("is-over", drop === over));
});

form.addEventListener("pointerup", (event) => {
  const drop = held && dropAt(event);
  if (drop) choose(held.row.querySelector("select"), drop.dataset.drop);
  release();
});
form.addEventListener("pointercancel", release);
form.addEventListener("keydown", (event) => { if (event.key === "Escape" && held) release(); });
form.addEventListener("change", show);

function dropAt({ clientX, clientY }) {
  return drops.find((drop) => {
    const box = drop.getBoundingClientRect();
    return clientX >= box.left && clientX <= box.right && clientY >= box.top && clientY <= box.bottom;
  });
}

function choose(select, group) {
  select.value = group;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

function release() {
  if (!held) return;
  held.grip.style.translate = "";
  held.row.classList.remove("is-held");
  drops.forEach((drop) => drop.classList.remove("is-over"));
  held = null;
}

/* Each group with the names of those who would score it. */
function show() {
  for (const drop of drops) {
    const names = [...form.querySelectorAll("select")].filter((select) => select.value === drop.dataset.drop).map((select) => select.closest("tr").dataset.name);
    drop.querySelector("[data-names]").textContent = names.join(", ");
  }
}

document.querySelectorAll("[data-grip], [data-drops]").forEach((element) => { element.hidden = false; });
show();
