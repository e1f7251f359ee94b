/* A sheet: Enter and arrows move, the thumb bar fills, each row shows what waits. Values travel by htmx, row by row.
   What was typed and is not answered yet is kept in this tab's storage, so that a reload or a sign-in loses nothing. */

const form = document.querySelector("[data-sheet]");
const thumb = document.querySelector("[data-thumb]");
const pill = document.getElementById("sheet-pill");
const RETRY = 4000;

let last = null;

const rows = () => [...form.querySelectorAll(".row")];
const fieldsOf = (row) => [...row.querySelectorAll(".row__field, .pick input")];
const stateOf = (row) => row.querySelector(".row__state");
const keyOf = (row) => `sheet ${row.getAttribute("hx-post")}`;

// Moving ----------------------------------------------------------------------------------------------------------

form.addEventListener("keydown", (event) => {
  const field = event.target.closest(".row__field, .pick input");
  if (!field || event.isComposing) return;
  const radio = field.type === "radio";
  const step = {
    Enter: [event.shiftKey ? -1 : 1, 0],
    ArrowDown: radio ? null : [1, 0],
    ArrowUp: radio ? null : [-1, 0],
    ArrowRight: !radio && atEnd(field) ? [0, 1] : null,
    ArrowLeft: !radio && atStart(field) ? [0, -1] : null,
  }[event.key];
  if (!step) return;
  if (event.key === "Enter" || move(field, ...step, true)) event.preventDefault();
  if (event.key === "Enter") move(field, ...step);
});

form.addEventListener("focusin", (event) => {
  const field = event.target.closest(".row__field, .pick input");
  if (!field) return;
  last = field;
  if (field.classList.contains("row__field") && !field.dataset.touched) field.select();
});

function atEnd(field) { return field.selectionStart === field.value.length || field.selectionEnd - field.selectionStart === field.value.length; }
function atStart(field) { return field.selectionEnd === 0 || field.selectionEnd - field.selectionStart === field.value.length; }

/* Go so many rows down and fields right; whether there is somewhere to go. */
function move(field, down, right) {
  const row = field.closest(".row");
  const all = rows();
  const column = columns(row).findIndex((group) => group.includes(field)) + right;
  const target = columns(all[all.indexOf(row) + down] ?? document.createElement("li"))[column];
  if (!target) {
    if (down > 0) field.blur(); // Past the last row: leaving the field saves it.
    return false;
  }
  (target.find((input) => input.checked) ?? target[0]).focus();
  return true;
}

/* The fields of a row; the choices of one pick count as one. */
function columns(row) {
  const groups = [];
  for (const field of fieldsOf(row)) {
    if (field.type === "radio" && groups.length && groups.at(-1)[0].name === field.name) groups.at(-1).push(field);
    else groups.push([field]);
  }
  return groups;
}

// The thumb bar ---------------------------------------------------------------------------------------------------

if (thumb) {
  thumb.hidden = false;
  thumb.addEventListener("pointerdown", (event) => event.preventDefault()); // The field keeps its focus and keyboard.
  thumb.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const field = last?.isConnected ? last : rows()[0] && columns(rows()[0])[0][0];
    if (!button || !field) return;
    if (button.dataset.next !== undefined) nextEmpty(field);
    else if (button.dataset.insert) insert(field, button.dataset.insert);
    else fill(field, button.dataset.fill);
  });
}

function fill(field, text) {
  if (field.type === "radio") {
    const choice = [...field.closest(".pick").querySelectorAll("input")].find((input) => input.value === text);
    if (!choice) return;
    choice.checked = true;
  } else {
    field.value = text;
  }
  field.dispatchEvent(new Event("change", { bubbles: true }));
  if (text) move(field, 1, 0);
  else field.focus();
}

function insert(field, text) {
  field.focus();
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function nextEmpty(field) {
  const all = rows();
  const start = all.indexOf(field.closest(".row"));
  const order = [...all.slice(start + 1), ...all.slice(0, start + 1)];
  const row = order.find((candidate) => !stateOf(candidate).hasAttribute("data-done") && !isFilled(candidate));
  if (row) columns(row)[0][0].focus();
  else field.blur();
}

function isFilled(row) { return fieldsOf(row).some((field) => (field.type === "radio" ? field.checked && field.value : field.value)); }

// Saving ----------------------------------------------------------------------------------------------------------

form.addEventListener("change", (event) => {
  const row = event.target.closest(".row");
  if (!row) return;
  row.dataset.unsent = ""; // Until htmx takes it up, which may be after the answer to what was typed before.
  keep(row);
  tell();
}, { capture: true }); // Before htmx hears of it, which may take it up at once.

form.addEventListener("htmx:configRequest", (event) => {
  const row = event.target.closest(".row");
  if (!row || event.detail.verb !== "post") return;
  // What is sent now, to tell later whether somebody has typed on in the meantime.
  for (const field of fieldsOf(row)) field.dataset.sent = field.value;
  delete row.dataset.unsent;
  row.dataset.sending = "";
  tell();
});

form.addEventListener("htmx:afterRequest", (event) => {
  const row = event.target.closest(".row");
  if (!row) return;
  delete row.dataset.sending;
  // Told in a toast, as when the activity was locked meanwhile: what stands in the field is not saved.
  const { xhr } = event.detail;
  if (xhr.status >= 400 && xhr.status < 500 && xhr.getResponseHeader("HX-Retarget")) stateOf(row).classList.add("is-refused");
  tell();
});

// Not afterSwap: until it has settled, a piece that was swapped bears the attributes of the one before it.
form.addEventListener("htmx:afterSettle", (event) => {
  const row = event.target.closest?.(".row");
  if (row) settle(row);
});

for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  form.addEventListener(failure, (event) => {
    const row = event.target.closest(".row");
    const status = event.detail.xhr?.status ?? 0;
    if (!row || (status >= 400 && status < 500)) return;
    stateOf(row).classList.add("is-waiting");
    tell();
  });
}

