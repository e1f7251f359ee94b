"""One row of a start list into one person, or the reasons why not."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, TypeVar

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.events.importing.cells import InvalidCell, read_age, read_born, read_gender, read_text
from app.events.importing.mapping import Field, Mapping
from app.events.importing.table import Row
from app.events.kinds import Gender

# Characters; the tables hold no more.
LONGEST_NAME = 120
LONGEST_GROUP = 80
LONGEST_IDENTIFIER = 20
LONGEST_NUMBER = 60
LONGEST_NOTE = 500

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
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


def read_person(row: Row, mapping: Mapping, today: date) -> Person | list[CellError]:
    """Every cell is read, so that all that is wrong with a row is told at once."""
    errors: list[CellError] = []

    def read(reader: Callable[[str], T], *columns: int) -> T | None:
        try:
            return reader(" ".join(row.cells[column] for column in columns))
        except InvalidCell as invalid:
            errors.append(CellError(mapping.headers[columns[0]] if columns else None, invalid.message))
            return None

    if len(row.cells) > len(mapping.headers):
        errors.append(CellError(None, _("This row has more cells than there are headers.")))
    name = read(_name, *mapping.columns(Field.DISPLAY_NAME, Field.FIRST_NAME, Field.LAST_NAME))
    group = read(_group, *mapping.columns(Field.GROUP_NAME))
    identifier = read(_at_most(LONGEST_IDENTIFIER), *mapping.columns(Field.GROUP_IDENTIFIER))
    external_id = read(_at_most(LONGEST_NUMBER), *mapping.columns(Field.EXTERNAL_ID))
    gender = read(read_gender, *mapping.columns(Field.GENDER))
    age = read(read_age, *mapping.columns(Field.AGE))
    born = read(lambda text: read_born(text, today), *mapping.columns(Field.BORN))
    notes = {column: read(_at_most(LONGEST_NOTE), column) for column in mapping.columns(Field.METADATA)}
    if errors or name is None or group is None:
        return errors
    return Person(
        display_name=name,
        group_name=group,
        group_identifier=identifier,
        external_id=external_id,
        gender=gender,
        age=age,
        born=born,
        metadata={mapping.headers[column]: note for column, note in notes.items() if note},
    )


def _name(text: str) -> str:
    name = read_text(text, LONGEST_NAME)
    if name is None:
        raise InvalidCell(_("The name is missing."))
    return name


def _group(text: str) -> str:
    group = read_text(text, LONGEST_GROUP)
    if group is None:
        raise InvalidCell(_("The group is missing."))
    return group


def _at_most(longest: int) -> Callable[[str], str | None]:
    return lambda text: read_text(text, longest)
