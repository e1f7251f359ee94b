"""Standings, worked out from the records whenever they are asked for: nothing of them is stored.

event_standings(event) -> list[ActivityStandings]      one an activity, in the order of the plan
    .activity               the Activity itself: id, name, evaluation_type, unit, state, revision
    .standings              Standings, of one activity
        .together           tuple[Row, ...], everybody who has a value or a status
        .buckets            tuple[Bucket, ...]: key, gender (Gender or None), category (a name, "All" or
                            "Unassigned"), bracket (Bracket or None) and rows
        .groups             tuple[GroupStandings, ...]: group, people (how many it has) and rows, placed inside it
wholes(event) -> Wholes, or None where the event has no scheme: `overall` is like a standings whose rows have a total
and the line with its steps, `teams` are rows of teams
Row: place (int, or None beside DNF, DNS and DSQ), value (Value) and participant (Competitor: id, external_id,
name, gender, age on the day of the event, group: id, name and colour)
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import cast as cast_type

from sqlalchemy import BigInteger, Integer, String, cast, select, type_coerce
from sqlalchemy.orm import selectinload

from ..database import exact
from ..events import freezes
from ..events.categories import Bracket, age_on
from ..events.freezes import Freeze
from ..events.kinds import Checking
from ..events.models import Activity, Category, Event, Group, Participant
from ..events.queries import is_staying
from ..extensions import db
from ..scoring.checking.blind import Audience, is_shown
from ..scoring.models import Mark, Record, value_of
from ..scoring.past import Moments, Past, differences, marks_then
from ..scoring.values import Status, Value
from .figures import Figures, figures_of
from .overall_rules import BadScheme
from .schemes import Plan, is_total_higher_better, number_in, plan_of
from .scores import Column
from .standings import Competitor, Standings, Team, arrange, revealed
from .whole import OverallStandings, TeamRow, overall_standings, team_rows

Known = tuple[int, int, Value, bool]
"""Activity, participant, value, whether it is checked."""


@dataclass(frozen=True)
class Heading:
    event: str
    activity_id: int | None
    activity: str | None

    def __str__(self) -> str:
        return f"{self.activity} · {self.event}" if self.activity else self.event


@dataclass(frozen=True)
class ActivityStandings:
    activity: Activity
    standings: Standings


def event_as_it_is(event_id: int) -> Event | None:
    """With its activities, read anew whatever this request has seen of them; two statements."""
    return db.session.get(Event, event_id, populate_existing=True, options=[selectinload(Event.activities)])


def heading(event_id: int, activity_id: int | None) -> Heading | None:
    """The names on top of a board; without an activity, those of the event's first. None for one of another event."""
    wanted = (
        select(Event.name, Activity.id, Activity.name)
        .outerjoin(Activity, Activity.event_id == Event.id)
        .where(Event.id == event_id)
        .order_by(Activity.position, Activity.id)
        .limit(1)
    )
    if activity_id is not None:
        wanted = wanted.where(Activity.id == activity_id)
    row = db.session.execute(wanted).one_or_none()
    return Heading(*row) if row else None


def event_standings(
    event: Event, audience: Audience = Audience.PUBLIC, *, despite_freeze: bool = False
) -> list[ActivityStandings]:
    """Three statements, whatever there is, and three more where something is frozen.

    What is frozen is as it was then, for everybody: `despite_freeze` is for what only admins see.
    """
    frozen = {} if despite_freeze else _frozen(event, event.activities)
    field = _field(event, event.activities, audience, _moments(frozen))
    return [ActivityStandings(one, _arranged(field, one, frozen.get(one.id))) for one in event.activities]


def standings(
    event: Event, activity: Activity, audience: Audience = Audience.PUBLIC, *, despite_freeze: bool = False
) -> Standings:
    """Three statements, whatever there is, and three more where it is frozen."""
    frozen = {} if despite_freeze else _frozen(event, [activity])
    return _arranged(_field(event, [activity], audience, _moments(frozen)), activity, frozen.get(activity.id))


def overall(
    event: Event, plan: Plan, audience: Audience = Audience.PUBLIC, *, as_frozen: bool = False, as_now: bool = False
) -> OverallStandings:
    """Three statements, whatever there is; one more where ties are broken by what is known of people, and three where
    something is frozen: it stays as it was until it is revealed, whole or place by place.

    Teams have no part in the latter, so theirs is `as_frozen`. `as_now` is for what only admins see.
    """
    counted = [activity for activity in event.activities if activity.id in plan.weights]
    frozen = {} if audience is Audience.ADMINS or as_now else _frozen(event, counted)
    by_itself, being_revealed = freezes.of_overall(event.freezes)
    if frozen and by_itself and not as_frozen:
        found = overall(event, plan, audience, as_now=True)
        return replace(revealed(found, being_revealed.down_to or 1), freeze=being_revealed) if being_revealed else found
    field = _field(event, counted, audience, {key: freeze.at for key, freeze in frozen.items()})
    columns = [Column(one.id, one.is_higher_better, field.values[one.id], plan.weights[one.id]) for one in counted]
    arranged = overall_standings(field.people, columns, plan.scheme, _numbers(event, plan.numbers), field.brackets)
    return replace(
        arranged,
        unchecked=frozenset[int]().union(*(field.unchecked[one.id] for one in counted)),
        withheld=sum(field.withheld[one.id] for one in counted),
        freeze=Freeze(min(freeze.at for freeze in frozen.values())) if frozen else None,
    )


