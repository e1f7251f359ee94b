"""Forty writers a second beside eight readers, on SQLite: nobody waits long, and nobody is turned away.

The first seconds of a server that was never asked anything are not counted.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace

from app.accounts.actions import create_token, create_user
from app.accounts.models import Role
from app.extensions import db
from bench import data
from bench.harness import Asker, Server, get, place, row, servers

WRITERS, READERS, SECONDS = 40, 8, 15
WARM_AFTER = 3


@dataclass
class Waits:
    """How long answers took, in milliseconds, and what was not a 200."""

    begins: float
    ms: list[float] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)

    def ask(self, asker: Asker, request: bytes) -> None:
        began = time.perf_counter()
        status = asker.ask(request)[0]
        if time.monotonic() > self.begins:
            self.ms.append((time.perf_counter() - began) * 1000)
        if status != 200:
            self.wrong.append(status)

    @property
    def p95(self) -> float:
        return sorted(self.ms)[int(len(self.ms) * 0.95)]


def main() -> None:
    with place() as here:
        with here.app().app_context():
            event = data.event(300)
            people = [person.id for group in event.groups for person in group.participants]
            activity, address = event.activities[0].id, f"/events/{event.id}"
            users = [
                create_user(f"writer{n}@example.org", f"Writer {n}", Role.ADMIN, None, by=None) for n in range(WRITERS)
            ]
            db.session.flush()
            tokens = [create_token(user, "bench")[1] for user in users]
            db.session.commit()
            db.engine.dispose()
        # Two web processes, as Laurel starts on two cores.
        with servers(replace(here, workers=2), "wsgi:app") as [server]:
            begins = time.monotonic() + WARM_AFTER
            writing, reading = Waits(begins), Waits(begins)
            until = begins + SECONDS
            where = (f"/api/v1{address}", people, activity)
            threads = [
                threading.Thread(target=write, args=(server, writing, until, n, token, *where))
                for n, token in enumerate(tokens)
            ] + [threading.Thread(target=read, args=(server, reading, until, address)) for _reader in range(READERS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            print(f"\n{WRITERS} writers a second beside {READERS} readers, on SQLite, for {SECONDS} s")
            for what, waits in (("writing one value", writing), ("reading the board", reading)):
                row(what, f"{waits.p95:.0f} ms", "p95 of", str(len(waits.ms)), f"{len(waits.wrong)} not 200", "50 ms")
            print(f'"database is locked" in the log: {server.log.read_text().count("database is locked")}')


def write(
    server: Server, waits: Waits, until: float, number: int, token: str, address: str, people: list[int], activity: int
) -> None:
    """One value every second, each writer at a moment of its own."""
    asker = Asker(server)
    due = time.monotonic() + 1 + number / WRITERS
    turn = 0
    while due < until:
        time.sleep(max(0.0, due - time.monotonic()))
        # Near what others have, so that nobody is asked whether it is right; it is looked for all the same.
        value, first = f"20.{turn:02}", str(turn == 0).lower()
        record = f'"participant": {people[number]}, "activity": {activity}, "value": {value}, "confirmed": {first}'
        body = f'{{"records": [{{{record}}}]}}'
        lines = [
            f"POST {address}/records HTTP/1.1",
            "Host: 127.0.0.1",
            f"Authorization: Bearer {token}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        waits.ask(asker, ("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        due, turn = due + 1, turn + 1


def read(server: Server, waits: Waits, until: float, address: str) -> None:
    """The board's piece whenever it may have changed, as a page that polls."""
    asker = Asker(server)
    while time.monotonic() < until:
        waits.ask(asker, get(f"{address}/board/live?language=en"))
        time.sleep(0.3)


if __name__ == "__main__":
    main()
