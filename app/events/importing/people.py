"""One row of a start list into one person, or the reasons why not."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVar

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.events.importing.cells import InvalidCell, read_age, read_born, read_gender, read_text
from app.events.importing.headers import Field
from app.events.importing.mapping import Mapping
from app.events.importing.table import Row
from app.events.kinds import Gender

# Characters; the tables hold no more.
LONGEST_NAME = 120
LONGEST_GROUP = 80
LONGEST_IDENTIFIER = 20
LONGEST_NUMBER = 60
LONGEST_NOTE = 500


@dataclass(kw_only=True, slots=True)  # Not frozen: ten thousand of them are made twice as fast.
class Person:
    """`metadata` holds the columns that have no field of their own, by header, without blank cells."""

    display_name: str
    group_name: str
    group_identifier: str | None = None
    external_id: str | None = None
    gender: Gender | None = None
    age: int | None = None
    born: date | None = None
    metadata: dict[str, str] = field(default_factory=dict)


class CellError(NamedTuple):
    """`column` is the header, or None where the row as a whole is wrong."""

    column: str | None
    message: LazyString


T = TypeVar("T")
ReadRow = Callable[[Row], "Person | list[CellError]"]


def person_reader(mapping: Mapping, today: date, group: str = "") -> ReadRow:
    """What reads the rows under these headers; a row without a group comes into `group`, if that is one.

    Every cell is read, so that all that is wrong with a row is told at once.
    """
    fields: dict[str, tuple[Callable[[str], Any], list[int]]] = {
        "display_name": (_name, mapping.columns(Field.DISPLAY_NAME, Field.FIRST_NAME, Field.LAST_NAME)),
        "group_name": (_remembering(_group_or(group)), mapping.columns(Field.GROUP_NAME)),
        "group_identifier": (_remembering(_at_most(LONGEST_IDENTIFIER)), mapping.columns(Field.GROUP_IDENTIFIER)),
        "external_id": (_at_most(LONGEST_NUMBER), mapping.columns(Field.EXTERNAL_ID)),
        "gender": (_remembering(read_gender), mapping.columns(Field.GENDER)),
        "age": (_remembering(read_age), mapping.columns(Field.AGE)),
        "born": (_remembering(lambda text: read_born(text, today)), mapping.columns(Field.BORN)),
    }
    note = _at_most(LONGEST_NOTE)
    notes = [(mapping.headers[column], column) for column in mapping.columns(Field.METADATA)]
    width = len(mapping.headers)

    def read(row: Row) -> Person | list[CellError]:
        errors: list[CellError] = []
        values: dict[str, Any] = {}
        kept: dict[str, str] = {}
        if len(row.cells) > width:
            errors.append(CellError(None, _("This row has more cells than there are headers.")))
        for name, (reader, columns) in fields.items():
            try:
                cells = row.cells
                joined = cells[columns[0]] if len(columns) == 1 else " ".join([cells[column] for column in columns])
                values[name] = reader(joined)
            except InvalidCell as invalid:
                errors.append(CellError(mapping.headers[columns[0]] if columns else None, invalid.message))
        for header, column in notes:
            try:
                if text := note(row.cells[column]):
                    kept[header] = text
            except InvalidCell as invalid:
                errors.append(CellError(header, invalid.message))
        return errors or Person(**values, metadata=kept)

    return read


def _remembering(reader: Callable[[str], T]) -> Callable[[str], T]:
    """Most cells of some columns say the same as one above."""
    known: dict[str, T] = {}

    def read(text: str) -> T:
        if text not in known:
            known[text] = reader(text)
        return known[text]

    return read


def _name(text: str) -> str:
    name = read_text(text, LONGEST_NAME)
    if name is None:
        raise InvalidCell(_("The name is missing."))
    return name


def _group_or(rest: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        group = read_text(text, LONGEST_GROUP) or rest
        if not group:
            raise InvalidCell(_("The group is missing."))
        return group

    return read


def _at_most(longest: int) -> Callable[[str], str | None]:
    return lambda text: read_text(text, longest)
