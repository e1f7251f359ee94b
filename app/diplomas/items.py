"""Changes of what is on a page, on the layout as plain data: pydantic makes a template of that again, or refuses."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

Plain = dict[str, Any]

NEW: dict[str, Plain] = {
    "text": {"x": 50, "y": 50, "size": 24, "width": 80},
    "qr": {"x": 45, "y": 80, "width": 10},
    "line": {"x": 37.5, "y": 90, "width": 25},
}
"""Where an item of each kind is put first."""

ASIDE = 2
"""Percent by which a copy stands aside of what it is a copy of."""


def add(plain: Plain, kind: str, **values: Any) -> str:
    """The new item's id."""
    item: Plain = {"kind": kind, "id": _new_id(plain, kind), **NEW.get(kind, {"x": 40, "y": 5, "width": 20}), **values}
    if kind == "text" and not values:
        item["text"] = _("Words")
    plain["items"].append(item)
    return str(item["id"])


def save(plain: Plain, item_id: str, values: Plain) -> None:
    plain["items"][position(plain, item_id)].update(values)


def duplicate(plain: Plain, item_id: str) -> str:
    place = position(plain, item_id)
    item = plain["items"][place]
    moved = {side: min(item[side] + ASIDE, 100) for side in ("x", "y")}
    made = {**item, **moved, "id": _new_id(plain, item["kind"])}
    plain["items"].insert(place + 1, made)
    return str(made["id"])


def delete(plain: Plain, item_id: str) -> None:
    del plain["items"][position(plain, item_id)]


def shift(plain: Plain, item_id: str, by: int) -> None:
    """Earlier or later in the order of drawing; the last is on top."""
    place = position(plain, item_id)
    item = plain["items"].pop(place)
    plain["items"].insert(max(0, place + by), item)


def position(plain: Plain, item_id: str) -> int:
    """Raises LookupError."""
    for place, item in enumerate(plain["items"]):
        if item["id"] == item_id:
            return place
    raise LookupError(item_id)


def _new_id(plain: Plain, kind: str) -> str:
    taken = {item["id"] for item in plain["items"]}
    return next(name for number in range(1, len(taken) + 2) if (name := f"{kind}-{number}") not in taken)
