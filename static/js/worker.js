/* The service worker: keeps the files of Laurel and an evaluator's sheets, and answers with them when the network does
   not. The server writes the line before this one: `self.LAUREL`, with a version that follows from the files.

   Sheets are kept by reader, as the header Laurel-Reader of each tells; whoever else signs in is never shown them. */

const { version, assets } = self.LAUREL;
const FILES = `files ${version}`;
const PAGES = "pages ";
const NOTES = "notes";
const PATIENCE = 4000;
const GRUDGE = 10000;

let slowUntil = 0;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => event.waitUntil(hear(event.data)));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method !== "GET") {
    if (request.mode === "navigate") event.waitUntil(leave(url.pathname));
  } else if (url.pathname.startsWith("/static/")) {
    event.respondWith(file(request));
  } else if (request.mode === "navigate" && isSheets(url.pathname)) {
    event.respondWith(page(event, url));
  }
});

const isSheets = (path) => path === "/sheets" || path.startsWith("/sheets/");

async function install() {
  const cache = await caches.open(FILES);
  await cache.addAll(assets.map((url) => new Request(url, { cache: "reload" })));
  await self.skipWaiting();
}

/* A new version: the old files go, and the pages that were made for them come anew. */
async function activate() {
  for (const name of await caches.keys()) if (name.startsWith("files ") && name !== FILES) await caches.delete(name);
  await self.clients.claim();
  const reader = await readerNow();
  if (reader) await keepAll((await (await caches.open(PAGES + reader)).keys()).map((request) => request.url));
}

async function hear({ reader, keep }) {
  if (reader && reader !== await readerNow()) await setReader(reader);
  if (keep) await keepAll(keep);
}

// Pages -----------------------------------------------------------------------------------------------------------

async function page(event, url) {
  let failed;
  const asked = fetch(event.request).then((answer) => {
    if (answer.status >= 500) throw failed = answer;
    event.waitUntil(keepPage(url.pathname, answer.clone()));
    return answer;
  });
  return first(asked, PATIENCE, () => keptPage(url.pathname), async () => failed ?? caches.match("/offline"));
}

async function keptPage(path) {
  const reader = await readerNow();
  return reader && (await caches.open(PAGES + reader)).match(path, { ignoreVary: true });
}

async function keepPage(path, answer) {
  const reader = answer.headers.get("Laurel-Reader");
  if (!answer.ok || answer.redirected || !reader) return;
  await setReader(reader);
  await (await caches.open(PAGES + reader)).put(path, answer);
}

/* One after another: what the evaluator does meanwhile matters more. */
async function keepAll(urls) {
  for (const url of urls) {
    try {
      await keepPage(new URL(url, location.origin).pathname, await fetch(url, { credentials: "same-origin" }));
    } catch {
      return; // No network: the next visit tries again.
    }
  }
}

// Files -----------------------------------------------------------------------------------------------------------

/* A page asks for many: once one of them was late, the others of the same moment are not waited for. */
function file(request) {
  const kept = () => caches.match(request, { ignoreSearch: true, ignoreVary: true });
  const begun = Date.now();
  return first(fetch(request), begun < slowUntil ? 1 : PATIENCE, async () => {
    if (Date.now() - begun >= PATIENCE) slowUntil = Date.now() + GRUDGE;
    return kept();
  });
}

/* What the network answers in time, else what is kept, else whatever the network still brings, else the last resort. */
async function first(asked, patience, kept, lastResort) {
  try {
    return await Promise.race([asked, late(patience)]);
  } catch {
    return (await kept()) ?? (lastResort ? asked.catch(lastResort) : asked);
  }
}

function late(ms) { return new Promise((_resolve, reject) => { setTimeout(reject, ms, new Error("late")); }); }

// Who reads -------------------------------------------------------------------------------------------------------

async function readerNow() {
  const note = await (await caches.open(NOTES)).match("/reader");
  return note ? note.text() : "";
}

async function setReader(reader) { await (await caches.open(NOTES)).put("/reader", new Response(reader)); }

/* A form that was sent elsewhere may sign somebody else in; signing out takes the pages off this device. */
async function leave(path) {
  if (isSheets(path)) return;
  await setReader("");
  if (path !== "/sign-out") return;
  for (const name of await caches.keys()) if (name.startsWith(PAGES)) await caches.delete(name);
}
