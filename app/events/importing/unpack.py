"""A workbook on the standard input into JSON on the standard output: its sheets, and rows of text.

A program of its own, so that a file made to fill the memory or the day ends this process and no other, and so that
nobody who only serves pages loads the reader. Its arguments: rows and columns at most, and the one sheet wanted or "".
"""

import io
import json
import resource
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice

MEMORY = 1024**3
SECONDS = 20
UNPACKED = 200 * 1024**2
TEXT = 60 * 1024**2
MOST_SHEETS = 20

# How it ends where it does not end well; whatever else happens counts as too large.
BROKEN, LOCKED, TOO_LARGE = 3, 4, 5


def main(most_rows: int, most_columns: int, wanted: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = sys.stdin.buffer.read()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > UNPACKED:
                sys.exit(TOO_LARGE)
    except zipfile.BadZipFile:
        sys.exit(BROKEN)
    json.dump(unpacked(data, most_rows, most_columns, wanted), sys.stdout)


def unpacked(data: bytes, most_rows: int, most_columns: int, wanted: str) -> dict[str, list[list[str]]]:
    """The rows of each sheet that can be seen; none for those that are not the wanted one."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    found: dict[str, list[list[str]]] = {}
    length = 0
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        seen = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible]
        for name in seen[:MOST_SHEETS]:
            found[name] = []
            if wanted not in ("", name):
                continue
            for row in islice(workbook.get_sheet_by_name(name).iter_rows(), most_rows):
                cells = [as_text(cell) for cell in row[:most_columns]]
                length += sum(map(len, cells)) + len(cells)
                if length > TEXT:
                    sys.exit(TOO_LARGE)
                found[name].append(cells)
    except PasswordError:
        sys.exit(LOCKED)
    except CalamineError:
        sys.exit(BROKEN)
    return found


def as_text(cell: object) -> str:
    """As somebody would type it: 12.0 is 12, and a moment at midnight is a day."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else format(cell, ".15g")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return clock(
            timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second, microseconds=cell.microsecond)
        )
    return clock(cell) if isinstance(cell, timedelta) else str(cell)


def clock(span: timedelta) -> str:
    """A spreadsheet takes a typed 1:23 for an hour and more, and 1:23.4 for a minute and more: as they were typed."""
    total = Decimal(span // timedelta(microseconds=1)) / 1_000_000
    hundredths = int((total * 100).quantize(Decimal(1), ROUND_HALF_UP))
    seconds, fraction = divmod(hundredths, 100)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours and not seconds and not fraction:
        return f"{hours}:{minutes:02}"
    text = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{text}.{fraction:02}" if fraction else text


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
