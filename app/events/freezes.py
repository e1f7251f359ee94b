"""What of an event the public sees as it was at a moment, kept beside the event as `freezes`:

{"event": {"at": "2026-07-04T13:30:00+00:00"},      all activities, but for those with an entry of their own
 "12":    {"at": "2026-07-04T13:00:00+00:00"},      an activity by its id; one yet to come begins by itself
 "13":    {"at": "2026-07-04T13:00:00+00:00", "down_to": 3},     being revealed place by place, and now at the third
 "14":    {"at": null},                             revealed, while the rest of the event is not
"overall": {"at": "2026-07-04T13:30:00+00:00", "down_to": 2}}     the board over all activities, by itself
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

WHOLE, OVERALL = "event", "overall"

Freezes = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Freeze:
    """What stood `at` a moment is shown; as now, of those who are at `down_to` or behind it in each of their lists."""

    at: datetime
    down_to: int | None = None

    @property
    def is_being_revealed(self) -> bool:
        return self.down_to is not None


def planned(freezes: Freezes, activity_id: int | None) -> Freeze | None:
    """Of an activity, or without one of the whole event, whether it has begun or is yet to."""
    entry = freezes.get(WHOLE if activity_id is None else str(activity_id))
    return _read(freezes.get(WHOLE) if entry is None else entry)


def of_overall(freezes: Freezes) -> tuple[bool, Freeze | None]:
    """Whether the board over all activities goes by an entry of its own, and how far it is revealed: None there means
    all of it, whatever else is frozen.
    """
    return OVERALL in freezes, _read(freezes.get(OVERALL))


def _read(entry: Mapping[str, Any] | None) -> Freeze | None:
    if not entry or not entry.get("at"):
        return None
    return Freeze(datetime.fromisoformat(entry["at"]), entry.get("down_to"))


def in_force(freezes: Freezes, activity_id: int | None, moment: datetime | None = None) -> Freeze | None:
    found = planned(freezes, activity_id) if freezes else None
    return found if found and found.at <= (moment or datetime.now(UTC)) else None


def began(freezes: Freezes, at: float) -> float:
    """When the last one began by then, both in seconds since 1970; 0 where none has.

    What was made of a board before that moment does not show that it is frozen.
    """
    if not freezes:
        return 0
    moments = [datetime.fromisoformat(entry["at"]).timestamp() for entry in freezes.values() if entry.get("at")]
    return max((moment for moment in moments if moment <= at), default=0)


def with_freeze(freezes: Freezes, activity_id: int | None, freeze: Freeze) -> dict[str, Any]:
    """Who freezes the whole event freezes what was revealed by itself too; what has been frozen by itself stays so."""
    entry: dict[str, Any] = {"at": freeze.at.isoformat()}
    if freeze.down_to is not None:
        entry["down_to"] = freeze.down_to
    # What is frozen anew holds back the board over all activities as well.
    freezes = {key: one for key, one in freezes.items() if key != OVERALL or freeze.is_being_revealed}
    if activity_id is not None:
        return {**freezes, str(activity_id): entry}
    return {**{key: one for key, one in freezes.items() if one.get("at")}, WHOLE: entry}


def with_overall(freezes: Freezes, freeze: Freeze | None) -> dict[str, Any]:
    """Being revealed by itself, or, with None, all of it."""
    entry = {"at": freeze.at.isoformat(), "down_to": freeze.down_to} if freeze else {"at": None}
    return {**freezes, OVERALL: entry}


def without(freezes: Freezes, activity_id: int | None) -> dict[str, Any]:
    if activity_id is None:
        return {}
    rest = {key: dict(entry) for key, entry in freezes.items() if key != str(activity_id)}
    return {**rest, str(activity_id): {"at": None}} if WHOLE in rest else rest
