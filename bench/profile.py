"""A player's page with 200 results over 20 events, beside a bare Flask page of the same size: CPU and waits."""

from __future__ import annotations

import json
import time

import redis

from app.accounts.actions import create_user
from app.accounts.models import Audience, Role
from app.extensions import db
from app.profiles.actions import tie
from app.profiles.models import How
from bench import data
from bench.boards import headers_of
from bench.harness import Asker, Server, asking, compare, get, head, place, row, servers

EVENTS, PEOPLE, REQUESTS = 20, 40, 200


def main() -> None:
    with place() as here:
        with here.app().app_context():
            eva = create_user("eva@example.org", "Eva", Role.PLAYER, None, by=None)
            eva.visible_to = Audience.EVERYONE
            for _number in range(EVENTS):
                event = data.event(PEOPLE)
                tie(event.groups[0].participants[0], eva, How.ADMIN, by=eva)
            address = f"/players/{eva.username}"
            db.session.commit()
            db.engine.dispose()
        with servers(here, "wsgi:app", "bench.twin:app") as (ours, twin):
            page = Asker(ours).ask(get(address))
            assert page[0] == 200
            with redis.Redis.from_url(here.redis_url) as store:
                store.set("twin:page", json.dumps(headers_of(page[1])).encode() + b"\n" + page[2])
            head(f"A player's page: {EVENTS} events, 10 results each, {len(page[2]) / 1000:.0f} kB")
            compare(
                "CPU of a request",
                asking(ours, [get(address)] * REQUESTS, 200),
                asking(twin, [get("/page")] * REQUESTS, 200),
                "3",
            )
            # With a query nobody is shown what was made for others a moment ago.
            compare(
                "made for one reader alone",
                asking(ours, [get(f"{address}?new")] * REQUESTS, 200),
                asking(twin, [get("/page")] * REQUESTS, 200),
                "",
            )
            mine, bare = p95(ours, address), p95(twin, "/page")
            row("p95", f"{mine:.1f} ms", f"{bare:.1f} ms", f"{mine / bare:.2f}", "", "3")


def p95(server: Server, path: str) -> float:
    asker, waits = Asker(server), []
    for _request in range(REQUESTS):
        began = time.perf_counter()
        assert asker.ask(get(path))[0] == 200
        waits.append((time.perf_counter() - began) * 1000)
    return sorted(waits)[int(REQUESTS * 0.95)]


if __name__ == "__main__":
    main()
