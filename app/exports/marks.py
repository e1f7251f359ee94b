"""Every mark as it was written, a column each, under the headers that an import takes for it: brought in again, the
table changes nothing. One line for each person, also for those without marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ..events.importing.headers import Field
from ..events.kinds import EvaluationType
from ..events.models import Activity, Event
from ..scoring.columns import mark_names
from ..scoring.values import Value, show
from .queries import Roster, marks

COLUMNS = (Field.EXTERNAL_ID, Field.DISPLAY_NAME, Field.GROUP_NAME)


def marks_table(event: Event, rosters: Sequence[Roster]) -> tuple[list[str], Iterator[list[str | Decimal | None]]]:
    """The header and the rows, the same in every language."""
    named = [name for activity in event.activities for name in mark_headers(activity)]
    return [*(column.value for column in COLUMNS), *named], _rows(event, rosters)


def mark_headers(activity: Activity) -> list[str]:
    """ "Jump", "Jump 2", "Meet Squat 2", "Figures Technique"."""
    return [f"{activity.name} {name}".rstrip() for name in mark_names(activity)]


def plain(mark: Value | None, activity: Activity) -> str | Decimal:
    """As an import reads it: a number is one, also below zero, and the rest is text."""
    is_number = mark is not None and mark.amount is not None and activity.mark_type is not EvaluationType.TIME_LOW
    text = show(mark, activity.mark_type)
    return Decimal(text) if is_number and activity.mark_type is not EvaluationType.BOOLEAN else text


def _rows(event: Event, rosters: Sequence[Roster]) -> Iterator[list[str | Decimal | None]]:
    written = marks(event, rosters)
    for roster in rosters:
        for person in roster.people:
            found = [
                plain(mark, activity)
                for activity in event.activities
                for mark in written.get((activity.id, person.id), (None,) * activity.mark_count)
            ]
            yield [person.external_id, person.display_name, roster.group.name, *found]
