"""Which column means what: guessed from the headers, changed by the organiser."""

from collections import Counter
from collections.abc import Mapping as Choices
from dataclasses import dataclass, replace

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.events.importing.headers import HEADERS, Field
from app.events.importing.table import Table
from app.events.importing.text import folded, plain

LABELS = {
    Field.DISPLAY_NAME: _("Name"),
    Field.FIRST_NAME: _("First name"),
    Field.LAST_NAME: _("Last name"),
    Field.GROUP_NAME: _("Group"),
    Field.GROUP_IDENTIFIER: _("Group's colour or code"),
    Field.EXTERNAL_ID: _("Number"),
    Field.GENDER: _("Gender"),
    Field.AGE: _("Age"),
    Field.BORN: _("Born"),
    Field.METADATA: _("Note"),
    Field.IGNORE: _("Leave out"),
}

MOSTLY_FULL = 0.9


@dataclass(frozen=True, slots=True)
class Result:
    """A column that holds the values of an activity, or those of one of its marks, counted from 1."""

    activity_id: int
    mark: int = 1


Meaning = Field | Result


def encoded(meaning: Meaning) -> str:
    if isinstance(meaning, Field):
        return meaning.value
    return f"activity:{meaning.activity_id}" + (f":{meaning.mark}" if meaning.mark > 1 else "")


def decoded(text: str) -> Meaning:
    kind, *numbers = text.split(":")
    return Result(*map(int, numbers)) if numbers else Field(kind)


@dataclass(frozen=True, slots=True)
class Mapping:
    """One meaning a column, in the order of `headers`."""

    headers: tuple[str, ...]
    fields: tuple[Meaning, ...]

    def changed(self, choices: Choices[int, Meaning]) -> "Mapping":
        """With other meanings for the columns of these indexes; an index without a column is passed over."""
        return replace(self, fields=tuple(choices.get(index, field) for index, field in enumerate(self.fields)))

    def columns(self, *wanted: Field) -> list[int]:
        """The indexes of the columns with these meanings, in the order of the meanings."""
        return [index for field in wanted for index, given in enumerate(self.fields) if given is field]

    @property
    def results(self) -> dict[Result, int]:
        """The index of the column with each."""
        return {given: index for index, given in enumerate(self.fields) if isinstance(given, Result)}

    def problems(self, *, needs_group: bool = True) -> list[LazyString]:
        """What keeps a plan from being made; none in a mapping that can be used."""
        found: list[LazyString] = []
        parts = {Field.FIRST_NAME, Field.LAST_NAME} & set(self.fields)
        if Field.DISPLAY_NAME in self.fields and parts:
            found.append(_("Choose either one column with the whole name, or first and last name."))
        elif len(parts) == 1:
            found.append(_("Choose columns for both the first and the last name."))
        elif Field.DISPLAY_NAME not in self.fields and not parts:
            found.append(_("Choose the column with the names."))
        if needs_group and Field.GROUP_NAME not in self.fields:
            found.append(_("Choose the column with the groups, or one group for everybody."))
        for field, count in Counter(self.fields).items():
            if count > 1 and isinstance(field, Result):
                found.append(_("Two columns cannot hold the same results."))
            elif count > 1 and isinstance(field, Field) and field not in (Field.METADATA, Field.IGNORE):
                found.append(_("Only one column can be “%(field)s”.", field=LABELS[field]))
        return found


def guess(table: Table, results: Choices[str, Result] | None = None) -> Mapping:
    """The likeliest mapping. Where several columns could be one field, one that is mostly full comes before one that is
    often empty, then the likelier header; the others are kept as notes. A header that stands
    for results, given folded, means them."""
    names = [plain(header) for header in table.headers]
    fields = [Field.METADATA] * len(names)
    for field, headers in HEADERS.items():
        candidates = [index for index, name in enumerate(names) if name in headers]
        if field is Field.IGNORE:
            fields = [field if index in candidates else given for index, given in enumerate(fields)]
        elif len(candidates) == 1:  # As mostly: no need to look how full the column is.
            fields[candidates[0]] = field
        elif candidates:
            fields[min(candidates, key=lambda index: _unlikelihood(table, index, field, names[index]))] = field
    guessed: list[Meaning] = list(_with_name_parts(names, fields))
    for index, header in enumerate(table.headers):
        if results and guessed[index] is Field.METADATA and (result := results.get(folded(header))):
            guessed[index] = result
    return Mapping(table.headers, tuple(guessed))


def _unlikelihood(table: Table, index: int, field: Field, name: str) -> tuple[bool, float, int]:
    """The least is the likeliest; a field's own name, as exports write it, means that field."""
    return table.headers[index] != field.value, -_fullness(table, index), HEADERS[field].index(name)


def _fullness(table: Table, index: int) -> float:
    """The share of rows with something in this column; a few gaps make no difference."""
    return min(MOSTLY_FULL, sum(bool(row.cells[index].strip()) for row in table.rows) / len(table.rows))


def _with_name_parts(names: list[str], fields: list[Field]) -> tuple[Field, ...]:
    """Beside "Příjmení", "Jméno" is the first name only; beside a column with the whole name, both parts are notes."""
    if Field.LAST_NAME in fields and Field.DISPLAY_NAME in fields:
        whole = fields.index(Field.DISPLAY_NAME)
        if names[whole] in ("jmeno", "name") and Field.FIRST_NAME not in fields:
            fields[whole] = Field.FIRST_NAME
    if Field.DISPLAY_NAME in fields:
        parts = (Field.FIRST_NAME, Field.LAST_NAME)
        return tuple(Field.METADATA if field in parts else field for field in fields)
    return tuple(fields)
