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
from dataclasses import dataclass
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
    """`revision` and `at` (seconds since 1970) were taken before the data was read, so it is at least as new."""

    revision: int
    at: float
    body: bytes


Build = Callable[[], Kept]


def init_app(app: Flask) -> None:
    app.extensions["laurel_look"] = _look()


def key_of(*shown: object) -> str:
    """A short name for what is shown; another one after an update that changed a template, a text or a style."""
    parts = json.dumps([current_app.extensions["laurel_look"], *shown], default=str)
    return hashlib.sha256(parts.encode()).hexdigest()[:24]


def read(key: str, revision: int, build: Build) -> Kept:
    """What is kept if it is as new as this revision, else made anew, by one reader at a time."""
    try:
        return _read(f"board:{key}", revision, build)
    except RedisError as error:
        log.warning("board_not_cached", error=str(error))
        return build()


def _read(key: str, revision: int, build: Build) -> Kept:
    patient_until = time.monotonic() + PATIENCE
    while time.monotonic() < patient_until:
        kept = _load(key)
        if kept and kept.revision >= revision:
            metrics.count_board("kept")
            return kept
        if _client().set(f"{key}:making", 1, nx=True, px=LONGEST_REBUILD_MS):
            metrics.count_board("made")
            return _make(key, build)
        if kept and time.time() - kept.at < STALE:
            metrics.count_board("stale")
            return kept
        time.sleep(LOOK_EVERY)
    metrics.count_board("made")
    return build()


def _make(key: str, build: Build) -> Kept:
    """Hold the lock for a while after: the next one to make this may start no sooner."""
    began = time.monotonic()
    try:
        kept = build()
    except BaseException:
        _client().delete(f"{key}:making")
        raise
    head = json.dumps({"revision": kept.revision, "at": kept.at})
    _client().set(key, head.encode() + b"\n" + kept.body, ex=KEPT_FOR)
    spent = int((time.monotonic() - began) * 1000)
    _client().pexpire(f"{key}:making", max(REBUILD_EVERY_MS - spent, 1))
    return kept


def _load(key: str) -> Kept | None:
    stored = _client().get(key)
    if stored is None:
        return None
    head, _newline, body = stored.partition(b"\n")
    return Kept(**json.loads(head), body=body)


def _client() -> Any:
    return redis.of(current_app)


def _look() -> str:
    """A sum over everything that bytes depend on beside the data; the same in every process."""
    summed = hashlib.sha256()
    for folder in SHOWN_WITH:
        for file in sorted(path for path in (ROOT / folder).rglob("*") if path.is_file()):
            summed.update(_line(file))
    return summed.hexdigest()


def _line(file: Path) -> bytes:
    return f"{file.relative_to(ROOT)} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode()
