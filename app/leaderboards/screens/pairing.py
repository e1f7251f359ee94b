"""Codes of screens that wait for a desk. They live in Redis for as long as the screen asks: nothing of it is a row."""

from __future__ import annotations

import secrets
from typing import Any

from flask import current_app

from ...events.team_codes import LETTERS
from ...extensions import redis

LENGTH = 6
WAITS = 15 * 60
SEEN_FOR = 15


def code_for(token_hash: str) -> str:
    """The screen's code, a new one where it has none or waited too long. Raises RedisError."""
    known = _redis().get(f"screen:waiting:{token_hash}")
    if known:
        code = str(known.decode())
        _redis().expire(f"screen:waiting:{token_hash}", WAITS)
        _redis().expire(f"screen:code:{code}", WAITS)
        return code
    while True:
        code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        if _redis().set(f"screen:code:{code}", token_hash, nx=True, ex=WAITS):
            _redis().set(f"screen:waiting:{token_hash}", code, ex=WAITS)
            return code


def screen_with(typed: str) -> str | None:
    """The hash of the token of the screen that shows this code. Case, spaces and dashes do not count."""
    code = "".join(letter for letter in typed.upper() if letter.isalnum())
    found = _redis().get(f"screen:code:{code}")
    return str(found.decode()) if found else None


def forget(token_hash: str) -> None:
    code = _redis().getdel(f"screen:waiting:{token_hash}")
    if code:
        _redis().delete(f"screen:code:{code.decode()}")


def was_seen(screen_id: int) -> None:
    _redis().set(f"screen:seen:{screen_id}", 1, ex=SEEN_FOR)


def seen(screen_ids: list[int]) -> set[int]:
    """Those that have asked within the last seconds."""
    if not screen_ids:
        return set()
    found = _redis().mget([f"screen:seen:{screen_id}" for screen_id in screen_ids])
    return {screen_id for screen_id, value in zip(screen_ids, found, strict=True) if value}


def _redis() -> Any:
    return redis.of(current_app)
