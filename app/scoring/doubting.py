"""Asks about what looks wrong before it is stored, and lists the same of what is stored already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from ..database import now
from ..events.kinds import Checking
from ..events.models import Activity, Event, Group, Participant
from ..events.queries import is_staying
from ..extensions import db
from .models import Mark, Record, value_of
from .queries import Standing
from .scorers import Scorer, wrote
from .values import Value
from .warnings import Code, Doubt, Reference, doubts, overwrites

MOST_ROWS = 300
"""So many of an activity's rows say what is usual in it: the newest, and among them whoever was just typed twice."""
OWN_MISTAKE = timedelta(minutes=2)
"""Who writes again within this time mends what they have just typed."""

Row = tuple[Value | None, ...]


@dataclass(frozen=True)
class Finding:
    """Something stored that looks wrong, and whose it is. `twin` is the name of who has the same row."""

    activity: Activity
    group: Group
    participant: Participant
    marks: Row
    doubt: Doubt
    twin: str = ""


def references(activities: Collection[Activity], most: int | None = MOST_ROWS) -> dict[int, Reference]:
    """What is written in these activities now, by activity id; one statement."""
    rows = _rows(activities, most)
    return {
        activity.id: Reference(activity.marking, rows.get(activity.id, {}), activity.low, activity.high)
        for activity in activities
    }


def still_fits(reference: Reference, activity: Activity) -> bool:
    """Whether the activity is what it was when this was read."""
    return (reference.marking, reference.low, reference.high) == (activity.marking, activity.low, activity.high)


def doubts_about(
    marks: Row, participant_id: int, standing: Standing, by: Scorer, activity: Activity, reference: Reference
) -> tuple[Doubt, ...]:
    """What to ask about marks that would be stored in place of what stands.

    Where values are checked by people who must not see them, nobody is told that a neighbour has the same.
    """
    found = doubts(marks, reference, participant=participant_id, before=standing.marks)
    if activity.checking is not Checking.OFF and not by.is_admin:
        found = [doubt for doubt in found if doubt.code is not Code.DUPLICATE]
    mends = wrote(by, standing) and standing.at is not None and now() - standing.at < OWN_MISTAKE
    if not mends and overwrites(standing.marks, marks, reference):
        found.append(Doubt(Code.OVERWRITE))
    return tuple(found)


def findings(event: Event, activity: Activity | None = None) -> list[Finding]:
    """All that looks wrong in an event, or in one of its activities, in the order of the plan; three statements.

    An evaluator who confirmed one of these knew better: it is listed all the same, for whoever locks to look once more.
    """
    activities = [activity] if activity else list(event.activities)
    known = references(activities, None)
    people = {
        person.id: (group, person)
        for group, person in db.session.execute(
            select(Group, Participant)
            .join(Participant, Participant.group_id == Group.id)
            .where(Participant.event_id == event.id, is_staying())
            .order_by(Group.position, Group.id, Participant.position, Participant.id)
        )
    }
    return [
        Finding(one, *people[person_id], tuple(known[one.id].rows[person_id]), doubt, _name(people, doubt.twin))
        for one in activities
        for person_id in people
        if person_id in known[one.id].rows
        for doubt in doubts(known[one.id].rows[person_id], known[one.id], participant=person_id)
    ]


def names_of(found: Iterable[Doubt]) -> dict[int, str]:
    """The names of those who have the same row; no statement where there is none."""
    ids = {doubt.twin for doubt in found if doubt.twin is not None}
    if not ids:
        return {}
    named = select(Participant.id, Participant.display_name).where(Participant.id.in_(ids))
    return {person_id: name for person_id, name in db.session.execute(named)}  # noqa: C416


def _name(people: dict[int, tuple[Group, Participant]], person_id: int | None) -> str:
    return people[person_id][1].display_name if person_id in people else ""


def _rows(activities: Collection[Activity], most: int | None) -> dict[int, dict[int, Row]]:
    by_id = {activity.id: activity for activity in activities}
    records = select(Record.id, Record.activity_id, Record.participant_id).where(Record.activity_id.in_(by_id))
    if most is not None:
        records = records.order_by(Record.id.desc()).limit(most * len(by_id))
    newest = records.subquery()
    wanted = select(newest.c.activity_id, newest.c.participant_id, Mark.position, Mark.amount, Mark.status).join(
        newest, newest.c.id == Mark.record_id
    )
    found: defaultdict[int, dict[int, list[Value | None]]] = defaultdict(dict)
    for activity_id, participant_id, position, amount, status in db.session.execute(wanted):
        count = by_id[activity_id].mark_count
        row = found[activity_id].setdefault(participant_id, [None] * count)
        if position <= count:
            row[position - 1] = value_of(amount, status)
    return {
        activity_id: {person_id: tuple(row) for person_id, row in rows.items()} for activity_id, rows in found.items()
    }


Found = Sequence[Finding]
