from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from ...events.kinds import Checking
from ...events.models import Activity, Event, Group, Participant
from ...extensions import db
from ..models import Record
from ..queries import Standing, standings
from ..values import InvalidValue, Value, parse
from .models import SecondEntry

HAS_VALUE = Record.amount.is_not(None) | Record.status.is_not(None)


@dataclass(frozen=True)
class ToCheck:
    """The values of a group in an activity that nobody has checked; `differing` of them were typed twice."""

    group: Group
    activity: Activity
    unchecked: int
    differing: int


@dataclass(frozen=True)
class Dispute:
    """A record of which two people have written something else."""

    participant: Participant
    activity: Activity
    group: Group
    first: Standing
    second: SecondEntry
    second_marks: tuple[Value | None, ...]

    @property
    def positions(self) -> list[int]:
        """Of the marks that differ, counted from 1."""
        return differing(self.first.marks, self.second_marks)


def differing(one: Sequence[Value | None], other: Sequence[Value | None]) -> list[int]:
    pairs = zip(one, other, strict=True)
    return [position for position, (first, second) in enumerate(pairs, start=1) if first != second]


def marks_from(plain: Sequence[str | None], activity: Activity) -> tuple[Value | None, ...]:
    """Marks as history keeps them."""
    found = [_mark(text, activity) for text in plain][: activity.mark_count]
    return (*found, *[None] * (activity.mark_count - len(found)))


def _mark(text: str | None, activity: Activity) -> Value | None:
    try:
        return parse(text or "", activity.mark_type)
    except InvalidValue:  # Typed for another type of activity than it has become.
        return None


def second_entries(record_ids: Collection[int]) -> dict[int, SecondEntry]:
    """By record, those for the version that the record has."""
    found = (
        select(SecondEntry)
        .join(Record, (Record.id == SecondEntry.record_id) & (Record.version == SecondEntry.version))
        .where(SecondEntry.record_id.in_(record_ids))
    )
    return {entry.record_id: entry for entry in db.session.scalars(found)}


def to_check(event: Event) -> list[ToCheck]:
    """Every sheet of the event with something unchecked, in the order of groups; one statement."""
    second = (SecondEntry.record_id == Record.id) & (SecondEntry.version == Record.version)
    counted = (
        select(Group, Activity, func.count(), func.count(SecondEntry.record_id))
        .select_from(Record)
        .join(Participant, Participant.id == Record.participant_id)
        .join(Group, Group.id == Participant.group_id)
        .join(Activity, Activity.id == Record.activity_id)
        .outerjoin(SecondEntry, second)
        .where(Activity.event_id == event.id, Activity.checking != Checking.OFF, HAS_VALUE, Record.checked_at.is_(None))
        .group_by(Group.id, Activity.id)
        .order_by(Group.position, Group.id, Activity.position, Activity.id)
    )
    return [ToCheck(*row) for row in db.session.execute(counted)]


def disputes(event: Event) -> list[Dispute]:
    """What is to be settled, the oldest first; a few statements, whatever there is."""
    second = (SecondEntry.record_id == Record.id) & (SecondEntry.version == Record.version)
    rows = db.session.execute(
        select(Record, SecondEntry)
        .join(SecondEntry, second)
        .join(Record.activity)
        .where(Activity.event_id == event.id, Activity.checking != Checking.OFF, Record.checked_at.is_(None))
        .options(joinedload(Record.activity), joinedload(Record.participant).joinedload(Participant.group))
        .order_by(SecondEntry.at)
    ).all()
    activities = {record.activity_id: record.activity for record, _entry in rows}
    known = standings(list(activities.values()), {record.participant_id for record, _entry in rows})
    return [
        Dispute(
            record.participant,
            record.activity,
            record.participant.group,
            known[record.activity_id, record.participant_id],
            entry,
            marks_from(entry.marks, record.activity),
        )
        for record, entry in rows
    ]


def unchecked_in(activity: Activity) -> int:
    wanted = select(func.count()).select_from(Record)
    found = wanted.where(Record.activity_id == activity.id, HAS_VALUE, Record.checked_at.is_(None))
    return db.session.scalar(found) or 0
