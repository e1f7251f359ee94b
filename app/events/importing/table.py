"""A table of text cells, whatever file it came from, within the limits an import holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.events.importing.headers import REASON, find_header
from app.events.importing.text import clean, unguarded

MOST_ROWS = 10_000
MOST_COLUMNS = 200
HEAD_ROWS = 20
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
    """`headers` are unique and never empty. All else says how the file was read: `kind` is CSV, XLSX or ODS, and
    `header_row` counts from 1. Encoding, delimiter and decimals (one of Decimals) are those of text, the sheets those
    of a workbook. `is_ranked` says that it was a list of results, which tells people by name and group."""

    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str
    delimiter: str
    decimals: str = ""
    kind: str = "CSV"
    header_row: int = 1
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    is_ranked: bool = False


def headed(
    records: Iterable[Sequence[str]], header_row: int | None = None
) -> tuple[int, tuple[str, ...], tuple[Row, ...]]:
    """The row of the headers, found out where it is not given; the headers; the rows below. Raises UnreadableFile."""
    remaining = iter(records)
    head = list(islice(remaining, HEAD_ROWS))
    if not any(cell.strip() for record in head for cell in record):
        raise UnreadableFile(_("The file is empty."))
    header_row = header_row or find_header(head)
    if not 1 <= header_row <= len(head):
        raise UnreadableFile(_("The headers have to be in one of the first %(most)s rows.", most=HEAD_ROWS))
    headers = _headers(head[header_row - 1])
    below = enumerate(chain(head[header_row:], remaining), header_row + 1)
    rows: list[Row] = []
    for number, record in below:
        if not any(map(str.strip, record)):
            continue
        if len(rows) == MOST_ROWS:
            raise UnreadableFile(_("The file has more than %(most)s rows. Split it into several.", most=MOST_ROWS))
        cells = _cells(record, len(headers))
        rows.append(Row(number, tuple(map(unguarded, cells)) if REASON in headers else cells))
    if not rows:
        raise UnreadableFile(_("There is nobody in the file: it has only a header row."))
    return header_row, headers, tuple(rows)


def _headers(record: Sequence[str]) -> tuple[str, ...]:
    names = _without_blank_end([clean(cell) for cell in record])
    if not names:
        raise UnreadableFile(_("The row of the headers is empty. Choose another one."))
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
