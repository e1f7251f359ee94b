/* A live board: asks for what is newer, morphs it in, and marks the rows that changed for a moment.
   It rests while nobody looks, asks less often while the server is away, and says which of it is the case.
   Why somebody has their place is a part of what is asked for, so it stays as true as the board. */

const EVERY = 900;
const LONGEST_WAIT = 5000;
const MARKED_FOR = 2600;
const GONE = [403, 404, 410];

const board = document.getElementById("board");
const dot = document.getElementById("board-live");
const news = document.getElementById("board-news");
const marks = new Map();

let timer = 0;
let failures = 0;
let asking = false;
let before = new Map();

// Asking ----------------------------------------------------------------------------------------------------------

function ask() {
  clearTimeout(timer);
  if (asking || document.hidden || !board.hasAttribute("hx-get")) return;
  asking = true;
  htmx.trigger(board, "refresh");
}

function askAgain() {
  asking = false;
  if (!board.hasAttribute("hx-get")) dot.hidden = true; // It has ended.
  const wait = failures ? Math.min(EVERY * 2 ** failures, LONGEST_WAIT) * (0.75 + Math.random() / 2) : EVERY;
  clearTimeout(timer);
  timer = setTimeout(ask, wait);
}

board.addEventListener("htmx:configRequest", ({ target, detail }) => {
  if (target === board) detail.headers["If-None-Match"] = `"${board.dataset.state}"`;
});

board.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target !== board) return;
  event.stopPropagation();
  const { status } = event.detail.xhr;
  event.detail.shouldSwap = status === 200;
  event.detail.isError = false;
  if (GONE.includes(status)) location.reload();
  before = lines();
});

board.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target !== board) return;
  markChanges();
  showExplanation();
});

board.addEventListener("htmx:afterRequest", (event) => {
  if (event.target !== board) return;
  event.stopPropagation();
  const { status } = event.detail.xhr;
  failures = status === 200 || status === 304 ? 0 : failures + 1;
  showState();
  askAgain();
});

// A reader did not ask for this, so nothing is busy and no message pops up: the dot tells.
for (const name of ["htmx:beforeRequest", "htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  board.addEventListener(name, (event) => { if (event.target === board) event.stopPropagation(); });
}

document.addEventListener("visibilitychange", ask);
window.addEventListener("online", ask);
window.addEventListener("pageshow", ask);

function showState() {
  const text = failures ? dot.dataset.away : dot.dataset.live;
  dot.classList.toggle("live--paused", failures > 0);
  if (dot.textContent !== text) dot.textContent = text;
}

// Explaining ------------------------------------------------------------------------------------------------------

let explained = false;

board.addEventListener("click", (event) => {
  const link = event.target.closest("tbody th a, [data-why-close]");
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !isPlain || !board.hasAttribute("hx-get") || failures) return;
  event.preventDefault();
  const why = new URL(link.href).searchParams.get("why");
  explain(why);
  history.replaceState(history.state, "", link.href);
});

function explain(why) {
  const address = new URL(board.getAttribute("hx-get"), location.href);
  address.searchParams.delete("why");
  if (why) address.searchParams.set("why", why);
  explained = Boolean(why);
  board.setAttribute("hx-get", address.pathname + address.search);
  htmx.process(board);
  asking = false;
  ask();
}

function showExplanation() {
  if (!explained) return;
  explained = false;
  document.getElementById("why")?.scrollIntoView({ block: "nearest" });
}

// Marking ---------------------------------------------------------------------------------------------------------

function lines() {
  return new Map([...board.querySelectorAll("tbody tr")].map((row) => [row.id, {
    row,
    name: row.querySelector("th").textContent,
    value: row.cells[row.cells.length - 2].textContent,
    place: parseInt(row.cells[0].textContent, 10),
  }]));
}

function markChanges() {
  const changed = [];
  for (const [id, now] of lines()) {
    const old = before.get(id);
    const move = old ? old.place - now.place || 0 : 0;
    const isChanged = old?.value !== now.value;
    if (isChanged) changed.push(`${now.name} ${now.value}`);
    if (isChanged || move) mark(id, isChanged, move);
  }
  for (const [id, { isChanged, move }] of marks) show(id, isChanged, move); // The morph took older ones away.
  if (changed.length) news.textContent = `${news.dataset.changed}: ${changed.slice(0, 3).join(", ")}`;
}

function mark(id, isChanged, move) {
  clearTimeout(marks.get(id)?.timer);
  const timer = setTimeout(() => { marks.delete(id); show(id, false, 0); }, MARKED_FOR);
  marks.set(id, { isChanged, move, timer });
}

function show(id, isChanged, move) {
  const row = document.getElementById(id);
  if (!row) return;
  const cell = row.lastElementChild;
  row.classList.toggle("is-changed", isChanged);
  cell.classList.toggle("is-ok", move > 0);
  cell.textContent = move ? `${move > 0 ? "+" : "−"}${Math.abs(move)}` : "";
}

// ------------------------------------------------------------------------------------------------------------------

dot.hidden = !board.hasAttribute("hx-get");
timer = setTimeout(ask, EVERY);
