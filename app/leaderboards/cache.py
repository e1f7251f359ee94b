"""Bytes of boards in Redis, shared by all readers and processes.

Kept under what they show, with the revision of what they were made from. Nobody reads bytes that are older than a
second once a write was committed: either they carry the revision asked for, or they were made less than STALE
seconds ago, which is what others read while somebody makes them anew. Without Redis everybody makes their own.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, current_app
from redis import RedisError

from .. import metrics
from ..config import ROOT
from ..extensions import redis

log = structlog.get_logger()

STALE = 1.0
REBUILD_EVERY_MS = 300
LONGEST_REBUILD_MS = 10_000
PATIENCE = 2.0
LOOK_EVERY = 0.02
KEPT_FOR = 60
SHOWN_WITH = ("templates", "app/translations", "static/css", "static/js")


@dataclass(frozen=True)
class Kept:
    """`revision` and `at` (seconds since 1970) were taken before the data was read, so it is at least as new.

    `token` is the event's own: it keeps two events apart that had the same number in two databases.
    """

    token: str
    revision: int
    at: float
    body: bytes


class NotKept(LookupError):
    """What was asked for is not there, or not as new as it should be."""


Build = Callable[[], Kept]


def init_app(app: Flask) -> None:
    app.extensions["laurel_look"] = _look()


def key_of(*shown: object) -> str:
    """A short name for what is shown; another one after an update that changed a template, a text or a style."""
    parts = json.dumps([current_app.extensions["laurel_look"], *shown], default=str)
    return hashlib.sha256(parts.encode()).hexdigest()[:24]


def read(key: str, token: str, revision: int, began: float, build: Build) -> Kept:
    """What is kept of this event if it is as new as this revision, else made anew, by one reader at a time.

    `began` is when a freeze came into force last: what was made before that does not show it.
    """
    try:
        return _read(key, token, revision, began, build)
    except RedisError as error:
        log.warning("board_not_cached", error=str(error))
        return build()


def _read(key: str, token: str, revision: int, began: float, build: Build) -> Kept:
    patient_until = time.monotonic() + PATIENCE
    while time.monotonic() < patient_until:
        stored = _client().get(name_of(key))
        with suppress(NotKept):
            return accepted(stored, token, revision, began)
        if _client().set(f"{name_of(key)}:making", 1, nx=True, px=LONGEST_REBUILD_MS):
            metrics.count_board("made")
            return _make(name_of(key), build)
        kept = _loaded(stored, token)
        if kept and time.time() - kept.at < STALE:
            metrics.count_board("stale")
            return kept
        time.sleep(LOOK_EVERY)
    metrics.count_board("made")
    return build()


def accepted(stored: bytes | None, token: str, revision: int, began: float) -> Kept:
    """What Redis keeps under `name_of` a key. Raises NotKept."""
    kept = _loaded(stored, token)
    if kept is None or kept.revision < revision or kept.at < began:
        raise NotKept
    metrics.count_board("kept")
    return kept


def name_of(key: str) -> str:
    return f"board:{key}"


def _make(name: str, build: Build) -> Kept:
    """Hold the lock for a while after: the next one to make this may start no sooner."""
    began = time.monotonic()
    try:
        kept = build()
    except BaseException:
        _client().delete(f"{name}:making")
        raise
    head = json.dumps({"token": kept.token, "revision": kept.revision, "at": kept.at})
    _client().set(name, head.encode() + b"\n" + kept.body, ex=KEPT_FOR)
    spent = int((time.monotonic() - began) * 1000)
    _client().pexpire(f"{name}:making", max(REBUILD_EVERY_MS - spent, 1))
    return kept


def _loaded(stored: bytes | None, token: str) -> Kept | None:
    if stored is None:
        return None
    head, _newline, body = stored.partition(b"\n")
    kept = Kept(**json.loads(head), body=body)
    return kept if kept.token == token else None


def _client() -> Any:
    return redis.of(current_app)


@cache
def _look() -> str:
    """A sum over everything that bytes depend on beside the data; the same in every process."""
    summed = hashlib.sha256()
    for folder in SHOWN_WITH:
        for file in sorted(path for path in (ROOT / folder).rglob("*") if path.is_file()):
            summed.update(_line(file))
    return summed.hexdigest()


def _line(file: Path) -> bytes:
    return f"{file.relative_to(ROOT)} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode()
