/* Whom somebody follows, kept in this browser alone: their rows stand out on every board of the event, and what
   changes in them is said above the board for as long as nobody has read it. Who allows it is told by the browser too
   while they look at something else. */

const followed = document.getElementById("board-followed");
const STAYS = 12000;

function key() {
  return `laurel-follows:${/events\/(\d+)/.exec(location.pathname)?.[1] ?? ""}`;
}

function all() {
  try {
    return new Map(Object.entries(JSON.parse(localStorage.getItem(key()) ?? "{}")));
  } catch {
    return new Map(); // Not kept, or not ours: nobody is followed.
  }
}

function keep(people) {
  try {
    localStorage.setItem(key(), JSON.stringify(Object.fromEntries(people)));
  } catch {
    // A browser that keeps nothing follows nobody after a reload.
  }
}

export function showFollowed(board) {
  const people = all();
  for (const row of board.querySelectorAll("tbody tr[id]")) {
    row.classList.toggle("is-followed", people.has(row.id.replace("standing-", "")));
  }
  const button = board.querySelector("[data-follow]");
  if (!button) return;
  const follows = people.has(button.dataset.follow);
  button.hidden = false;
  button.setAttribute("aria-pressed", String(follows));
  button.textContent = follows ? button.dataset.follows : button.dataset.offer;
  const notices = board.querySelector("[data-notices]");
  if (notices) notices.hidden = !follows || globalThis.Notification?.permission !== "default";
}

/* Whether the page shall ask on while it is hidden. */
export function wantsNotices() {
  return globalThis.Notification?.permission === "granted" && all().size > 0;
}

/* One for each event: a newer one takes the place of that before. */
async function notify(text) {
  const about = { body: text, tag: key() };
  try {
    const notice = new Notification(document.title, about);
    notice.onclick = () => { window.focus(); notice.close(); };
  } catch {
    // Some phones leave it to the service worker, where there is one.
    (await navigator.serviceWorker?.getRegistration())?.showNotification(document.title, about);
  }
}

export function tellOfFollowed(changes) {
  const people = all();
  const mine = changes.filter(({ id }) => people.has(id.replace("standing-", "")));
  if (!mine.length || !followed) return;
  followed.textContent = mine.map(({ name, place, value }) => [place ? `${place}.` : "", name, value].filter(Boolean).join(" ")).join(" · ");
  followed.hidden = false;
  if (document.hidden && wantsNotices()) notify(followed.textContent);
  clearTimeout(tellOfFollowed.timer);
  tellOfFollowed.timer = setTimeout(() => { followed.hidden = true; }, STAYS);
}

export function followOnClick(board) {
  board.addEventListener("click", async ({ target }) => {
    if (target.closest("[data-notices]")) {
      await Notification.requestPermission();
      showFollowed(board);
    }
    const button = target.closest("[data-follow]");
    if (!button) return;
    const people = all();
    if (!people.delete(button.dataset.follow)) people.set(button.dataset.follow, button.dataset.name);
    keep(people);
    showFollowed(board);
  });
}
