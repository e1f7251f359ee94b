from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from ..events.models import Event, Group, Participant
from ..extensions import db
from ..scoring.models import Mark, Record
from ..scoring.queries import is_written, standings
from ..scoring.values import Value


@dataclass(frozen=True)
class Roster:
    """A group with its people, both in the event's order."""

    group: Group
    people: Sequence[Participant]

    @property
    def starting(self) -> list[Participant]:
        """Those who have not withdrawn."""
        return [person for person in self.people if person.withdrawn_at is None]


def rosters(event: Event) -> list[Roster]:
    """Every group of the event, also those without people; two statements."""
    groups = select(Group).where(Group.event_id == event.id).order_by(Group.position, Group.id)
    people = select(Participant).where(Participant.event_id == event.id).order_by(Participant.position, Participant.id)
    by_group: defaultdict[int, list[Participant]] = defaultdict(list)
    for person in db.session.scalars(people):
        by_group[person.group_id].append(person)
    return [Roster(group, by_group[group.id]) for group in db.session.scalars(groups)]


def records(event: Event) -> list[dict[str, Any]]:
    """What was written, with every mark; two statements. Cleared ones are left out."""
    activity_ids = [activity.id for activity in event.activities]
    wanted = (
        select(Record)
        .where(Record.activity_id.in_(activity_ids), Record.marks.any(is_written()))
        .options(selectinload(Record.marks))
        .order_by(Record.activity_id, Record.participant_id)
    )
    return [
        {
            "activity": record.activity_id,
            "participant": record.participant_id,
            **value_of(record),
            "marks": [value_of(mark) for mark in record.marks],
            "version": record.version,
            "at": record.updated_at.isoformat(),
            "by": record.updated_by_name,
        }
        for record in db.session.scalars(wanted)
    ]


def marks(event: Event, rosters: Sequence[Roster]) -> dict[tuple[int, int], tuple[Value | None, ...]]:
    """Of each record, by activity and participant; one statement."""
    people = [person.id for roster in rosters for person in roster.people]
    return {key: standing.marks for key, standing in standings(event.activities, people).items()}


def value_of(row: Record | Mark) -> dict[str, str | None]:
    """The amount exactly, as text: times in seconds, a tick as 1 or 0."""
    return {"value": None if row.amount is None else f"{row.amount:f}", "status": row.status}
