"""What importing a table would do, row by row, before anything is written."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any, cast

from flask_babel import lazy_gettext as _

from app.events.importing.cells import InvalidCell
from app.events.importing.decimals import Decimals, without_thousands
from app.events.importing.decisions import Kind, Question, described, likeness, may_be_same, near_groups
from app.events.importing.headers import Field
from app.events.importing.mapping import Mapping, Result
from app.events.importing.people import CellError, Person, person_reader
from app.events.importing.results import NoStandings, Standings
from app.events.importing.table import Row, Table
from app.events.importing.text import clean
from app.events.names import name_key

COMPARED = ("display_name", "group_name", "external_id", "gender", "age", "born", "metadata")
MOST_QUESTIONS = 50


class Verdict(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(kw_only=True, slots=True)
class Known(Person):
    """A participant that the event has already."""

    id: int


@dataclass(frozen=True, slots=True)
class NewGroup:
    name: str
    identifier: str | None


@dataclass(slots=True)
class PlannedRow:
    """`person` is what will stand after the import, None where the row is refused; `participant_id` is who that is
    already. `changes` holds, by the name of the person's field, what it was and what it will be, and `results` the
    same for the results."""

    number: int
    verdict: Verdict
    person: Person | None = None
    participant_id: int | None = None
    changes: dict[str, tuple[object, object]] = field(default_factory=dict)
    results: dict[Result, tuple[str | None, str]] = field(default_factory=dict)
    errors: list[CellError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """One planned row for each row of the table, in its order; the new groups in order of first appearance."""

    rows: list[PlannedRow]
    groups_new: list[NewGroup]
    questions: list[Question] = field(default_factory=list)

    @property
    def counts(self) -> dict[Verdict, int]:
        return {verdict: sum(row.verdict is verdict for row in self.rows) for verdict in Verdict}

    @property
    def writes(self) -> int:
        """How many people are new or change."""
        return sum(row.verdict in (Verdict.NEW, Verdict.CHANGED) for row in self.rows)

    @property
    def undecided(self) -> int:
        """How many questions nobody has answered."""
        return sum(question.same is None for question in self.questions)

    def fingerprint(self) -> str:
        """The same for two plans that would write the same over the same; the reader's language makes no difference."""
        said = [
            (
                row.number,
                row.verdict.value,
                row.participant_id,
                row.changes,
                row.results,
                row.person and _said(row.person),
            )
            for row in self.rows
        ]
        return sha256(repr((said, self.groups_new)).encode()).hexdigest()


