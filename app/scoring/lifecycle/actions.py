"""An activity is open, locked or published. Wants the event's row locked, which is the queue that writers of values
stand in too: whoever is behind a lock in it finds the activity locked. Commits nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from ... import audit
from ...accounts.models import User
from ...events.changes import Refused
from ...events.kinds import ActivityState
from ...events.models import Activity, Event
from ...events.revisions import touch
from ...extensions import db

FROM = {
    ActivityState.OPEN: {ActivityState.LOCKED, ActivityState.PUBLISHED},
    ActivityState.LOCKED: {ActivityState.OPEN, ActivityState.PUBLISHED},
    ActivityState.PUBLISHED: {ActivityState.LOCKED},
}
"""What an activity may come to each state from."""


@dataclass(frozen=True)
class Move:
    """Where some activities are to go, and why."""

    state: ActivityState
    reason: str


def move(event: Event, activities: Sequence[Activity], wanted: Move, *, by: User) -> list[Activity]:
    """Those that were not there yet. Raises Refused, and then moves none."""
    moving = [activity for activity in activities if activity.state is not wanted.state]
    for activity in moving:
        if activity.state not in FROM[wanted.state]:
            raise Refused(_l("“%(name)s” is still open: lock it first.", name=activity.name))
    for activity in moving:
        payload = {"old": {"state": activity.state}, "new": {"state": wanted.state}, "reason": wanted.reason}
        activity.state = wanted.state
        audit.record(event, "activity.state", by=by, subject=activity, payload=payload)
    if moving:
        db.session.flush()
        touch(event, {activity.id for activity in moving})
    return moving
