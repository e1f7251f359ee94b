"""What all measurements share: Laurel and a twin as servers, turns A B A B, and what a turn cost.

Cost is CPU time of the server's process tree, because the clock of a shared machine tells of its other guests.
"""

from __future__ import annotations

import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
from flask import Flask

from app import create_app, embedded, processes
from app.config import Settings
from app.extensions import db

ROUNDS = int(os.environ.get("ROUNDS", "7"))
TICK = os.sysconf("SC_CLK_TCK")
SECRET_KEY = "only for measuring, 0123456789 abcdefgh"


@dataclass(frozen=True)
class Turn:
    """One turn of one side: CPU and wall seconds for so many requests, or whatever was done."""

    cpu: float
    wall: float
    count: int

    @property
    def ms(self) -> float:
        return self.cpu * 1000 / self.count


def compare(title: str, ours: Callable[[], Turn], twin: Callable[[], Turn], aim: str) -> None:
    """Take turns, and print both medians and the ratio of each pair's costs: 0.5 where we cost twice as much."""
    pairs = [(ours(), twin()) for _round in range(ROUNDS + 1)][1:]
    ratios = sorted(b.ms / a.ms for a, b in pairs)
    per_second = [statistics.median(turn.count / turn.wall for turn in side) for side in zip(*pairs, strict=True)]
    costs = [statistics.median(turn.ms for turn in side) for side in zip(*pairs, strict=True)]
    row(
        title,
        f"{costs[0]:.2f} ms" if costs[0] < 100 else f"{costs[0]:.0f} ms",
        f"{costs[1]:.2f} ms" if costs[1] < 100 else f"{costs[1]:.0f} ms",
        f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})",
        f"{per_second[0]:.0f} / {per_second[1]:.0f}",
        aim,
    )


def row(*cells: str) -> None:
    print(" | ".join(f"{cell:<{width}}" for cell, width in zip(cells, (46, 10, 10, 22, 13, 20), strict=False)))
    sys.stdout.flush()


def head(title: str) -> None:
    print(f"\n{title}")
    row("what", "Laurel", "twin", "twin / Laurel (range)", "a second", "aim")


# Servers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A folder with a database, unless another one is named, and a Redis: what a server needs."""

    folder: Path
    redis_url: str
    database: str = ""
    workers: int = 1

    @property
    def settings(self) -> Settings:
        return Settings(
            secret_key=SECRET_KEY,
            instance=self.folder,
            database_url=self.database or f"sqlite:///{self.folder / 'laurel.db'}",
            redis_url=self.redis_url,
            files=self.folder / "files",
            argon2_cheap=True,
        )

    @property
    def environ(self) -> dict[str, str]:
        return {
            **os.environ,
            "LAUREL_ENV": "production",
            "LAUREL_SECURE_COOKIES": "0",
            "LAUREL_INSTANCE": str(self.folder),
            "LAUREL_WORKERS": str(self.workers),
            "LAUREL_METRICS_TOKEN": os.environ.get("LAUREL_METRICS_TOKEN", ""),
            "SECRET_KEY": SECRET_KEY,
            "DATABASE_URL": self.settings.database_url,
            "REDIS_URL": self.redis_url,
        }

    def app(self) -> Flask:
        return create_app(self.settings)


@contextmanager
def place() -> Iterator[Place]:
    """A fresh, migrated database and an empty Redis, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="laurel-bench-") as name:
        folder = Path(name)
        server = embedded.redis_on_a_free_port(folder / "redis", keep=False)
        with (folder / "redis.log").open("wb") as log:
            child = processes.start(server.command, environ=server.environ, output=log)
        try:
            processes.wait_until(lambda: embedded.answers(server.url), 15)
            made = Place(folder, server.url)
            with made.app().app_context():
                flask_migrate.upgrade()
                db.engine.dispose()
            yield made
        finally:
            processes.stop([child])


class Server:
    def __init__(self, place: Place, application: str) -> None:
        self.port = processes.free_port()
        self.log = place.folder / f"{application.replace(':', '-')}.log"
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}", application]
        with self.log.open("wb") as log:
            self.process = processes.start(command, environ=place.environ, output=log)
        if not processes.wait_until(self.listens, 60, every=0.1):
            raise RuntimeError(self.log.read_text())

    def listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    @property
    def pids(self) -> list[int]:
        return [self.process.pid, *processes.descendants(self.process.pid)]

    def cpu(self) -> float:
        """Seconds that its processes have computed so far."""
        fields = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in self.pids]
        return sum(int(one[11]) + int(one[12]) for one in fields) / TICK

    def memory(self) -> float:
        """Megabytes that its worker holds."""
        return resident(self.pids[-1])


@contextmanager
def servers(place: Place, *applications: str) -> Iterator[list[Server]]:
    started = [Server(place, application) for application in applications]
    try:
        yield started
    finally:
        processes.stop([server.process for server in started])


def resident(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024**2


# Asking -----------------------------------------------------------------------------------------------------------


class Asker:
    """One kept-alive connection that sends ready-made requests and reads whole answers, as cheaply as can be."""

    def __init__(self, server: Server) -> None:
        self.connection = socket.create_connection(("127.0.0.1", server.port), 60)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Status, head and body."""
        self.connection.sendall(request)
        got = b""
        while b"\r\n\r\n" not in got:
            part = self.connection.recv(65536)
            if not part:
                raise ConnectionError("closed")
            got += part
        head, _blank, body = got.partition(b"\r\n\r\n")
        status = int(head[9:12])
        length = header(head, "Content-Length")
        wanted = 0 if status in {204, 304} or length is None else int(length)
        while len(body) < wanted:
            body += self.connection.recv(262144)
        return status, head, body


def header(head: bytes, name: str) -> str | None:
    for line in head.decode("latin-1").split("\r\n")[1:]:
        found, _colon, value = line.partition(": ")
        if found.lower() == name.lower():
            return value
    return None


def get(path: str, **headers: str) -> bytes:
    named = {
        "Host": "127.0.0.1",
        "Accept-Language": "en",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items()), "", ""]
    return "\r\n".join(lines).encode()


def asking(server: Server, requests: Sequence[bytes], status: int) -> Callable[[], Turn]:
    """A turn that sends these requests one after another and expects this status of each."""

    def turn() -> Turn:
        asker = Asker(server)
        cpu, began = server.cpu(), time.perf_counter()
        for request in requests:
            got = asker.ask(request)[0]
            assert got == status, got
        return Turn(server.cpu() - cpu, time.perf_counter() - began, len(requests))

    return turn


def computing(work: Callable[[], int]) -> Callable[[], Turn]:
    """A turn in this very process; `work` answers how many things it did."""

    def turn() -> Turn:
        cpu, began = time.process_time(), time.perf_counter()
        count = work()
        return Turn(time.process_time() - cpu, time.perf_counter() - began, count)

    return turn
