"""Tables as XLSX. Times are real durations that are shown as m:ss.cc: as text, 10:00 would sort before 9:00.

openpyxl is imported when the first workbook is written: a web process that writes none goes without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl import Workbook

DURATION = "[m]:ss.00"
DAY = "yyyy-mm-dd"
LONGEST_TITLE = 31
WIDEST = 40
_UNTITLED = re.compile(r"[\[\]:*?/\\]")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

Cell = str | int | Decimal | date | timedelta | None


@dataclass(frozen=True)
class Sheet:
    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def as_xlsx(sheets: Iterable[Sheet]) -> bytes:
    """Text stays text, whatever it looks like. There must be a sheet."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    titles: set[str] = set()
    for sheet in sheets:
        _write(book, sheet, _title(sheet.title, titles))
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _write(book: Workbook, sheet: Sheet, title: str) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    rows = [list(row) for row in sheet.rows]
    page = book.create_sheet(title)
    page.freeze_panes = "A2"
    for number, column in enumerate(zip(sheet.header, *rows, strict=True), 1):
        page.column_dimensions[get_column_letter(number)].width = min(WIDEST, max(map(_width, column)) + 2)
    page.append([_cell(page, name, font=Font(bold=True)) for name in sheet.header])
    for row in rows:
        page.append([_cell(page, value) for value in row])


def _cell(page: Any, value: Cell, **style: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, str):
        cell = WriteOnlyCell(page, _UNWRITABLE.sub("", value) or None)
        if cell.value:
            cell.data_type = "s"
    elif isinstance(value, timedelta):
        cell = WriteOnlyCell(page, value / timedelta(days=1))
        cell.number_format = DURATION
    else:
        cell = WriteOnlyCell(page, value)
        if isinstance(value, date):
            cell.number_format = DAY
    for name, given in style.items():
        setattr(cell, name, given)
    return cell


def _width(value: Cell) -> int:
    return 8 if isinstance(value, timedelta) else len("" if value is None else str(value))


def _title(name: str, taken: set[str]) -> str:
    """A name that spreadsheets take for a sheet: short, without their signs, and unlike the others in any case."""
    plain = " ".join(_UNTITLED.sub(" ", _UNWRITABLE.sub("", name)).split()).strip("'") or "-"
    number, title = 1, plain[:LONGEST_TITLE]
    while title.casefold() in taken or title.casefold() == "history":
        number += 1
        end = f" ({number})"
        title = plain[: LONGEST_TITLE - len(end)] + end
    taken.add(title.casefold())
    return title
