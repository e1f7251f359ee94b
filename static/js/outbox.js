/* What was typed and is not stored at Laurel yet, kept in this browser's database: it outlives the page and the session.

   An edit is a row as typed: { id, user, by, sheet, participant, marks, version, key, tried, state }. Its state is
   "waiting" until it is sent; "refused", "conflict" or "doubtful" when Laurel has answered that somebody must decide.
   What may have been sent already is never changed, since its key stands for it: what is typed then comes after it.
   The database takes a moment: until it has an edit, a note of it stands in the local storage, which takes none. */

const NOTE = "laurel typed ";
const SLACK = 60; // seconds
const ROW = ["user", "sheet", "participant"];

let opened;
const stored = new Map(); // The newest version of each row that this page has stored, which what is typed next builds on.

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("laurel", 1);
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore("outbox", { keyPath: "id", autoIncrement: true });
      store.createIndex("row", ROW);
      request.result.createObjectStore("answered", { keyPath: ROW });
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      request.result.onversionchange = () => { request.result.close(); opened = undefined; };
      resolve(request.result);
    };
  });
  return opened;
}

/* One transaction: `work` gets the store and all edits there are, or a row's, in the order in which they were typed. */
async function transact(mode, work, row) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(["outbox", "answered"], mode, { durability: "strict" });
    const store = transaction.objectStore("outbox");
    let result;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(transaction.error);
    const wanted = row ? store.index("row").getAll([row.user, row.sheet, row.participant]) : store.getAll();
    wanted.onsuccess = ({ target }) => { result = work(store, target.result, transaction.objectStore("answered")); };
  });
}

export const all = () => transact("readonly", (_store, edits) => edits);

/* Put a row's marks in line, in place of what has not been tried yet or has been answered. */
export async function put(edit) {
  const [name, note] = [NOTE + nameOf(edit), JSON.stringify(edit)];
  localStorage.setItem(name, note);
  await transact("readwrite", (store, edits) => {
    const last = edits.at(-1);
    const isFree = last && (last.state !== "waiting" || !last.tried);
    const seen = Math.max(edit.version, stored.get(nameOf(edit)) ?? -1);
    const version = isFree && last.state !== "refused" ? last.version : seen;
    const fresh = { ...edit, version, key: newKey(), tried: false, state: "waiting" };
    if (isFree) store.delete(last.id);
    store.add(fresh);
  }, edit);
  if (localStorage.getItem(name) === note) localStorage.removeItem(name);
}

/* What a page had no time to put in before it was closed. */
export async function recover() {
  for (const name of Object.keys(localStorage)) if (name.startsWith(NOTE)) await put(JSON.parse(localStorage.getItem(name)));
}

/* Send the same again under a new key, with what was decided meanwhile. */
export function again(row, changes = {}) {
  return transact("readwrite", (store, edits) => {
    for (const edit of edits) {
      if (edit.state !== "waiting") store.put({ ...without(edit), ...changes, key: newKey(), tried: false, state: "waiting" });
    }
  }, row);
}

export function drop(row) {
  return transact("readwrite", (store, edits) => {
    for (const edit of edits) store.delete(edit.id);
  }, row);
}

/* The edits that `choose` picks out of all, to be sent: from now on they are tried, and stay as they are. */
export function take(choose) {
  return transact("readwrite", (store, edits) => {
    const batch = choose(edits);
    for (const edit of batch) if (!edit.tried) store.put({ ...edit, tried: true });
    return batch;
  });
}

/* What Laurel answered at a time (in seconds): what is stored goes, and what was typed after it builds on it; the rest
   waits for a decision. The last answer for a row is remembered, for a page that was kept before it. */
export function settle(answers, at) {
  return transact("readwrite", (store, edits, answered) => {
    for (const { key, verdict, version, state, detail } of answers) {
      const edit = edits.find((other) => other.key === key);
      if (!edit) continue;
      const later = edits.filter((other) => isSameRow(other, edit) && other.id > edit.id);
      const isDone = verdict === "saved" || verdict === "unchanged";
      if (isDone || later.length) store.delete(edit.id);
      else store.put({ ...edit, state: verdict, piece: state, detail });
      if (isDone) stored.set(nameOf(edit), version);
      if (isDone && state) answered.put({ user: edit.user, sheet: edit.sheet, participant: edit.participant, version, piece: state, at });
      if (isDone) for (const next of later) store.put({ ...next, version });
      else if (verdict === "conflict") for (const next of later) store.put({ ...next, version: edit.version });
    }
  });
}

const nameOf = ({ user, sheet, participant }) => `${user} ${sheet} ${participant}`;

/* The last answers for a sheet's rows that its page, made at a time, may not know; older ones are forgotten. What was
   answered while the page was being made may be told in the second before: the versions say what is newer. */
export function answeredSince(user, sheet, at) {
  return transact("readwrite", (_store, _edits, answered) => {
    const newer = [];
    answered.getAll(IDBKeyRange.bound([user, sheet], [user, sheet, []])).onsuccess = ({ target }) => {
      for (const answer of target.result) {
        if (answer.at >= at - SLACK) newer.push(answer);
        else answered.delete(ROW.map((name) => answer[name]));
      }
    };
    return newer;
  });
}

export const isSameRow = (one, other) => nameOf(one) === nameOf(other);

function without({ piece, detail, ...edit }) { return edit; }

/* crypto.randomUUID is there over HTTPS only. */
function newKey() { return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""); }
