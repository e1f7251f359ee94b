"""Why somebody stands where they stand: the steps, each with the very numbers that the board shows.

Nothing is told here that the board does not show, but for the single marks behind a value that it shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from flask_babel import gettext as _
from flask_babel import ngettext

from ..events.kinds import EvaluationType
from ..events.kinds import TieBreak as MarkTieBreak
from ..events.labels import scoring_words
from ..events.models import Activity
from ..i18n import decimal_mark
from ..scoring.columns import mark_names
from ..scoring.values import Status, Value, show
from . import queries
from .figures import Figures
from .overall import Line
from .overall_rules import Method, Missing, Rule, Scheme, TieBreak
from .schemes import Plan
from .scores import Fate, Step
from .standings import Row
from .teams import TeamScheme
from .whole import OverallRow, TeamRow

R = TypeVar("R", Row, OverallRow, TeamRow)

NAMED = 3

Steps = list[tuple[str, str]]
"""A figure, and what it says."""


@dataclass(frozen=True)
class Scored:
    """One activity on the way to a total, as it is shown; `fate` is empty where it simply counts."""

    activity: str
    value: str
    place: str
    score: str
    weight: str
    weighted: str
    fate: str


@dataclass(frozen=True)
class Why:
    """`scored` are the activities of an overall result, after which come the `steps`."""

    name: str
    place: int | None
    steps: Steps
    scored: tuple[Scored, ...] = ()


# One activity ----------------------------------------------------------------------------------------------------


def of_activity(row: Row, rows: Sequence[Row], activity: Activity, shown: Callable[[Row], str]) -> Why:
    steps: Steps = [(shown(row), _the_value(activity))]
    if activity.evaluation_type is EvaluationType.SCORE_SET:
        marks = zip(mark_names(activity), queries.marks(activity, row.participant.id), strict=True)
        steps += [(_mark(mark, activity), _named_mark(name)) for name, mark in marks]
    if row.value.status:
        return Why(row.participant.name, None, [*steps, ("–", _without_a_place(row.value.status))])
    steps += _those_above(row, rows, shown)
    parted = _same_result_above(row, rows)
    if parted:
        ties = (_single_marks(one.value.ties, activity) for one in (row, parted))
        steps.append(
            (
                "≠",
                _(
                    "the same result as %(name)s, whose single marks are better: %(theirs)s against %(mine)s",
                    name=parted.participant.name,
                    **dict(zip(("mine", "theirs"), ties, strict=True)),
                ),
            )
        )
    is_parting = activity.marking.tie_break is not MarkTieBreak.NONE
    shared = _("its single marks are the same too") if is_parting else _("nothing parts equal results")
    return Why(row.participant.name, row.place, [*steps, *_those_equal(row, rows, shared)])


def _the_value(activity: Activity) -> str:
    if activity.evaluation_type is EvaluationType.SCORE_SET:
        return scoring_words(activity)
    return _("the result; higher is better") if activity.is_higher_better else _("the result; lower is better")


def _mark(mark: Value | None, activity: Activity) -> str:
    if mark is None:
        return "–"
    return show(mark, activity.mark_type, decimal_mark=decimal_mark(), places=activity.decimal_places)


def _named_mark(name: str) -> str:
    return _("mark %(number)s", number=name) if name.isdigit() else name


def _without_a_place(status: Status) -> str:
    words = {
        Status.DNS: _("did not start, so without a place"),
        Status.DNF: _("did not finish, so without a place"),
        Status.DSQ: _("disqualified, so without a place"),
    }
    return words[status]


def _same_result_above(row: Row, rows: Sequence[Row]) -> Row | None:
    """Whoever is next above with the same result, which something else parted."""
    above = (other for other in rows if _is_above(other, row) and other.value.amount == row.value.amount)
    return max(above, key=lambda other: other.place or 0, default=None)


def _single_marks(ties: Sequence[Decimal], activity: Activity) -> str:
    return ", ".join(_mark(Value.of(tie), activity) for tie in ties) or "–"


# All activities --------------------------------------------------------------------------------------------------


def of_overall(
    row: OverallRow, rows: Sequence[OverallRow], plan: Plan, figures: Figures, shown: Callable[[OverallRow], str]
) -> Why:
    scored = tuple(_scored(step, plan, figures) for step in row.line.steps)
    if row.total is None:
        return Why(row.participant.name, None, [("–", _without_a_total(row.line))], scored)
    steps: Steps = [(shown(row), total_words(plan.scheme)), *_those_above(row, rows, shown)]
    steps += _tie_broken(row, rows, figures)
    shared = _("all tie-breaks are equal too") if plan.scheme.ties else _("nothing parts equal totals")
    return Why(row.participant.name, row.place, [*steps, *_those_equal(row, rows, shared)], scored)


def _scored(step: Step, plan: Plan, figures: Figures) -> Scored:
    return Scored(
        activity=figures.activities[step.column].name,
        value=figures.value(step),
        place="–" if step.place is None else str(step.place),
        score=figures.score(step.score),
        weight=figures.plain(plan.weights[step.column]),
        weighted=figures.score(step.weighted),
        fate=fate_words(step.fate),
    )


def fate_words(fate: Fate) -> str:
    words = {
        Fate.COUNTED: "",
        Fate.FILLED: _("nothing there: the worst counts"),
        Fate.DROPPED: _("not among the best: dropped"),
        Fate.SKIPPED: _("nothing there: left out"),
    }
    return words[fate]


def _without_a_total(line: Line[int]) -> str:
    there = sum(step.place is not None for step in line.steps)
    if not there:
        return _("no number in any activity, so without a place")
    return ngettext(
        "too few activities have a number (%(num)d), so without a place",
        "too few activities have a number (%(num)d), so without a place",
        there,
    )


def total_words(scheme: Scheme) -> str:
    words = {
        Method.PLACES: _("the sum of the places; lower is better"),
        Method.POINTS: _("the sum of the points for the places"),
        Method.VALUES: _("the sum of the results"),
        Method.MEAN: _("the mean of the results"),
        Method.PERCENT: _("the sum of the percentages of the best result"),
        Method.Z: _("the sum of the distances from the mean, in deviations"),
    }
    parts = [words[scheme.method]]
    if scheme.best is not None:
        parts.append(ngettext("the best one counts", "the best %(num)d count", scheme.best))
    if scheme.missing is Missing.OUT:
        parts.append(_("who lacks one has no place"))
    return "; ".join(parts)


def _tie_broken(row: OverallRow, rows: Sequence[OverallRow], figures: Figures) -> Steps:
    """Who shares a place with others was parted from those above as the first of them was."""
    first = next(other for other in rows if other.place == row.place)
    parted = first.line.parted
    if parted is None:
        return []
    other = next(one for one in rows if one.participant.id == parted.other)
    mine, theirs = (", ".join(map(figures.total, numbers)) or "–" for numbers in (parted.mine, parted.theirs))
    if parted.rule.tie_break is TieBreak.GIVEN:
        return [("≠", _("the same total as %(name)s, who comes first in the list", name=other.participant.name))]
    told = _(
        "the same total as %(name)s; what parts them is %(rule)s: %(theirs)s against %(mine)s",
        name=other.participant.name,
        rule=rule_words(parted.rule),
        theirs=theirs,
        mine=mine,
    )
    return [("≠", told)]


def rule_words(rule: Rule) -> str:
    match rule.tie_break:
        case TieBreak.COUNTBACK:
            return _("the better places")
        case TieBreak.BEST_SINGLE:
            return _("the best single score")
        case TieBreak.LAST_ACTIVITY:
            return _("the place in the last activity")
        case TieBreak.NUMBER if rule.higher_is_better:
            return _("%(name)s, higher first", name=rule.number)
        case TieBreak.NUMBER:
            return _("%(name)s, lower first", name=rule.number)
        case TieBreak.GIVEN:
            return _("the order of the list")


# Teams -----------------------------------------------------------------------------------------------------------


def of_team(
    row: TeamRow, rows: Sequence[TeamRow], scheme: TeamScheme, shown: Callable[[OverallRow | TeamRow], str]
) -> Why:
    steps: Steps = []
    if row.total is not None:
        steps.append((shown(row), team_words(scheme)))
    for member, person in zip(row.line.members, row.members, strict=True):
        name = person.participant.name
        steps.append((shown(person), name if member.is_counted else _("%(name)s, does not count", name=name)))
    if row.total is None:
        return Why(row.team.name, None, [*steps, ("–", _("too few people with a place, so without one"))])
    return Why(
        row.team.name,
        row.place,
        [*steps, *_those_above(row, rows, shown), *_those_equal(row, rows, _("nothing parts equal totals"))],
    )


def team_words(scheme: TeamScheme) -> str:
    what = _("the mean of its people's totals") if scheme.mean else _("the sum of its people's totals")
    if scheme.best is None:
        return what
    return f"{what}; " + ngettext("the best one counts", "the best %(num)d count", scheme.best)


# Neighbours ------------------------------------------------------------------------------------------------------


def _those_above(row: R, rows: Sequence[R], shown: Callable[[R], str]) -> Steps:
    above = [other for other in rows if _is_above(other, row)]
    if not above:
        return [("0", _("were better"))]
    nearest = ", ".join(f"{_name(other)} {shown(other)}" for other in above[-NAMED:])
    if len(above) > NAMED:
        return [(str(len(above)), _("were better, the last of them %(names)s", names=nearest))]
    return [(str(len(above)), ngettext("was better: %(names)s", "were better: %(names)s", len(above), names=nearest))]


def _those_equal(row: R, rows: Sequence[R], shared: str) -> Steps:
    equal = [_name(other) for other in rows if other.place == row.place and other is not row]
    if not equal:
        return []
    names = ", ".join(equal[:NAMED])
    if len(equal) > NAMED:
        names = _("%(names)s and %(count)s more", names=names, count=len(equal) - NAMED)
    return [("=", _("the same as %(names)s; %(shared)s, so they share the place", names=names, shared=shared))]


def _is_above(other: Row | OverallRow | TeamRow, row: Row | OverallRow | TeamRow) -> bool:
    return other.place is not None and row.place is not None and other.place < row.place


def _name(row: Row | OverallRow | TeamRow) -> str:
    return row.team.name if isinstance(row, TeamRow) else row.participant.name
