/* Sends what is in the outbox, in the order in which it was typed: one sheet at a time, each edit under its key, and only
   as the user who typed it. No network and 5xx: again later, ever more patiently. 429: when told. 4xx: for a person. */

import * as outbox from "./outbox.js";

const MOST = 40;
const TIMEOUT = 15000;
const FIRST_WAIT = 2000;
const LONGEST_WAIT = 30000;
const LATER = new Set([408, 425, 429]);

export const user = document.body.dataset.user || null;

/* Where the sending stands; "change" is told whenever it or the outbox changes, "answer" for each edit answered. */
export const news = new EventTarget();
export const state = { sending: false, failures: 0, trouble: "" };

const others = "BroadcastChannel" in window ? new BroadcastChannel("laurel-outbox") : null;
let token = null;
let timer = 0;
let wanted = false;

others?.addEventListener("message", ({ data }) => { if (data.user === user) tell(data); });

function tell(answered) {
  for (const answer of answered?.answers ?? []) news.dispatchEvent(new CustomEvent("answer", { detail: answer }));
  news.dispatchEvent(new Event("change"));
}

/* What was put in, or taken out, by hand. */
export async function changed() {
  others?.postMessage({ user });
  tell();
  await flush();
}

export async function flush() {
  wanted = true;
  if (state.sending || !user) return;
  clearTimeout(timer);
  state.sending = true;
  try {
    while (wanted) {
      wanted = false;
      await withLock(sendAll);
    }
  } finally {
    state.sending = false;
    tell();
  }
}

/* One tab at a time, where the browser lets us ask; elsewhere the keys keep two tabs from storing twice. */
function withLock(work) {
  return navigator.locks ? navigator.locks.request("laurel-outbox", work) : work();
}

async function sendAll() {
  while (nextBatch(await outbox.all()).length) {
    tell();
    if (!(await sendSome())) return;
  }
  state.failures = 0;
  state.trouble = "";
}

/* The oldest that waits, and what else waits for the same sheet: of each row only what comes first. */
function nextBatch(edits) {
  const waiting = edits.filter((edit) => edit.user === user && edit.state === "waiting");
  const batch = waiting.filter((edit) => edit.sheet === waiting[0].sheet);
  return batch.filter((edit, index) => batch.findIndex((other) => outbox.isSameRow(other, edit)) === index).slice(0, MOST);
}

/* Whether to go on at once. */
async function sendSome() {
  if (!navigator.onLine) return wait("offline");
  try {
    if (!token && !(await findToken())) return false;
    const batch = await outbox.take(nextBatch);
    return !batch.length || (await understand(batch, await send(batch)));
  } catch {
    return wait("offline"); // No network, an answer that broke off, or one that is not Laurel's.
  }
}

function send(batch) {
  const edits = batch.map(({ key, participant, version, marks, confirmed, chosen }) => ({ key, participant, version, marks, ...(confirmed && { confirmed }), ...(chosen && { chosen }) }));
  return ask(`${batch[0].sheet}/edits`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify({ user, edits }),
  });
}

async function understand(batch, answer) {
  if (answer.ok) return settle(batch, (await answer.json()).answers, Date.parse(answer.headers.get("Date")) / 1000);
  if (answer.status >= 500 || LATER.has(answer.status)) return wait("busy", answer.headers.get("Retry-After"));
  const { detail, error_code: code } = await answer.json();
  if (answer.status === 401 || code === "csrf" || code === "other_user") {
    token = null; // The session ended or is another one: the next turn finds out who is signed in.
    return state.failures++ < 2 || wait("busy");
  }
  return settle(batch, batch.map(({ key }) => ({ key, verdict: "refused", detail })));
}

async function settle(batch, answers, at) {
  state.failures = 0;
  state.trouble = "";
  await outbox.settle(answers, at);
  const answered = { user, answers: answers.map((answer) => ({ ...answer, edit: batch.find((edit) => edit.key === answer.key) })) };
  others?.postMessage(answered);
  tell(answered);
  return true;
}

/* A fresh token, and whether it is for us: the page may be older than the session, or kept from another day. */
async function findToken() {
  const answer = await ask("/sheets/reader");
  if (answer.status === 401) return stop("signed-out");
  if (answer.status === 403) return stop("other-user");
  if (!answer.ok) return wait("busy", answer.headers.get("Retry-After"));
  const reader = await answer.json();
  if (reader.user !== user) return stop("other-user");
  token = reader.csrf_token;
  return true;
}

function ask(url, options = {}) {
  return fetch(url, { ...options, headers: { Accept: "application/json", ...options.headers }, signal: AbortSignal.timeout(TIMEOUT), cache: "no-store" });
}

/* Nothing to try before somebody signs in, which is looked at whenever this page is looked at. */
function stop(trouble) {
  state.trouble = trouble;
  return false;
}

function wait(trouble, retryAfter) {
  state.trouble = trouble;
  const told = Number(retryAfter) * 1000;
  const patience = Math.min(FIRST_WAIT * 2 ** state.failures++, LONGEST_WAIT) * (0.75 + Math.random() / 2);
  timer = setTimeout(flush, told > 0 ? told : patience);
  return false;
}

if (user) {
  window.addEventListener("online", () => { state.failures = 0; flush(); });
  window.addEventListener("offline", () => tell());
  window.addEventListener("focus", flush);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  flush();
}