@dataclass(frozen=True)
class Wholes:
    """What comes of all activities together: for files and other programs, with decimal points."""

    plan: Plan
    overall: OverallStandings
    teams: tuple[TeamRow, ...]
    figures: Figures


def wholes(event: Event, audience: Audience = Audience.PUBLIC) -> Wholes | None:
    """None where the event has no such rules, or where they do not fit its activities any more."""
    plan = plan_of(event)
    if plan is None:
        return None
    try:
        higher = is_total_higher_better(plan, event.activities)
    except BadScheme:
        return None
    arranged = overall(event, plan, audience)
    for_teams = overall(event, plan, audience, as_frozen=True) if arranged.hidden else arranged
    teams = team_rows(for_teams.together, plan.teams, higher) if plan.teams else ()
    counted = [activity for activity in event.activities if activity.id in plan.weights]
    return Wholes(plan, arranged, teams, figures_of(plan, counted, mark="."))


def marks(activity: Activity, participant_id: int) -> list[Value | None]:
    """The single marks of a value as the public sees it, by position; None for one that is not there."""
    frozen = _moments(_frozen(activity.event, [activity]))
    if frozen and (then := marks_then(activity, participant_id, frozen[activity.id])) is not None:
        return list(then)
    rows = db.session.execute(
        select(Mark.position, Mark.amount, Mark.status)
        .join(Record, Record.id == Mark.record_id)
        .where(Record.activity_id == activity.id, Record.participant_id == participant_id)
    )
    known = {position: value_of(amount, status) for position, amount, status in rows}
    return [known.get(position) for position in range(1, activity.mark_count + 1)]


@dataclass(frozen=True)
class Field:
    """Everybody of an event, and by activity the values that may be shown, by participant."""

    people: list[Competitor]
    brackets: list[Bracket]
    values: Mapping[int, Mapping[int, Value]]
    unchecked: Mapping[int, frozenset[int]]
    withheld: Mapping[int, int]


def _frozen(event: Event, activities: Collection[Activity]) -> dict[int, Freeze]:
    found = {activity.id: freezes.in_force(event.freezes, activity.id) for activity in activities}
    return {activity_id: freeze for activity_id, freeze in found.items() if freeze}


def _moments(frozen: Mapping[int, Freeze]) -> dict[int, datetime]:
    """Of what is being revealed what is known now is needed, and `revealed` leaves out the rest."""
    return {activity_id: freeze.at for activity_id, freeze in frozen.items() if not freeze.is_being_revealed}


def _field(event: Event, activities: Sequence[Activity], audience: Audience, moments: Moments) -> Field:
    """Of each activity as it is now, or as it was at its moment."""
    unchecked: dict[int, set[int]] = {activity.id: set() for activity in activities}
    withheld = Counter[int]()
    checked_ones = {activity.id: activity for activity in activities if activity.checking is not Checking.OFF}
    past = differences(event, moments)
    values, unusual = _values_now(unchecked.keys(), checked_ones.keys())
    for activity_id, participant_id in past.values:
        values[activity_id].pop(participant_id, None)
    of_withheld = set()
    for activity_id, participant_id, value, is_checked in _known(unusual, past):
        if not is_checked and activity_id in checked_ones:
            activity = checked_ones[activity_id]
            if not is_shown(activity, is_checked, audience):
                withheld[activity_id] += 1
                of_withheld.add(participant_id)
                continue
            unchecked[activity_id].add(participant_id)
        values[activity_id][participant_id] = value
    having_something = of_withheld.union(*values.values())
    people = _people(event, having_something, min(moments.values(), default=None))
    return Field(people, _brackets(event), values, {key: frozenset(of) for key, of in unchecked.items()}, withheld)


def _known(records: Iterable[Known], past: Past) -> Iterator[Known]:
    """What is known now, taken back to each activity's moment."""
    for activity, participant, value, is_checked in records:
        pair = activity, participant
        if pair not in past.values:
            yield activity, participant, value, is_checked and pair not in past.unchecked
    for (activity, participant), (then, was_checked) in past.values.items():
        if then is not None:
            yield activity, participant, then, was_checked


