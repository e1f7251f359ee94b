/* A live board: asks for what is newer than the state it has, morphs it in, lets the rows that moved glide to their
   places, and marks those that changed for a moment. Whatever it missed, the state it asks with tells the server.
   Why somebody has their place is a part of what is asked for, so it stays as true as the board. */

import { followOnClick, showFollowed, tellOfFollowed, wantsNotices } from "./following.js";
import { glide, places } from "./gliding.js";
import { Poll } from "./polling.js";

const EVERY = 700;
const LONGEST_WAIT = 5000;
const EVERY_HIDDEN = 5000;
const ROWS = "tbody tr[id]";
const MARKED_FOR = 2600;
const GONE = [403, 404, 410];

const board = document.getElementById("board");
const dot = document.getElementById("board-live");
const news = document.getElementById("board-news");
const marks = new Map();

let answered = () => {};
let before = new Map();
let stood = new Map();

const poll = new Poll({
  every: EVERY,
  longest: LONGEST_WAIT,
  ask,
  tell: showState,
  until: () => hasEnded(),
  hiddenEvery: () => (wantsNotices() ? EVERY_HIDDEN : 0),
});

// Asking ----------------------------------------------------------------------------------------------------------

function ask() {
  return new Promise((resolve, reject) => {
    answered = (status) => (status === 200 || status === 304 ? resolve() : reject(new Error(`answers ${status}`)));
    htmx.trigger(board, "refresh");
  });
}

const hasEnded = () => !board.hasAttribute("hx-get");

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
  stood = places(board, ROWS);
});

board.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target !== board) return;
  glide(stood, board, ROWS);
  markChanges();
  showFollowed(board);
  showExplanation();
});

board.addEventListener("htmx:afterRequest", (event) => {
  if (event.target !== board) return;
  event.stopPropagation();
  answered(event.detail.xhr.status);
});

// A reader did not ask for this, so nothing is busy and no message pops up: the dot tells.
for (const name of ["htmx:beforeRequest", "htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  board.addEventListener(name, (event) => { if (event.target === board) event.stopPropagation(); });
}

function showState(failures) {
  dot.hidden = hasEnded();
  const text = failures ? dot.dataset.away : dot.dataset.live;
  dot.classList.toggle("live--paused", failures > 0);
  if (dot.textContent !== text) dot.textContent = text;
}

// Explaining ------------------------------------------------------------------------------------------------------

let explained = false;

board.addEventListener("click", (event) => {
  const link = event.target.closest("tbody th a, [data-why-close]");
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !isPlain || !board.hasAttribute("hx-get") || poll.failures) return;
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
  poll.now();
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
  const moved = [];
  for (const [id, now] of lines()) {
    const old = before.get(id);
    const move = old ? old.place - now.place || 0 : 0;
    const isChanged = old?.value !== now.value;
    if (isChanged) changed.push(`${now.name} ${now.value}`);
    if (isChanged || move) mark(id, isChanged, move);
    if (isChanged || move) moved.push({ id, ...now });
  }
  for (const [id, { isChanged, move }] of marks) show(id, isChanged, move); // The morph took older ones away.
  tellOfFollowed(moved);
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

followOnClick(board);
showFollowed(board);
dot.hidden = hasEnded();
poll.start();
