"""Freezing what the public sees of an event or an activity, and revealing it. Wants the event locked; commits nothing.

Values go on to be written meanwhile; what is shown of them follows from `Event.freezes` alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
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
from ..queries import event_standings, overall
from ..schemes import plan_of
from ..standings import StandingsOf

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


def reveal_next_overall(event: Event, *, by: User) -> int | None:
    """The board over all activities, from the last place as above, while its activities stay frozen."""
    plan = plan_of(event)
    by_itself, standing = freezes.of_overall(event.freezes)
    found = overall(event, plan, as_frozen=True) if plan else None
    if plan is None or found is None or found.freeze is None or (by_itself and standing is None):
        raise Refused(_l("This is not frozen."))
    standing = standing or Freeze(found.freeze.at)
    down_to = _next_of(_places(overall(event, plan, as_now=True)), standing)
    following = Freeze(standing.at, down_to) if down_to else None
    _set(event, None, REVEALED, freezes.with_overall(event.freezes, following), by, words=_words_of_overall)
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
    places: set[int] = set()
    for one in event_standings(event, despite_freeze=True):
        if activity is None or one.activity.id == activity.id:
            places |= _places(one.standings)
    return _next_of(places, standing)


def _places(standings: StandingsOf[Any]) -> set[int]:
    lists = (standings.together, *(bucket.rows for bucket in standings.buckets))
    return {row.place for rows in lists for row in rows if row.place is not None}


def _next_of(places: set[int], standing: Freeze) -> int | None:
    if standing.down_to is None and any(place > 3 for place in places):
        return min(place for place in places if place > 3)
    better = [place for place in places if standing.down_to is None or place < standing.down_to]
    return max(better) if better and max(better) > 1 else None


def _set(
    event: Event,
    activity: Activity | None,
    action: str,
    new: dict[str, Any],
    by: User,
    *,
    words: Callable[[freezes.Freezes], str | None] | None = None,
) -> None:
    before = dict(event.freezes)
    if new == before:
        return
    event.freezes = new
    words = words or partial(_words, activity)
    payload: dict[str, Any] = {
        "old": {"frozen": words(before)},
        "new": {"frozen": words(new)},
        "before": before,
    }
    note(event, action, by, activity or event, payload)


def _words(activity: Activity | None, state: freezes.Freezes) -> str | None:
    return _said(freezes.planned(state, _id(activity)))


def _words_of_overall(state: freezes.Freezes) -> str | None:
    by_itself, found = freezes.of_overall(state)
    return _said(found) if by_itself else _said(freezes.planned(state, None))


def _said(found: Freeze | None) -> str | None:
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