def _arranged(field: Field, activity: Activity, freeze: Freeze | None) -> Standings:
    values = field.values[activity.id]
    arranged = arrange(
        [(competitor, values.get(competitor.id)) for competitor in field.people],
        field.brackets,
        activity.is_higher_better,
    )
    found = replace(
        arranged, unchecked=field.unchecked[activity.id], withheld=field.withheld[activity.id], freeze=freeze
    )
    return found if freeze is None or freeze.down_to is None else revealed(found, freeze.down_to)


def _brackets(event: Event) -> list[Bracket]:
    """In an order of their own, so that an overlap does not put people now here, now there."""
    rows = db.session.execute(
        select(Category.id, Category.name, Category.age_from, Category.age_to, Category.gender)
        .where(Category.event_id == event.id)
        .order_by(Category.id)
    )
    return [Bracket(*row) for row in rows]


def _people(event: Event, having_something: Container[int], since: datetime | None) -> list[Competitor]:
    """Who has not withdrawn, or only `since` a moment, or has something to show for it; groups in their order."""
    staying = is_staying() if since is None else is_staying() | (Participant.withdrawn_at > since)
    rows = (
        db.session.connection()
        .execute(
            select(
                Participant.id,
                Participant.external_id,
                Participant.display_name,
                Participant.gender,
                Participant.born,
                Participant.age,
                staying,
                Group.id,
                Group.name,
                Group.colour,
            )
            .join(Group, Group.id == Participant.group_id)
            .where(Participant.event_id == event.id)
            .order_by(Group.position, Group.id, Participant.position, Participant.id)
        )
        .all()
    )
    teams: dict[int, Team] = {}
    people = []
    for person, external_id, name, gender, born, age, stays, group, group_name, colour in rows:
        if stays or person in having_something:
            team = teams.get(group) or teams.setdefault(group, Team(group, group_name, colour))
            years = age_on(born, event.starts_on) if born else age
            people.append(Competitor(person, external_id, name, gender, years, team))
    return people


def _values_now(
    activity_ids: Collection[int], checked_ones: Collection[int]
) -> tuple[dict[int, dict[int, Value]], list[Known]]:
    """By activity and participant what is known, and beside it what is to be looked at one by one.

    There may be a hundred thousand, and nearly all are numbers of activities that nobody checks.
    """
    values: dict[int, dict[int, Value]] = {activity_id: {} for activity_id in activity_ids}
    unusual: list[Known] = []
    known = _Values()
    for activity_id, participant_id, millionths, status, ties, is_checked in _records(activity_ids):
        if status is None and ties is None and activity_id not in checked_ones:
            values[activity_id][participant_id] = known[millionths]
        else:
            value = known[status or millionths]
            if ties and (numbers := json.loads(ties)):
                value = replace(value, ties=tuple(map(Decimal, numbers)))
            unusual.append((activity_id, participant_id, value, bool(is_checked)))
    return values, unusual


class _Values(dict[int | str, Value]):
    """Of equal values there is one, by its millionths or its status."""

    def __missing__(self, key: int | str) -> Value:
        value = Value.without(Status(key)) if isinstance(key, str) else Value(exact(key), None)
        return self.setdefault(key, value)


_Row = tuple[int, int, int, str | None, str | None, int]


def _records(activity_ids: Collection[int]) -> Sequence[_Row]:
    """Activity, participant, millionths, status, what breaks a tie, whether it is checked; as the driver has them."""
    table = Record.__table__.c
    found = db.session.connection().execute(
        select(
            table.activity_id,
            table.participant_id,
            type_coerce(table.amount, BigInteger),
            type_coerce(table.status, String),
            cast(table.ties, String),
            type_coerce(table.checked_at.is_not(None), Integer),
        ).where(table.activity_id.in_(activity_ids), table.amount.is_not(None) | table.status.is_not(None))
    )
    rows = found.cursor.fetchall()
    found.close()
    return cast_type("Sequence[_Row]", rows)


def _numbers(event: Event, names: Collection[str]) -> dict[str, dict[int, Decimal]]:
    """What is known of people beside their results, as far as it is a number."""
    if not names:
        return {}
    rows = db.session.execute(select(Participant.id, Participant.extra).where(Participant.event_id == event.id))
    numbers: dict[str, dict[int, Decimal]] = {name: {} for name in names}
    for person, extra in rows:
        for name, of in numbers.items():
            number = number_in(extra.get(name))
            if number is not None:
                of[person] = number
    return numbers


def numbers_known(event: Event) -> list[str]:
    """The names under which at least one participant has a number, in the order of the alphabet."""
    extras = db.session.scalars(select(Participant.extra).where(Participant.event_id == event.id))
    return sorted({name for extra in extras for name, text in extra.items() if number_in(text) is not None})


def without_number(event: Event, name: str) -> int:
    extras = db.session.scalars(select(Participant.extra).where(Participant.event_id == event.id, is_staying()))
    return sum(number_in(extra.get(name)) is None for extra in extras)
