"""A table of text cells, whatever file it came from, within the limits an import holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.events.importing.text import clean

MOST_ROWS = 10_000
MOST_COLUMNS = 200
LONGEST_HEADER = 120


class UnreadableFile(ValueError):
    """The whole file is refused; `message` says why and what to do."""

    def __init__(self, message: LazyString) -> None:
        super().__init__("unreadable file")
        self.message = message


@dataclass(frozen=True, slots=True)
class Row:
    """`number` is the row's number in the spreadsheet, counting blank rows and the header. Short rows are filled up
    with empty cells; a row longer than the headers keeps the cells that no header names."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`headers` are unique and never empty. `encoding`, `delimiter` and `decimal_comma` say how the file was read."""

    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str
    delimiter: str
    decimal_comma: bool


def headed(records: Iterable[Sequence[str]]) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """The headers, out of the first row that is not blank, and the rows below it. Raises UnreadableFile."""
    numbered = ((number, record) for number, record in enumerate(records, 1) if any(map(str.strip, record)))
    _number, first = next(numbered, (0, ()))
    headers = _headers(first)
    rows: list[Row] = []
    for number, record in numbered:
        if len(rows) == MOST_ROWS:
            raise UnreadableFile(_("The file has more than %(most)s rows. Split it into several.", most=MOST_ROWS))
        rows.append(Row(number, _cells(record, len(headers))))
    if not rows:
        raise UnreadableFile(_("There is nobody in the file: it has only a header row."))
    return headers, tuple(rows)


def _headers(record: Sequence[str]) -> tuple[str, ...]:
    names = _without_blank_end([clean(cell) for cell in record])
    if not names:
        raise UnreadableFile(_("The file is empty."))
    if len(names) > MOST_COLUMNS:
        raise UnreadableFile(_("The file has more than %(most)s columns.", most=MOST_COLUMNS))
    if max(map(len, names)) > LONGEST_HEADER:
        raise UnreadableFile(_("A header is very long. Is the first row a row of headers?"))
    taken: dict[str, None] = {}
    for position, name in enumerate(names, 1):
        taken[_unique(name or f"#{position}", taken)] = None
    return tuple(taken)


def _unique(name: str, taken: Iterable[str]) -> str:
    """Two columns under one header would overwrite each other's notes."""
    candidate, count = name, 1
    while candidate in taken:
        count += 1
        candidate = f"{name} ({count})"
    return candidate


def _cells(record: Sequence[str], width: int) -> tuple[str, ...]:
    cells = _without_blank_end(record)
    return (*cells, *[""] * (width - len(cells)))


def _without_blank_end(cells: Sequence[str]) -> Sequence[str]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]
