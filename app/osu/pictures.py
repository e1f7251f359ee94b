"""Pictures of a submission, to be shown elsewhere: set by typst out of its figures, and kept for a day."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import current_app
from redis import RedisError

from .. import typesetting
from ..extensions import redis
from .queries import Entry

NAMES = ("lost_scores_result", "potential_top_result", "summary_badge")
SOURCE = Path(__file__).with_name("picture.typ")
KEPT_FOR = 24 * 3600
ROWS = 10


def png(entry: Entry, name: str) -> bytes:
    data = figures(entry, name)
    text = json.dumps(data, sort_keys=True).encode() + SOURCE.read_bytes()
    key = f"picture:{hashlib.sha256(text).hexdigest()[:24]}"
    with suppress(RedisError):
        stored: Any = redis.of(current_app).get(key)
        if isinstance(stored, bytes):
            return stored
    made = typesetting.png(SOURCE, data)
    with suppress(RedisError):
        redis.of(current_app).set(key, made, ex=KEPT_FOR)
    return made


def figures(entry: Entry, name: str) -> dict[str, Any]:
    """What stands in the picture."""
    submission = entry.submission
    plays = submission.lost if name == "lost_scores_result" else submission.top
    return {
        "name": entry.name,
        "kind": name,
        "current": f"{submission.current_pp:.0f}",
        "potential": f"{submission.potential_pp:.0f}",
        "delta": f"{submission.delta_pp:+.2f}",
        "lost": str(submission.lost_count),
        "state": submission.state.value,
        "plays": [] if name == "summary_badge" else [_line(play) for play in plays[:ROWS]],
    }


def _line(play: dict[str, Any]) -> dict[str, Any]:
    title = f"{play['artist']} - {play['title']} [{play['version']}]"
    return {
        "pp": f"{float(play['pp']):.0f}",
        "title": title[:90],
        "mods": "".join(play["mods"]) or "NM",
        "accuracy": f"{float(play['accuracy']):.2f} %",
        "lost": play["score_id"] is None,
    }
