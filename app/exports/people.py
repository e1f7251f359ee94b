"""The participants as a table, in the columns that an import knows: brought in again, it changes nothing.

The last column says who has withdrawn, which no import changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ..events.importing.headers import Field
from ..events.models import Group, Participant
from .queries import Roster

COLUMNS = (
    Field.EXTERNAL_ID,
    Field.DISPLAY_NAME,
    Field.GROUP_NAME,
    Field.GROUP_IDENTIFIER,
    Field.GENDER,
    Field.BORN,
    Field.AGE,
)
WITHDRAWN = "withdrawn"

Cell = str | int | date | None


def people_table(rosters: Sequence[Roster]) -> tuple[list[str], Iterator[list[Cell]]]:
    """The header and the rows. Ages are those that were written; one that follows from a birthday is left out."""
    notes = notes_of(person for roster in rosters for person in roster.people)
    return [*(column.value for column in COLUMNS), *notes, WITHDRAWN], _rows(rosters, notes)


def notes_of(people: Iterable[Participant]) -> list[str]:
    """The columns without a field of their own, in order of first appearance."""
    return list(dict.fromkeys(name for person in people for name in person.extra))


def _rows(rosters: Iterable[Roster], notes: list[str]) -> Iterator[list[Cell]]:
    for roster in rosters:
        for person in roster.people:
            kept = [person.extra.get(note, "") for note in notes]
            yield [*_cells(person, roster.group), *kept, "yes" if person.withdrawn_at else ""]


def _cells(person: Participant, group: Group) -> tuple[Cell, ...]:
    return (
        person.external_id,
        person.display_name,
        group.name,
        group.identifier,
        person.gender,
        person.born,
        person.age,
    )
