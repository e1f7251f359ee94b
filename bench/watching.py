"""From a save to the boards that are open: 200 viewers who look on, and 2,000 who look every five seconds.

Evaluators save meanwhile over the interface for scripts. Every answer to a viewer carries the revision that it shows,
and the answer to a save the one that it made, so each viewer tells how long each save was under way. Each is a
connection of its own that stays open, as a browser's does. Loopback only, and it ends by itself. `python -m
bench.watching 10` looks at the memory of the web processes for ten minutes instead.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from app.accounts.actions import create_token, create_user
from app.accounts.models import Role
from app.extensions import db
from bench import data
from bench.harness import Server, place, resident, row, servers

SECONDS, STARTS_WITHIN = 20, 5
PEOPLE = 300
WORKERS = 2
"""As Laurel has by itself."""


@dataclass
class Crowd:
    """What viewers and evaluators have met. `saved` is when each revision was answered for."""

    until: float
    saved: dict[int, float] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    polls: int = 0
    fresh: int = 0

    @property
    def p95(self) -> float:
        return sorted(self.waits)[int(len(self.waits) * 0.95)]


class Line:
    """A connection that is opened again whenever the server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: str, body: str = "") -> tuple[int, dict[str, str], bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        writer.write(f"{request}\r\nHost: 127.0.0.1\r\n{length}\r\n{body}".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        found = await reader.readexactly(int(headers.get("content-length") or 0))
        if headers.get("connection") == "close":
            self._close()
        return int(head[0].split()[1]), headers, found

    def _close(self) -> None:
        if self._streams:
            self._streams[1].close()
        self._streams = None


async def view(crowd: Crowd, port: int, address: str, every: float) -> None:
    line, tag, shown = Line(port), "", None
    await asyncio.sleep(random.random() * min(every, STARTS_WITHIN))
    while time.monotonic() < crowd.until:
        try:
            known = f"\r\nIf-None-Match: {tag}" if tag else ""
            status, headers, _body = await line.ask(f"GET {address}/board/live?language=en HTTP/1.1{known}")
        except (OSError, asyncio.IncompleteReadError) as error:
            crowd.wrong.append(repr(error))
            line = Line(port)
        else:
            crowd.polls += 1
            crowd.fresh += status == 200
            if status not in (200, 304):
                crowd.wrong.append(str(status))
            tag, seen = headers.get("etag", ""), time.monotonic()
            revision = int(tag.strip('"').rpartition("-")[2])
            if shown is not None:
                crowd.waits += [seen - at for number, at in crowd.saved.items() if shown < number <= revision]
            shown = revision
        await asyncio.sleep(every)


async def evaluate(crowd: Crowd, port: int, address: str, token: str, person: int, activity: int, every: float) -> None:
    line, turn = Line(port), 0
    await asyncio.sleep(STARTS_WITHIN + random.random() * every)
    while time.monotonic() < crowd.until - every:
        turn += 1
        body = json.dumps({"records": [{"participant": person, "activity": activity, "value": turn}]})
        head = (
            f"POST /api/v1{address}/records HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json"
        )
        status, _headers, answer = await line.ask(head, body)
        if status == 200:
            crowd.saved[json.loads(answer)["revision"]] = time.monotonic()
        else:
            crowd.wrong.append(f"save {status}")
        await asyncio.sleep(every)


async def watch(
    server: Server, viewers: int, looks_every: float, address: str, writers: list[tuple[str, int, int]], seconds: float
) -> Crowd:
    crowd = Crowd(time.monotonic() + seconds + STARTS_WITHIN)
    await asyncio.gather(
        *(view(crowd, server.port, address, looks_every) for _viewer in range(viewers)),
        *(evaluate(crowd, server.port, address, *writer, every=2.0) for writer in writers),
    )
    return crowd


@contextmanager
def watched() -> Iterator[tuple[Server, str, list[tuple[str, int, int]]]]:
    """A server with an event, its address, and forty evaluators: token, participant, activity."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    with place() as here:
        with here.app().app_context():
            event = data.event(PEOPLE)
            people = [person.id for group in event.groups for person in group.participants]
            activity, address = event.activities[0].id, f"/events/{event.id}"
            users = [create_user(f"w{n}@example.org", f"Writer {n}", Role.ADMIN, None, by=None) for n in range(40)]
            db.session.flush()
            writers = [(create_token(user, "bench")[1], people[n], activity) for n, user in enumerate(users)]
            db.session.commit()
            db.engine.dispose()
        with servers(replace(here, workers=WORKERS), "wsgi:app") as [server]:
            yield server, address, writers


def how_soon() -> None:
    print(f"\nFrom a save to the boards that are open, for {SECONDS} s")
    with watched() as (server, address, writers):
        for viewers, every, savers, aim in ((200, 0.7, 4, "1 s"), (2000, 5.0, 40, "6 s")):
            before = server.cpu()
            crowd = asyncio.run(watch(server, viewers, every, address, writers[:savers], SECONDS))
            used = (server.cpu() - before) / (SECONDS + STARTS_WITHIN)
            row(
                f"{viewers} viewers",
                f"{crowd.p95:.2f} s",
                f"p95 of {len(crowd.waits)}",
                f"{len(crowd.saved)} saves, {crowd.polls} polls, {crowd.fresh} with news",
                f"{len(crowd.wrong)} wrong {crowd.wrong[:1]}, {used:.2f} cores",
                aim,
            )


def how_much_memory(minutes: int) -> None:
    """What the web processes hold, minute by minute, beside 200 viewers and 4 evaluators."""
    print(f"\nMemory of the web processes over {minutes} min")
    with watched() as (server, address, writers):
        for minute in range(minutes):
            crowd = asyncio.run(watch(server, 200, 0.7, address, writers[:4], 60 - STARTS_WITHIN))
            held = ", ".join(f"{resident(pid):.1f}" for pid in server.pids[1:])
            row(f"minute {minute + 1}", f"{held} MB", "", f"{len(crowd.saved)} saves, {crowd.polls} polls", "", "flat")


def main() -> None:
    if len(sys.argv) > 1:
        how_much_memory(int(sys.argv[1]))
    else:
        how_soon()


if __name__ == "__main__":
    main()
