"""Boards: cached, unchanged and made anew."""

from __future__ import annotations

import json

import redis
from sqlalchemy import update

from app.events.models import Activity, Event
from app.extensions import db
from bench import data
from bench.harness import Asker, Place, Server, Turn, asking, compare, get, head, header, place, row, servers

REQUESTS = 500


def main() -> None:
    with place() as here:
        with here.app().app_context():
            boards = {people: data.event(people) for people in (100, 1_000, 10_000)}
            addresses = {people: f"/events/{event.id}/board" for people, event in boards.items()}
            db.engine.dispose()
        with servers(here, "wsgi:app", "bench.twin:app") as (ours, twin):
            head("Boards, CPU of a request: 100 rows shown, 10 activities")
            for people, address in addresses.items():
                cached(here, ours, twin, f"{people:,} people", address)
            uncached(here, ours, addresses[1_000], boards[1_000])
            growth(ours, addresses[10_000])


def cached(here: Place, ours: Server, twin: Server, what: str, address: str, query: str = "") -> None:
    asker = Asker(ours)
    shown = f"{address}?{query}" if query else address
    page = asker.ask(get(shown))
    live = f"{address}/live?language=en&{query}"
    piece = asker.ask(get(live))
    tag = header(piece[1], "ETag") or ""
    unchanged = asker.ask(get(live, If_None_Match=tag))
    assert (page[0], unchanged[0]) == (200, 304)
    with redis.Redis.from_url(here.redis_url) as store:
        for name, answer in (("page", page), ("unchanged", unchanged)):
            store.set(f"twin:{name}", json.dumps(headers_of(answer[1])).encode() + b"\n" + answer[2])
    compare(
        f"page, {what}, {len(page[2]) / 1000:.1f} kB",
        asking(ours, [get(shown)] * REQUESTS, 200),
        asking(twin, [get("/page")] * REQUESTS, 200),
        "0.8, 30 kB",
    )
    compare(
        f"unchanged poll, {what}",
        asking(ours, [get(live, If_None_Match=tag)] * REQUESTS, 304),
        asking(twin, [get("/unchanged", If_None_Match=tag)] * REQUESTS, 304),
        "0.8",
    )


def headers_of(head: bytes) -> list[tuple[str, str]]:
    """Those that the application sets, and not the server."""
    lines = [line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:]]
    return [(name, value) for name, value in lines if name not in {"Server", "Date", "Connection"}]


def uncached(here: Place, ours: Server, address: str, event: Event) -> None:
    """Boards after a write: with each turn the revisions are higher, and each request asks for another activity."""
    app = here.app()

    def turn() -> Turn:
        with app.app_context():
            db.session.execute(update(Event).where(Event.id == event.id).values(revision=Event.revision + 1))
            db.session.execute(
                update(Activity).where(Activity.event_id == event.id).values(revision=Activity.revision + 1)
            )
            db.session.commit()
        with redis.Redis.from_url(here.redis_url) as store:
            store.delete(f"rev:{event.id}")
        return asking(ours, [get(f"{address}?activity={one.id}") for one in event.activities], 200)()

    turn()
    costs = sorted(turn().ms for _round in range(7))
    row(
        "page made anew, 1,000 people", f"{costs[3]:.1f} ms", "", f"({costs[0]:.1f} to {costs[-1]:.1f} ms)", "", "60 ms"
    )


def growth(ours: Server, address: str) -> None:
    asker = Asker(ours)
    warm(asker, address)
    before = ours.memory()
    for _turn in range(5):
        warm(asker, address)
    row("worker's memory, 10,000 people", f"{ours.memory():.0f} MB", "", f"{before:.0f} MB before", "", "no growth")


def warm(asker: Asker, address: str) -> None:
    for number in range(1, 41):
        assert asker.ask(get(f"{address}?page={number}"))[0] == 200


if __name__ == "__main__":
    main()
