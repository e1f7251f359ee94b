"""Standings, worked out from the records whenever they are asked for: nothing of them is stored.

event_standings(event) -> list[ActivityStandings]      one an activity, in the order of the plan
    .activity               the Activity itself: id, name, evaluation_type, unit, state, revision
    .standings              Standings, of one activity
        .together           tuple[Row, ...], everybody who has a value or a status
        .buckets            tuple[Bucket, ...]: key, gender (Gender or None), category (a name, "All" or
                            "Unassigned"), bracket (Bracket or None) and rows
        .groups             tuple[GroupStandings, ...]: group, people (how many it has) and rows, placed inside it
Row: place (int, or None beside DNF, DNS and DSQ), value (Value) and participant (Competitor: id, external_id,
name, gender, age on the day of the event, group: id, name and colour)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from ..events.categories import Bracket, age_on
from ..events.kinds import Checking
from ..events.models import Activity, Category, Event, Group, Participant
from ..events.queries import is_staying
from ..extensions import db
from ..scoring.checking.blind import Audience, is_shown
from ..scoring.models import Record, value_of
from ..scoring.values import Value
from .standings import Competitor, Standings, Team, arrange

Results = dict[int, tuple[Value, bool]]
"""An activity's values by participant, each with whether it is checked."""


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


def event_standings(event: Event, audience: Audience = Audience.PUBLIC) -> list[ActivityStandings]:
    """Three statements, whatever there is."""
    return _standings(event, event.activities, audience)


def standings(event: Event, activity: Activity, audience: Audience = Audience.PUBLIC) -> Standings:
    """Two statements, whatever there is."""
    return _standings(event, [activity], audience)[0].standings


def _standings(event: Event, activities: Collection[Activity], audience: Audience) -> list[ActivityStandings]:
    brackets = _brackets(event)
    people, results = _results(event, [activity.id for activity in activities])
    return [ActivityStandings(one, _arranged(one, people, results[one.id], brackets, audience)) for one in activities]


def _arranged(
    activity: Activity, people: list[Competitor], results: Results, brackets: list[Bracket], audience: Audience
) -> Standings:
    shown = {who: value for who, (value, checked) in results.items() if is_shown(activity, checked, audience)}
    arranged = arrange(
        [(competitor, shown.get(competitor.id)) for competitor in people],
        brackets,
        activity.is_higher_better,
    )
    if activity.checking is Checking.OFF:
        return arranged
    unchecked = frozenset(who for who in shown if not results[who][1])
    return replace(arranged, unchecked=unchecked, withheld=len(results) - len(shown))


def _brackets(event: Event) -> list[Bracket]:
    """In an order of their own, so that an overlap does not put people now here, now there."""
    rows = db.session.execute(
        select(Category.id, Category.name, Category.age_from, Category.age_to, Category.gender)
        .where(Category.event_id == event.id)
        .order_by(Category.id)
    )
    return [Bracket(*row) for row in rows]


def _results(event: Event, activity_ids: Collection[int]) -> tuple[list[Competitor], defaultdict[int, Results]]:
    """Everybody of the event, and the values there are by activity and participant: columns, for rows would be slow."""
    rows = db.session.execute(
        select(
            Participant.id,
            Participant.external_id,
            Participant.display_name,
            Participant.gender,
            Participant.born,
            Participant.age,
            Group.id,
            Group.name,
            Group.colour,
            Record.activity_id,
            Record.amount,
            Record.status,
            Record.ties,
            Record.checked_at,
        )
        .join(Group, Group.id == Participant.group_id)
        .outerjoin(Record, (Record.participant_id == Participant.id) & Record.activity_id.in_(activity_ids))
        .where(Participant.event_id == event.id, is_staying() | Record.amount.is_not(None) | Record.status.is_not(None))
        .order_by(Group.position, Group.id, Participant.position, Participant.id)
    )
    people: dict[int, Competitor] = {}
    values: defaultdict[int, Results] = defaultdict(dict)
    for person, external_id, name, gender, born, age, group, group_name, colour, activity, *value, checked_at in rows:
        if person not in people:
            age = age_on(born, event.starts_on) if born else age
            people[person] = Competitor(person, external_id, name, gender, age, Team(group, group_name, colour))
        if (known := value_of(*value)) is not None:
            values[activity][person] = known, checked_at is not None
    return list(people.values()), values
