"""Freezing what the public sees of an event or an activity, and revealing it. Wants the event locked; commits nothing.

Values go on to be written meanwhile; what is shown of them follows from `Event.freezes` alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ...accounts.models import User
from ...audit.models import AuditEntry
from ...database import now
from ...events import freezes
from ...events.changes import Refused, note
from ...events.freezes import Freeze
from ...events.models import Activity, Event
from ...extensions import db
from ..queries import event_standings

FROZEN, REVEALED, UNDONE = "board.freeze", "board.reveal", "board.undo"


def freeze(event: Event, activity: Activity | None, at: datetime | None, *, by: User) -> None:
    """As of a moment, past or yet to come; without one, of now."""
    _set(event, activity, FROZEN, freezes.with_freeze(event.freezes, _id(activity), Freeze(at or now())), by)


def reveal(event: Event, activity: Activity | None, *, by: User) -> None:
    """All at once. Also takes back a freeze that is yet to begin."""
    if not _is_frozen(event, activity):
        raise Refused(_l("This is not frozen."))
    _set(event, activity, REVEALED, freezes.without(event.freezes, _id(activity)), by)


def reveal_next(event: Event, activity: Activity | None, *, by: User) -> int | None:
    """From the last: first all but the best three, then place by place; who share one come together.

    The place that it has come down to, None when that was the last.
    """
    standing = freezes.in_force(event.freezes, _id(activity))
    if standing is None:
        raise Refused(_l("This is not frozen."))
    down_to = _next_place(event, activity, standing)
    if down_to is None:
        reveal(event, activity, by=by)
        return None
    new = freezes.with_freeze(event.freezes, _id(activity), Freeze(standing.at, down_to))
    _set(event, activity, REVEALED, new, by)
    return down_to


def undo(event: Event, *, by: User) -> None:
    """Take back what was done last."""
    before = before_last(event)
    if before is None:
        raise Refused(_l("There is nothing to undo."))
    _set(event, None, UNDONE, before, by)


def before_last(event: Event) -> dict[str, Any] | None:
    """What was frozen before the last change, unless that was an undo."""
    last = db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.event_id == event.id, AuditEntry.action.in_((FROZEN, REVEALED, UNDONE)))
        .order_by(AuditEntry.sequence.desc())
        .limit(1)
    ).one_or_none()
    if last is None or last.action == UNDONE:
        return None
    return (last.payload or {}).get("before")


def _next_place(event: Event, activity: Activity | None, standing: Freeze) -> int | None:
    """The best place that would be shown next. The first one shown is the fourth, or what comes after it."""
    places = {
        row.place
        for one in event_standings(event, despite_freeze=True)
        if activity is None or one.activity.id == activity.id
        for rows in (one.standings.together, *(bucket.rows for bucket in one.standings.buckets))
        for row in rows
        if row.place is not None
    }
    if standing.down_to is None and any(place > 3 for place in places):
        return min(place for place in places if place > 3)
    better = [place for place in places if standing.down_to is None or place < standing.down_to]
    return max(better) if better and max(better) > 1 else None


def _set(event: Event, activity: Activity | None, action: str, new: dict[str, Any], by: User) -> None:
    before = dict(event.freezes)
    if new == before:
        return
    event.freezes = new
    payload: dict[str, Any] = {
        "old": {"frozen": _words(before, activity)},
        "new": {"frozen": _words(new, activity)},
        "before": before,
    }
    note(event, action, by, activity or event, payload)


def _words(state: freezes.Freezes, activity: Activity | None) -> str | None:
    found = freezes.planned(state, _id(activity))
    if found is None:
        return None
    at = found.at.isoformat(timespec="seconds")
    return at if found.down_to is None else f"{at}, ≥ {found.down_to}."


def _is_frozen(event: Event, activity: Activity | None) -> bool:
    if activity is None:
        return any(entry.get("at") for entry in event.freezes.values())
    return freezes.planned(event.freezes, activity.id) is not None


def _id(activity: Activity | None) -> int | None:
    return activity.id if activity else None
