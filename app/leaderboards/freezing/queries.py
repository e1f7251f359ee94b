from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...events import freezes
from ...events.freezes import Freeze
from ...events.models import Activity, Event
from ..queries import event_standings, standings
from ..schemes import plan_of
from ..standings import Row, Standings


@dataclass(frozen=True)
class Held:
    """An activity, how it is frozen if it is or will be, and how much of it the public does not see."""

    activity: Activity
    freeze: Freeze | None
    is_in_force: bool
    differences: int


@dataclass(frozen=True)
class Pair:
    """Somebody's line on the public board and on the one as it is now; either may be missing."""

    shown: Row | None
    current: Row | None

    @property
    def name(self) -> str:
        row = self.current or self.shown
        return row.participant.name if row else ""

    @property
    def move(self) -> int:
        """By how many places they have gone up since; 0 where one of the two is no place."""
        before, after = (row.place if row else None for row in (self.shown, self.current))
        return before - after if before and after else 0

    @property
    def differs(self) -> bool:
        before, after = ((row.place, row.value) if row else None for row in (self.shown, self.current))
        return before != after


def held(event: Event) -> list[Held]:
    """In the event's order; a dozen statements, whatever there is."""
    shown, current = event_standings(event), event_standings(event, despite_freeze=True)
    found = []
    for then, now in zip(shown, current, strict=True):
        activity = then.activity
        freeze = freezes.planned(event.freezes, activity.id)
        differing = sum(pair.differs for pair in _pairs(then.standings, now.standings))
        found.append(Held(activity, freeze, then.standings.freeze is not None, differing))
    return found


@dataclass(frozen=True)
class OverallState:
    """The board over all activities while any of them is frozen; `is_revealed` where it is not any more."""

    at: datetime
    down_to: int | None
    is_revealed: bool


def overall_state(event: Event) -> OverallState | None:
    plan = plan_of(event)
    if plan is None:
        return None
    counted = [activity.id for activity in event.activities if activity.id in plan.weights]
    moments = [freeze.at for one in counted if (freeze := freezes.in_force(event.freezes, one))]
    by_itself, standing = freezes.of_overall(event.freezes)
    if not moments:
        return None
    return OverallState(min(moments), standing.down_to if standing else None, by_itself and standing is None)


def pairs(event: Event, activity: Activity) -> list[Pair]:
    """In the order of now, then who is on the public board alone."""
    return _pairs(standings(event, activity), standings(event, activity, despite_freeze=True))


def _pairs(shown: Standings, current: Standings) -> list[Pair]:
    before = {row.participant.id: row for row in shown.together}
    found = [Pair(before.pop(row.participant.id, None), row) for row in current.together]
    return found + [Pair(row, None) for row in before.values()]
