"""What a changed ranking would change, before it is saved: who moves from where to where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from ..events.models import Event
from ..scoring.checking.blind import Audience
from . import queries
from .overall_rules import BadScheme, Method, TieBreak
from .schemes import Plan, is_total_higher_better
from .whole import OverallRow, team_rows

SHOWN = 20


@dataclass(frozen=True)
class Move:
    """No place is none in the ranking, or no such ranking."""

    name: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Difference:
    """`moves` of all who have another place, those who come first ahead; `people` is how many there are in all."""

    moves: tuple[Move, ...]
    people: int

    @property
    def shown(self) -> tuple[Move, ...]:
        return self.moves[:SHOWN]


@dataclass(frozen=True)
class Preview:
    overall: Difference
    teams: Difference
    warnings: tuple[str, ...]


def preview_of(event: Event, before: Plan | None, after: Plan | None) -> Preview:
    """As admins see it, with what is not checked yet."""
    was, becomes = _placed(event, before), _placed(event, after)
    warnings = warnings_for(event, after) if after else ()
    return Preview(_difference(was.people, becomes.people), _difference(was.teams, becomes.teams), warnings)


@dataclass(frozen=True)
class _Placed:
    """Name and place by key."""

    people: Mapping[int, tuple[str, int | None]]
    teams: Mapping[int, tuple[str, int | None]]


def _placed(event: Event, plan: Plan | None) -> _Placed:
    if plan is None:
        return _Placed({}, {})
    try:
        higher = is_total_higher_better(plan, event.activities)
    except BadScheme:
        return _Placed({}, {})
    rows: Sequence[OverallRow] = queries.overall(event, plan, Audience.ADMINS).together
    people = {row.participant.id: (row.participant.name, row.place) for row in rows}
    teams = team_rows(rows, plan.teams, higher) if plan.teams else ()
    return _Placed(people, {row.team.id: (row.team.name, row.place) for row in teams})


def _difference(
    before: Mapping[int, tuple[str, int | None]], after: Mapping[int, tuple[str, int | None]]
) -> Difference:
    moves = [
        Move((after.get(key) or before[key])[0], before.get(key, ("", None))[1], after.get(key, ("", None))[1])
        for key in dict.fromkeys([*after, *before])
    ]
    moved = [move for move in moves if move.before != move.after]
    return Difference(tuple(moved), len(moves))


def warnings_for(event: Event, plan: Plan) -> tuple[str, ...]:
    """What an organiser may not have meant, though it can be worked out."""
    counted = [activity for activity in event.activities if activity.id in plan.weights]
    warnings = []
    kinds = {(activity.mark_type, activity.unit) for activity in counted}
    if plan.scheme.method in {Method.VALUES, Method.MEAN} and len(kinds) > 1:
        warnings.append(_("Different things are added up: the activities are not measured in the same way."))
    if plan.scheme.method is Method.POINTS and list(plan.scheme.points) != sorted(plan.scheme.points, reverse=True):
        warnings.append(_("A later place gives more points than an earlier one."))
    last = [number for number, rule in enumerate(plan.scheme.ties) if rule.tie_break is TieBreak.GIVEN]
    if last and last[0] < len(plan.scheme.ties) - 1:
        warnings.append(_("After the order of the list, nothing is equal any more: what comes after it never decides."))
    for name in sorted(plan.numbers):
        missing = queries.without_number(event, name)
        if missing:
            warnings.append(
                ngettext(
                    "%(num)d participant has no number under “%(name)s”, and comes last where it decides.",
                    "%(num)d participants have no number under “%(name)s”, and come last where it decides.",
                    missing,
                    name=name,
                )
            )
    return tuple(warnings)