/* The server has answered for this row: show its words where nobody has typed on. */
function settle(row) {
  const state = stateOf(row);
  const replace = state.hasAttribute("data-replace");
  const saved = replace || !(["is-refused", "is-conflict", "is-doubtful"].some((name) => state.classList.contains(name)));
  const shown = JSON.parse(state.dataset.shown);
  // This answer is older than what is on its way by now: it must not take back what was typed since.
  if (row.dataset.sending !== undefined || row.dataset.unsent !== undefined) return tell();
  columns(row).forEach((fields, index) => {
    for (const field of fields) {
      field.toggleAttribute("aria-invalid", false);
      const untouched = field.value === field.dataset.sent && field !== document.activeElement;
      if (field.type === "radio" || !(replace || (saved && untouched))) continue;
      field.value = shown[index];
    }
  });
  if (state.classList.contains("is-refused")) fieldsOf(row).forEach((field) => field.setAttribute("aria-invalid", "true"));
  if (replace) pickShown(row, shown);
  if (saved) sessionStorage.removeItem(keyOf(row));
  tell();
}

function pickShown(row, shown) {
  const code = { "✓": "1", "✗": "0" }[shown[0]] ?? shown[0];
  for (const field of row.querySelectorAll(".pick input")) field.checked = field.value === code;
}

// Waiting ---------------------------------------------------------------------------------------------------------

function keep(row) {
  const typed = columns(row).map((fields) => (fields.length > 1 ? fields.find((field) => field.checked)?.value ?? "" : fields[0].value));
  const version = row.querySelector(`input[name^="version-"]`)?.value;
  sessionStorage.setItem(keyOf(row), JSON.stringify({ typed, version }));
}

/* What this tab had not brought home when it was closed or signed out: type it in again, on the version it was for. */
function restore(row) {
  const kept = sessionStorage.getItem(keyOf(row));
  if (!kept) return;
  const { typed, version } = JSON.parse(kept);
  columns(row).forEach((fields, index) => {
    if (fields.length > 1) fields.forEach((field) => { field.checked = field.value === typed[index]; });
    else fields[0].value = typed[index] ?? "";
  });
  const stated = row.querySelector(`input[name^="version-"]`);
  if (stated && version !== undefined) stated.value = version;
  send(row);
}

function send(row) { window.htmx.trigger(row, "change"); }

function retry() {
  for (const row of rows()) if (stateOf(row).classList.contains("is-waiting")) send(row);
}

window.addEventListener("online", retry);
setInterval(() => { if (navigator.onLine) retry(); }, RETRY);
window.addEventListener("beforeunload", (event) => {
  if (form.querySelector(".is-waiting, [data-sending], [data-unsent]")) event.preventDefault();
});

// Telling ---------------------------------------------------------------------------------------------------------

function tell() {
  const all = rows();
  const done = all.filter((row) => stateOf(row).hasAttribute("data-done")).length;
  const words = document.getElementById("sheet-done");
  words.textContent = words.dataset.text.replace("{done}", done).replace("{people}", all.length);
  document.querySelector(".sheet-head progress").value = done;
  if (!thumb) return;
  const count = (selector) => form.querySelectorAll(selector).length;
  const attention = count(".row__state.is-refused, .row__state.is-conflict, .row__state.is-doubtful");
  const waiting = count(".row__state.is-waiting");
  if (attention) say("attention", "bad", attention);
  else if (waiting) say("waiting", "warn", waiting);
  else if (count(".row[data-sending], .row[data-unsent]")) say("saving", "");
  else if (done) say("saved", "ok");
}

function say(text, kind, number = "") {
  const chip = document.createElement("span");
  chip.className = `status${kind ? ` status--${kind}` : ""}`;
  chip.textContent = pill.dataset[text].replace("{n}", number);
  if (pill.textContent !== chip.textContent) pill.replaceChildren(chip);
}

document.addEventListener("DOMContentLoaded", () => { rows().forEach(restore); tell(); });
if (document.readyState !== "loading") { rows().forEach(restore); tell(); }
