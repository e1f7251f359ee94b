"""An activity is open, locked or published. Wants the event's row locked, which is the queue that writers of values
stand in too: whoever is behind a lock in it finds the activity locked. Commits nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from ... import audit
from ...accounts.models import User
from ...events.changes import Refused
from ...events.kinds import ActivityState, Checking
from ...events.models import Activity, Event
from ...events.revisions import touch
from ...extensions import db
from ..checking.queries import unchecked_in
from ..flags import queries as flags

FROM = {
    ActivityState.OPEN: {ActivityState.LOCKED, ActivityState.PUBLISHED},
    ActivityState.LOCKED: {ActivityState.OPEN, ActivityState.PUBLISHED},
    ActivityState.PUBLISHED: {ActivityState.LOCKED},
}
"""What an activity may come to each state from."""


class Flagged(Refused):
    """Some results are flagged, which an admin may override."""


@dataclass(frozen=True)
class Move:
    """Where some activities are to go, and why; `despite_flags` overrides those that are open."""

    state: ActivityState
    reason: str
    despite_flags: bool = False


def move(event: Event, activities: Sequence[Activity], wanted: Move, *, by: User) -> list[Activity]:
    """Those that were not there yet. Raises Refused, and then moves none."""
    moving = [activity for activity in activities if activity.state is not wanted.state]
    for activity in moving:
        if activity.state not in FROM[wanted.state]:
            raise Refused(_l("“%(name)s” is still open: lock it first.", name=activity.name))
    flagged = flags.open_in(moving) if wanted.state is not ActivityState.OPEN else {}
    if flagged and not wanted.despite_flags:
        names = ", ".join(activity.name for activity in moving if activity.id in flagged)
        raise Flagged(_l("There are open flags: %(names)s. Answer them first, or say why not.", names=names))
    for activity in moving:
        _refuse_unchecked(activity, wanted)
    for activity in moving:
        payload: dict[str, Any] = {"old": {"state": activity.state}, "new": {"state": wanted.state}}
        payload |= {"reason": wanted.reason, "open_flags": flagged.get(activity.id, 0)}
        activity.state = wanted.state
        audit.record(event, "activity.state", by=by, subject=activity, payload=payload)
    if moving:
        db.session.flush()
        touch(event, {activity.id for activity in moving})
    return moving


def _refuse_unchecked(activity: Activity, wanted: Move) -> None:
    """A final board would lack what is withheld."""
    if wanted.state is ActivityState.PUBLISHED and activity.checking is Checking.REQUIRED and unchecked_in(activity):
        raise Refused(_l("In “%(name)s” there are values that nobody has checked.", name=activity.name))