def _said(person: Person) -> tuple[object, ...]:
    """All that there is of a person: ten thousand of them are written out in no time this way."""
    return (
        person.display_name,
        person.group_name,
        person.group_identifier,
        person.external_id,
        person.gender and person.gender.value,
        person.age,
        person.born and person.born.toordinal(),
        person.metadata,
    )


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the organiser chose beside the columns: a group for rows without one and the answers."""

    group: str = ""
    same: Collection[str] = ()
    different: Collection[str] = ()

    def answered(self, question: Question) -> Question:
        if question.key in self.same:
            return replace(question, same=True)
        return replace(question, same=False) if question.key in self.different else question


def plan_import(
    table: Table,
    mapping: Mapping,
    known: Sequence[Known],
    groups: Iterable[str],
    *,
    today: date,
    choices: Choices | None = None,
    standings: Standings | None = None,
) -> Plan:
    """`mapping` has no problems; `known` and `groups` are all that the event has.

    A participant is found again by the external id alone. A row without one that equals a participant in name, group,
    age and date of birth is that participant, left as it is, so that importing a file twice makes no doubles.
    What a file leaves blank or does not mention stays as it is, an existing group's identifier too.
    """
    choices, standings = choices or Choices(), standings or NoStandings()
    existing = list(dict.fromkeys([*(one.group_name for one in known), *groups]))
    rows = _read(table, mapping, today, choices, standings)
    questions = _settle_groups(rows, existing, choices)
    planned = _Matching(known, rows, choices, standings, questions).planned()
    asked = list({question.key: question for question in questions}.values())
    return Plan(planned, _new_groups(planned, set(existing)), asked[:MOST_QUESTIONS])


@dataclass(slots=True)
class _Read:
    """A row while it is planned: either who it is or what is wrong."""

    number: int
    external_id: str
    person: Person | None
    errors: list[CellError]
    results: dict[Result, str]


def _read(table: Table, mapping: Mapping, today: date, choices: Choices, standings: Standings) -> list[_Read]:
    read_person = person_reader(mapping, today, choices.group)
    numbers, result_columns = mapping.columns(Field.EXTERNAL_ID), mapping.results
    decimals = Decimals(table.decimals or Decimals.EITHER)
    first_rows: dict[str, int] = {}
    rows = []
    for row in table.rows:
        person = read_person(row)
        errors = [] if isinstance(person, Person) else person
        external_id = "".join([clean(row.cells[column]) for column in numbers])
        for column in numbers:
            first = first_rows.setdefault(external_id, row.number)
            if external_id and first != row.number:
                message = _("This number is already in row %(row)s.", row=first)
                errors.append(CellError(mapping.headers[column], message))
        results = _read_results(row, mapping.headers, result_columns, decimals, standings, errors)
        rows.append(_Read(row.number, external_id, None if errors else cast(Person, person), errors, results))
    return rows


def _read_results(
    row: Row,
    headers: Sequence[str],
    columns: dict[Result, int],
    decimals: Decimals,
    standings: Standings,
    errors: list[CellError],
) -> dict[Result, str]:
    results = {}
    for result, column in columns.items():
        try:
            if text := standings.read(result, without_thousands(row.cells[column], decimals)):
                results[result] = text
        except InvalidCell as invalid:
            errors.append(CellError(headers[column], invalid.message))
    return results


def _settle_groups(rows: list[_Read], existing: list[str], choices: Choices) -> list[Question]:
    """Give each group one spelling; what is asked about spellings that are nearly the same."""
    spellings = {name_key(name): name for name in existing}
    new: dict[str, int] = {}
    for row in rows:
        if row.person and name_key(row.person.group_name) not in spellings:
            spellings[name_key(row.person.group_name)] = row.person.group_name
            new[row.person.group_name] = row.number
    questions = []
    for name, other in near_groups(new, existing):
        question = choices.answered(Question(Kind.GROUP, name, other, row=new[name]))
        questions.append(question)
        if question.same:
            spellings[name_key(name)] = spellings[name_key(other)]
    for row in rows:
        if row.person and (name := spellings[name_key(row.person.group_name)]) != row.person.group_name:
            row.person = replace(row.person, group_name=name)
    return questions


class _Matching:
    """Who of the event each row is."""

    def __init__(
        self,
        known: Sequence[Known],
        rows: list[_Read],
        choices: Choices,
        standings: Standings,
        questions: list[Question],
    ) -> None:
        self.rows, self.choices, self.standings, self.questions = rows, choices, standings, questions
        self.by_number = {one.external_id: one for one in known if one.external_id}
        numbers = {row.external_id for row in rows}
        free = [one for one in known if one.external_id not in numbers]
        self.twins = _grouped(free, _likeness)
        self.alike = _grouped(free, lambda one: likeness(one.display_name))
        self.new: dict[tuple[str, ...], list[tuple[int, Person]]] = {}
        self.taken: set[int] = set()

    def planned(self) -> list[PlannedRow]:
        # Those that are somebody for sure first: nobody else may be asked to be the same.
        sure = {row.number: self._surely(row) for row in self.rows if row.person}
        return [sure.get(row.number) or self._perhaps(row) for row in self.rows]

    def _surely(self, row: _Read) -> PlannedRow | None:
        person = cast(Person, row.person)
        if person.external_id is None:
            twin = next((one for one in self.twins.get(_likeness(person), ()) if one.id not in self.taken), None)
            return self._met(row, twin, twin) if twin else None
        before = self.by_number.get(person.external_id)
        return self._met(row, before, _merged(before, person)) if before else None

    def _perhaps(self, row: _Read) -> PlannedRow:
        if row.person is None:
            return PlannedRow(row.number, Verdict.REFUSED, errors=row.errors)
        name = likeness(row.person.display_name)
        for one in self.alike.get(name, ()):
            if one.id not in self.taken and may_be_same(row.person, one):
                if self._asked(row, one, None):
                    return self._met(row, one, _merged(one, row.person))
                break
        for number, other in self.new.get(name, ()):
            if may_be_same(row.person, other):
                if self._asked(row, other, number):
                    message = _("This is the same person as in row %(row)s.", row=number)
                    return PlannedRow(row.number, Verdict.REFUSED, errors=[CellError(None, message)])
                break
        self.new.setdefault(name, []).append((row.number, row.person))
        results: dict[Result, tuple[str | None, str]] = {key: (None, text) for key, text in row.results.items()}
        return PlannedRow(row.number, Verdict.NEW, row.person, results=results)

    def _asked(self, row: _Read, other: Person, other_row: int | None) -> bool:
        one, two = described(cast(Person, row.person)), described(other)
        question = self.choices.answered(Question(Kind.PERSON, one, two, row=row.number, other_row=other_row))
        self.questions.append(question)
        return bool(question.same)

    def _met(self, row: _Read, before: Known, after: Person) -> PlannedRow:
        self.taken.add(before.id)
        changes = {name: (getattr(before, name), getattr(after, name)) for name in COMPARED}
        changes = {name: (old, new) for name, (old, new) in changes.items() if old != new}
        standing = {key: (self.standings.now(key, before.id), text) for key, text in row.results.items()}
        results = {key: (old, new) for key, (old, new) in standing.items() if old != new}
        verdict = Verdict.CHANGED if changes or results else Verdict.UNCHANGED
        return PlannedRow(row.number, verdict, after, before.id, changes, results)


def _merged(before: Known, person: Person) -> Person:
    return replace(
        person,
        external_id=person.external_id or before.external_id,
        gender=person.gender or before.gender,
        age=before.age if person.age is None else person.age,
        born=person.born or before.born,
        metadata=before.metadata | person.metadata,
    )


def _grouped(known: Iterable[Known], key: Callable[[Known], tuple[Any, ...]]) -> dict[tuple[Any, ...], list[Known]]:
    grouped: dict[tuple[Any, ...], list[Known]] = {}
    for one in known:
        grouped.setdefault(key(one), []).append(one)
    return grouped


def _likeness(person: Person) -> tuple[object, ...]:
    return person.display_name, name_key(person.group_name), person.age, person.born


def _new_groups(rows: Iterable[PlannedRow], existing: set[str]) -> list[NewGroup]:
    """Each with the first identifier that any of its rows gives."""
    found: dict[str, NewGroup] = {}
    for person in (row.person for row in rows if row.person):
        name, identifier = person.group_name, person.group_identifier
        if name not in existing and (name not in found or found[name].identifier is None):
            found[name] = NewGroup(name, identifier)
    return list(found.values())
