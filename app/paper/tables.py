"""Tables that Laurel did not print, read on this machine, and by a model elsewhere where one is set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app

from .reading import outside
from .reading.foreign import TICKS, match
from .reading.outside import Line, Model, Unavailable
from .reading.reader import Photo, Taken, Unreadable

OWN, GEMINI = "own", "gemini"


def model() -> Model | None:
    settings = current_app.config["SETTINGS"]
    return Model(settings.gemini_url, settings.gemini_model, settings.gemini_key) if settings.gemini_key else None


def read(photo: Photo, taken: Taken) -> list[dict[str, Any]]:
    """Rows as `child.read_table` gives them, with `by`, who read them. Raises Unreadable.

    The other reader's values stand where there is one, and a row in which the two differ says so.
    """
    elsewhere = model()
    lines = None
    if elsewhere is not None:
        try:
            lines = outside.read_table(taken.jpeg, elsewhere)
        except Unavailable:
            lines = None
    try:
        own = [{**row, "by": OWN} for row in photo.read_table(taken)]
    except Unreadable:
        if not lines:
            raise
        own = []
    return own if lines is None else _together(own, lines)


def _together(own: Sequence[dict[str, Any]], lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Each line with the place of our row of the same name."""
    names = {number: str(row["name"]) for number, row in enumerate(own, 1)}
    places = match([line.name for line in lines], names)
    rows = []
    for number, (line, place) in enumerate(zip(lines, places, strict=True)):
        ours = own[place - 1] if place is not None else None
        numbers = [value for value in line.values if value not in TICKS]
        tick = next((value for value in line.values if value in TICKS), "")
        same = ours is not None and (list(ours["numbers"]), ours["tick"]) == (numbers, tick)
        rows.append(
            {
                "row": number,
                "name": line.name,
                "numbers": numbers,
                "tick": tick,
                "corners": ours["corners"] if ours else None,
                "agree": same,
                "confidence": ours["confidence"] if ours else 0.5,
                "by": GEMINI,
            }
        )
    return rows
