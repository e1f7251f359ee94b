"""An uploaded file into a table: delimited text, or one sheet of a workbook."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _

from app.events.importing.decimals import Decimals, find_decimals
from app.events.importing.delimited import DELIMITERS, find_delimiter, records
from app.events.importing.encoding import decode
from app.events.importing.headers import find_header, known_headers
from app.events.importing.ranked import by_person
from app.events.importing.table import HEAD_ROWS, Table, UnreadableFile, headed
from app.events.importing.workbook import Sheets, read_sheets

LARGEST = 5 * 1024 * 1024
WORKBOOKS = ("XLSX", "ODS")

_SIGNATURES = (
    (b"PK\x03\x04", "ZIP"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "GZIP"),
)


def read_table(
    data: bytes,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    decimals: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
) -> Table:
    """What is not given is found out. Raises UnreadableFile, and nothing else, on whatever bytes."""
    if len(data) > LARGEST:
        raise UnreadableFile(_("The file is larger than %(size)s MB.", size=LARGEST // 1024**2))
    kind = _binary_kind(data)
    if kind in WORKBOOKS:
        return _from_workbook(data, kind, sheet, header_row)
    if kind:
        message = _("This is a file of the kind %(kind)s. Save the table as XLSX, ODS or CSV and try again.", kind=kind)
        raise UnreadableFile(message)
    text, encoding = decode(data, encoding)
    delimiter = delimiter or find_delimiter(text)
    if delimiter not in DELIMITERS:
        raise UnreadableFile(_("Choose one of the delimiters that are offered."))
    header_row, headers, rows = headed(records(text, delimiter), header_row)
    decimals = decimals or find_decimals(rows)
    if decimals not in set(Decimals):
        raise UnreadableFile(_("Choose one of the decimal marks that are offered."))
    return by_person(Table(headers, rows, encoding, delimiter, decimals, header_row=header_row))


def _from_workbook(data: bytes, kind: str, sheet: str | None, header_row: int | None) -> Table:
    sheets = read_sheets(data, sheet)
    sheet = _likeliest(sheets) if sheet is None else sheet
    if sheet not in sheets:
        raise UnreadableFile(_("Choose one of the sheets of this file."))
    header_row, headers, rows = headed(sheets[sheet], header_row)
    return by_person(Table(headers, rows, "", "", "", kind, header_row, sheet, tuple(sheets)))


def _likeliest(sheets: Sheets) -> str:
    """The one whose headers are known best, then the longest."""

    def promise(name: str) -> tuple[int, int]:
        rows = sheets[name]
        header = find_header(rows[:HEAD_ROWS])
        return known_headers(rows[header - 1]) if rows else 0, sum(map(_is_filled, rows[header:]))

    return max(sheets, key=promise, default="")


def _is_filled(record: Sequence[str]) -> bool:
    return any(map(str.strip, record))


def _binary_kind(data: bytes) -> str | None:
    kind = next((kind for signature, kind in _SIGNATURES if data.startswith(signature)), None)
    if kind == "ZIP" and b"opendocument.spreadsheet" in data[:200]:
        return "ODS"
    return "XLSX" if kind == "ZIP" and b"xl/" in data else kind
