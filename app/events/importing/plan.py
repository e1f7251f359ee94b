"""What importing a table would do, row by row, before anything is written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from flask_babel import lazy_gettext as _

from app.events.importing.mapping import Field, Mapping
from app.events.importing.people import CellError, Person, read_person
from app.events.importing.table import Row, Table
from app.events.importing.text import clean
from app.events.names import name_key

COMPARED = ("display_name", "group_name", "gender", "age", "born", "metadata")


class Verdict(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Known(Person):
    """A participant that the event has already."""

    id: int


@dataclass(frozen=True, slots=True)
class NewGroup:
    name: str
    identifier: str | None


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """`person` is what will stand after the import, None where the row is refused; `participant_id` is who that is
    already. `changes` holds, by the name of the person's field, what it was and what it will be."""

    number: int
    verdict: Verdict
    person: Person | None = None
    participant_id: int | None = None
    changes: dict[str, tuple[object, object]] = field(default_factory=dict)
    errors: list[CellError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """One planned row for each row of the table, in its order; the new groups in order of first appearance."""

    rows: list[PlannedRow]
    groups_new: list[NewGroup]

    @property
    def counts(self) -> dict[Verdict, int]:
        return {verdict: sum(row.verdict is verdict for row in self.rows) for verdict in Verdict}


def plan_import(table: Table, mapping: Mapping, known: Sequence[Known], groups: Iterable[str], *, today: date) -> Plan:
    """`mapping` has no problems; `known` and `groups` are all that the event has.

    A participant is found again by the external id alone. A row without one that equals a participant in name, group,
    age and date of birth is that participant, left as it is, so that importing a file twice makes no doubles.
    What a file leaves blank or does not mention stays as it is, an existing group's identifier too.
    """
    first_rows = _first_rows(table, mapping)
    by_number = {one.external_id: one for one in known if one.external_id}
    twins = _twins(one for one in known if one.external_id not in first_rows)
    existing = [*(one.group_name for one in known), *groups]
    spellings = {name_key(name): name for name in existing}
    rows: list[PlannedRow] = []
    for row in table.rows:
        person = read_person(row, mapping, today)
        errors = [*(person if isinstance(person, list) else []), *_repeated(row, mapping, first_rows)]
        if errors or isinstance(person, list):
            rows.append(PlannedRow(row.number, Verdict.REFUSED, errors=errors))
            continue
        person = replace(person, group_name=spellings.setdefault(name_key(person.group_name), person.group_name))
        rows.append(_met(row.number, person, by_number, twins))
    return Plan(rows, _new_groups(rows, set(existing)))


def _met(
    number: int, person: Person, by_number: dict[str, Known], twins: dict[tuple[object, ...], list[Known]]
) -> PlannedRow:
    if person.external_id is None and (equals := twins.get(_likeness(person))):
        twin = equals.pop(0)
        return PlannedRow(number, Verdict.UNCHANGED, twin, twin.id)
    before = by_number.get(person.external_id or "")
    if before is None:
        return PlannedRow(number, Verdict.NEW, person)
    after = _merged(before, person)
    changes = {name: (getattr(before, name), getattr(after, name)) for name in COMPARED}
    changes = {name: (old, new) for name, (old, new) in changes.items() if old != new}
    return PlannedRow(number, Verdict.CHANGED if changes else Verdict.UNCHANGED, after, before.id, changes)


def _merged(before: Known, person: Person) -> Person:
    return replace(
        person,
        gender=person.gender or before.gender,
        age=before.age if person.age is None else person.age,
        born=person.born or before.born,
        metadata=before.metadata | person.metadata,
    )


def _twins(known: Iterable[Known]) -> dict[tuple[object, ...], list[Known]]:
    twins: dict[tuple[object, ...], list[Known]] = {}
    for one in known:
        twins.setdefault(_likeness(one), []).append(one)
    return twins


def _likeness(person: Person) -> tuple[object, ...]:
    return person.display_name, name_key(person.group_name), person.age, person.born


def _first_rows(table: Table, mapping: Mapping) -> dict[str, int]:
    """Where each external id stands first, in rows that are refused for another reason too."""
    first_rows: dict[str, int] = {}
    for row in table.rows:
        first_rows.setdefault(_external_id(row, mapping), row.number)
    return first_rows


def _repeated(row: Row, mapping: Mapping, first_rows: dict[str, int]) -> list[CellError]:
    external_id = _external_id(row, mapping)
    first = first_rows[external_id]
    if not external_id or first == row.number:
        return []
    message = _("This number is already in row %(row)s.", row=first)
    return [CellError(mapping.headers[column], message) for column in mapping.columns(Field.EXTERNAL_ID)]


def _external_id(row: Row, mapping: Mapping) -> str:
    return "".join(clean(row.cells[column]) for column in mapping.columns(Field.EXTERNAL_ID))


def _new_groups(rows: Iterable[PlannedRow], existing: set[str]) -> list[NewGroup]:
    """Each with the first identifier that any of its rows gives."""
    found: dict[str, NewGroup] = {}
    for person in (row.person for row in rows if row.person):
        name, identifier = person.group_name, person.group_identifier
        if name not in existing and (name not in found or found[name].identifier is None):
            found[name] = NewGroup(name, identifier)
    return list(found.values())
