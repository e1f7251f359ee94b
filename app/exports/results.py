"""The results as a workbook: the start list, a sheet for each activity in the order of the board, overall, teams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from flask_babel import gettext as _

from ..events.categories import Bracket, bracket_for
from ..events.kinds import EvaluationType, Gender
from ..events.labels import label
from ..events.models import Activity, Event
from ..leaderboards.queries import ActivityStandings, Wholes
from ..leaderboards.standings import Bucket, BucketOf, Competitor
from ..leaderboards.whole import OverallRow
from ..scoring.values import Value
from .marks import mark_headers
from .queries import Roster
from .workbook import Cell, Sheet

Marks = Mapping[tuple[int, int], tuple[Value | None, ...]]
"""By activity and participant."""


def results_sheets(
    event: Event,
    rosters: Sequence[Roster],
    standings: Sequence[ActivityStandings],
    marks: Marks,
    wholes: Wholes | None,
) -> Iterator[Sheet]:
    yield start_list(event, rosters)
    for one in standings:
        yield _activity(one, marks)
    if wholes is not None:
        yield _overall(wholes)
    if wholes is not None and wholes.plan.teams:
        yield _teams(wholes)


def _overall(wholes: Wholes) -> Sheet:
    names = [activity.name for activity in wholes.figures.activities.values()]
    header = (*_people_header(), *names, _("Total"))
    rows = (row for bucket in wholes.overall.buckets for row in _overall_rows(bucket, wholes))
    return Sheet(_("Overall"), header, rows)


def _overall_rows(bucket: BucketOf[OverallRow], wholes: Wholes) -> Iterator[tuple[Cell, ...]]:
    for row in bucket.rows:
        scores = (wholes.figures.plain_total(step.weighted) for step in row.line.steps)
        yield *_person(row.place, row.participant, bucket.bracket), *scores, wholes.figures.plain_total(row.total)


def _teams(wholes: Wholes) -> Sheet:
    rows = ((row.place, row.team.name, wholes.figures.plain_total(row.total)) for row in wholes.teams)
    return Sheet(_("Teams"), (_("Place"), _("Team"), _("Total")), rows)


def start_list(event: Event, rosters: Sequence[Roster]) -> Sheet:
    brackets = [category.bracket for category in event.categories]
    header = (_("Number"), _("Name"), _("Group"), _("Gender"), _("Born"), _("Age"), _("Category"))
    rows = (
        (
            person.external_id,
            person.display_name,
            roster.group.name,
            _gender(person.gender),
            person.born,
            person.age_at(event.starts_on),
            category_of(brackets, person.gender, person.age_at(event.starts_on)),
        )
        for roster in rosters
        for person in roster.starting
    )
    return Sheet(_("Start list"), header, rows)


def category_of(brackets: Sequence[Bracket], gender: Gender | None, age: int | None) -> str:
    bracket = bracket_for(brackets, gender, age)
    return bracket.name if bracket else ""


def _activity(one: ActivityStandings, marks: Marks) -> Sheet:
    """Where there are several marks, the result is followed by each, under the headers that an import takes for it."""
    activity = one.activity
    result = f"{_('Result')} ({activity.unit})" if activity.unit else _("Result")
    several = mark_headers(activity) if activity.mark_count > 1 else []
    rows = (row for bucket in one.standings.buckets for row in _rows(bucket, activity, marks if several else {}))
    return Sheet(activity.name, [*_people_header(), result, *several], rows)


def _people_header() -> tuple[str, ...]:
    return _("Place"), _("Name"), _("Number"), _("Group"), _("Gender"), _("Age"), _("Category")


def _rows(bucket: Bucket, activity: Activity, marks: Marks) -> Iterator[tuple[Cell, ...]]:
    kind = activity.mark_type
    for row in bucket.rows:
        written = [_value(mark, kind) if mark else None for mark in marks.get((activity.id, row.participant.id), ())]
        yield *_person(row.place, row.participant, bucket.bracket), _value(row.value, kind), *written


def _person(place: int | None, who: Competitor, bracket: Bracket | None) -> tuple[Cell, ...]:
    category = bracket.name if bracket else ""
    return place, who.name, who.external_id, who.group.name, _gender(who.gender), who.age, category


def _value(value: Value, kind: EvaluationType) -> Cell:
    """A number that sorts; DNS, DNF and DSQ are text and so come after all numbers."""
    if value.amount is None:
        return str(value.status)
    if kind is EvaluationType.TIME_LOW:
        return timedelta(milliseconds=int(value.amount * 1000))
    return value.amount


def _gender(gender: Gender | None) -> str:
    return label(gender) if gender else ""
