"""Standings, worked out from the records whenever they are asked for: nothing of them is stored.

event_standings(event) -> list[ActivityStandings]      one an activity, in the order of the plan
    .activity               the Activity itself: id, name, evaluation_type, unit, state, revision
    .standings              Standings, of one activity
        .together           tuple[Row, ...], everybody who has a value or a status
        .buckets            tuple[Bucket, ...]: key, gender (Gender or None), category (a name, "All" or
                            "Unassigned"), bracket (Bracket or None) and rows
        .groups             tuple[GroupStandings, ...]: group, people (how many it has) and rows, placed inside it
        .freeze             Freeze or None: as of when it is
Row: place (int, or None beside DNF, DNS and DSQ), value (Value) and participant (Competitor: id, external_id,
name, gender, age on the day of the event, group: id, name and colour)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from ..events import freezes
from ..events.categories import Bracket, age_on
from ..events.freezes import Freeze
from ..events.kinds import Checking
from ..events.models import Activity, Category, Event, Group, Participant
from ..events.queries import is_staying
from ..extensions import db
from ..scoring.checking.blind import Audience, is_shown
from ..scoring.models import Record, value_of
from ..scoring.past import Past, differences
from ..scoring.values import Value
from .standings import Competitor, Standings, Team, arrange, revealed

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


def event_standings(
    event: Event, audience: Audience = Audience.PUBLIC, *, despite_freeze: bool = False
) -> list[ActivityStandings]:
    """Three statements, whatever there is, and three more where something is frozen.

    What is frozen is as it was then, for everybody: `despite_freeze` is for what only admins see.
    """
    return _standings(event, event.activities, audience, despite_freeze)


def standings(
    event: Event, activity: Activity, audience: Audience = Audience.PUBLIC, *, despite_freeze: bool = False
) -> Standings:
    """Two statements, whatever there is, and three more where it is frozen."""
    return _standings(event, [activity], audience, despite_freeze)[0].standings


def _standings(
    event: Event, activities: Collection[Activity], audience: Audience, despite_freeze: bool
) -> list[ActivityStandings]:
    brackets = _brackets(event)
    frozen = {} if despite_freeze else _frozen(event, activities)
    moments = {activity_id: freeze.at for activity_id, freeze in frozen.items() if not freeze.is_being_revealed}
    people, results = _results(event, [activity.id for activity in activities], min(moments.values(), default=None))
    past = differences(event, moments)
    found = []
    for activity in activities:
        freeze = frozen.get(activity.id)
        then = _then(results[activity.id], activity.id, past)
        arranged = replace(_arranged(activity, people, then, brackets, audience), freeze=freeze)
        if freeze and freeze.down_to is not None:
            arranged = revealed(arranged, freeze.down_to)
        found.append(ActivityStandings(activity, arranged))
    return found


def _frozen(event: Event, activities: Collection[Activity]) -> dict[int, Freeze]:
    found = {activity.id: freezes.in_force(event.freezes, activity.id) for activity in activities}
    return {activity_id: freeze for activity_id, freeze in found.items() if freeze}


def _then(results: Results, activity_id: int, past: Past) -> Results:
    """What is known now, taken back to the moment."""
    then = {
        who: (value, checked and (activity_id, who) not in past.unchecked) for who, (value, checked) in results.items()
    }
    for (activity, who), (value, checked) in past.values.items():
        if activity == activity_id:
            then.pop(who, None)
            if value is not None:
                then[who] = value, checked
    return then


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


def _results(
    event: Event, activity_ids: Collection[int], since: datetime | None
) -> tuple[list[Competitor], defaultdict[int, Results]]:
    """Everybody of the event, and the values there are by activity and participant: columns, for rows would be slow.

    With who has withdrawn `since` a moment, as they had not then.
    """
    staying = is_staying() if since is None else is_staying() | (Participant.withdrawn_at > since)
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
        .where(Participant.event_id == event.id, staying | Record.amount.is_not(None) | Record.status.is_not(None))
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
