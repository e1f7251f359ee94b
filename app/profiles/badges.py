"""What of a player is shown elsewhere: a badge for a web page, and the picture beside a link."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import current_app, render_template
from flask_babel import gettext as _
from flask_babel import ngettext
from redis import RedisError

from .. import typesetting
from ..extensions import redis
from .queries import Player
from .results import Appearance
from .summary import summary

SOURCE = Path(__file__).with_name("card.typ")
KEPT_FOR = 24 * 3600
LETTER = 7
"""About how many pixels a letter is wide on a badge."""


def svg(player: Player, appearances: Sequence[Appearance]) -> str:
    told = summary(appearances)
    right = f"{told.medals[0]}·{told.medals[1]}·{told.medals[2]}"
    left = player.name[:40]
    widths = (len(left) * LETTER + 20, len(right) * LETTER + 40)
    return render_template("profiles/badge.svg", left=left, right=right, widths=widths, events=told.events)


def png(player: Player, appearances: Sequence[Appearance]) -> bytes:
    """1200 x 630. The same figures give the same picture, so it is set once."""
    told = summary(appearances)
    data = {
        "name": player.name,
        "username": player.user.username,
        "events": ngettext("%(num)d event", "%(num)d events", told.events),
        "results": ngettext("%(num)d result", "%(num)d results", told.results),
        "medals": [
            {"count": str(count), "label": label}
            for count, label in zip(
                told.medals, (_("first places"), _("second places"), _("third places")), strict=True
            )
        ],
        "lines": [_line(one) for one in appearances[:3]],
    }
    return _kept(data) or _set(data)


def medal_names() -> tuple[str, str, str]:
    return _("first places"), _("second places"), _("third places")


def _line(one: Appearance) -> str:
    best = f" · {one.best}." if one.best else ""
    return f"{one.event}{best}"


def _key(data: dict[str, Any]) -> str:
    return f"card:{hashlib.sha256(json.dumps(data, sort_keys=True).encode() + SOURCE.read_bytes()).hexdigest()[:24]}"


def _kept(data: dict[str, Any]) -> bytes | None:
    with suppress(RedisError):
        stored: Any = redis.of(current_app).get(_key(data))
        return stored if isinstance(stored, bytes) else None
    return None


def _set(data: dict[str, Any]) -> bytes:
    made = typesetting.png(SOURCE, data)
    with suppress(RedisError):
        redis.of(current_app).set(_key(data), made, ex=KEPT_FOR)
    return made
