/* A screen in the hall: shows what the desk has set, page by page, and keeps it when the server is away. */

import { glide, places } from "./gliding.js";
import { Poll } from "./polling.js";

const PAGE_FOR = 8000;
const MARKED_FOR = 2600;
const WATCH_OVER = 60_000;

const screen = document.getElementById("screen");
const away = document.getElementById("away");

let tag = "";
let look = "";
let page = 0;
let turned = Date.now();

const poll = new Poll({ every: 1000, longest: 4000, ask, tell: (failures) => { away.hidden = failures < 2; } });

// Asking ----------------------------------------------------------------------------------------------------------

async function ask() {
  const answer = await fetch(screen.dataset.url, {
    headers: tag ? { "If-None-Match": tag } : {},
    cache: "no-store",
    signal: AbortSignal.timeout(5000),
  });
  if (answer.status === 404) location.reload(); // Its cookie is gone, or its link was revoked.
  if (answer.status !== 200 && answer.status !== 304) throw new Error(`answers ${answer.status}`);
  const newest = answer.headers.get("X-Laurel-Look");
  if (look && newest && newest !== look) location.reload(); // Laurel was updated.
  look = newest || look;
  if (answer.status === 200) {
    tag = answer.headers.get("ETag") ?? "";
    document.documentElement.dataset.theme = answer.headers.get("X-Laurel-Theme") ?? "dark";
    show(await answer.text());
  }
}

function show(html) {
  const before = screen.firstElementChild?.dataset.shows;
  const old = new Map([...screen.querySelectorAll("[id^=row-]")].map((row) => [row.id, valueOf(row)]));
  const stood = places(screen, "[id^=row-]");
  screen.innerHTML = html;
  layOut();
  if (before !== screen.firstElementChild?.dataset.shows) { page = 0; turned = Date.now(); layOut(); return; }
  glide(stood, screen, "[id^=row-]");
  for (const row of old.size ? screen.querySelectorAll("[id^=row-]") : []) {
    if (old.get(row.id) === valueOf(row)) continue;
    row.classList.add("is-changed");
    setTimeout(() => row.classList.remove("is-changed"), MARKED_FOR);
  }
}

const valueOf = (row) => row.lastElementChild?.textContent;

// Pages -----------------------------------------------------------------------------------------------------------

function layOut() {
  const list = screen.querySelector("[data-pages]");
  if (list) layOutPages(list);
  const turning = [...(screen.querySelector("[data-turns]")?.children ?? [])];
  turning.forEach((item, number) => { item.hidden = number !== page % turning.length; });
}

function layOutPages(list) {
  const rows = [...list.children];
  for (const row of rows) row.hidden = false;
  const pages = pagesOf(rows, list.dataset.pages === "x");
  page = pages.length ? page % pages.length : 0;
  rows.forEach((row) => { row.hidden = !pages[page]?.includes(row); });
  const counter = screen.querySelector("[data-page]");
  if (counter) counter.textContent = pages.length > 1 ? `${page + 1} / ${pages.length}` : "";
}

/* As many rows a page as there is room for; one at least. */
function pagesOf(rows, sideways) {
  if (!rows.length) return [];
  const [start, size] = sideways ? ["left", "width"] : ["top", "height"];
  const from = rows[0].getBoundingClientRect()[start];
  const style = getComputedStyle(screen);
  const room = sideways
    ? rows[0].parentElement.getBoundingClientRect().width
    : window.innerHeight - parseFloat(style.paddingBottom) - from;
  const pages = [[]];
  let used = 0;
  for (const row of rows) {
    const needed = row.getBoundingClientRect()[size];
    if (pages.at(-1).length && used + needed > room + 1) { pages.push([]); used = 0; }
    pages.at(-1).push(row);
    used += needed;
  }
  return pages;
}

setInterval(() => {
  if (Date.now() - turned < PAGE_FOR) return;
  turned = Date.now();
  page += 1;
  layOut();
}, 500);
window.addEventListener("resize", layOut);
document.fonts?.ready.then(layOut);
screen.addEventListener("load", layOut, true);

// Staying awake ---------------------------------------------------------------------------------------------------

let lock = null;

async function stayAwake() {
  if (document.hidden || !navigator.wakeLock || (lock && !lock.released)) return;
  lock = await navigator.wakeLock.request("screen").catch(() => null);
}

document.addEventListener("visibilitychange", stayAwake);
setInterval(stayAwake, WATCH_OVER);
stayAwake();
poll.start();
poll.now();
