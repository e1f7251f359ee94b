"""An uploaded file into a table. Delimited text for now; each other format is one more branch of `read_table`."""

import re
from collections import Counter
from collections.abc import Iterable

from flask_babel import lazy_gettext as _

from app.events.importing.delimited import DELIMITERS, find_delimiter, records
from app.events.importing.encoding import decode
from app.events.importing.table import Row, Table, UnreadableFile, headed

LARGEST = 5 * 1024 * 1024

_SIGNATURES = (
    (b"PK\x03\x04", "ZIP"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "GZIP"),
)
_DECIMAL = re.compile(r"[-+]?[0-9]+(?P<mark>[.,])[0-9]+")


def read_table(data: bytes, *, encoding: str | None = None, delimiter: str | None = None) -> Table:
    """What is not given is found out. Raises UnreadableFile, and nothing else, on whatever bytes."""
    if len(data) > LARGEST:
        raise UnreadableFile(_("The file is larger than %(size)s MB.", size=LARGEST // 1024**2))
    if kind := _binary_kind(data):
        raise UnreadableFile(_("This is a file of the kind %(kind)s. Save the table as CSV and try again.", kind=kind))
    text, encoding = decode(data, encoding)
    delimiter = delimiter or find_delimiter(text)
    if delimiter not in DELIMITERS:
        raise UnreadableFile(_("Choose one of the delimiters that are offered."))
    headers, rows = headed(records(text, delimiter))
    return Table(headers, rows, encoding, delimiter, _has_decimal_comma(rows))


def _binary_kind(data: bytes) -> str | None:
    kind = next((kind for signature, kind in _SIGNATURES if data.startswith(signature)), None)
    if kind == "ZIP" and b"opendocument.spreadsheet" in data[:200]:
        return "ODS"
    return "XLSX" if kind == "ZIP" and b"xl/" in data else kind


def _has_decimal_comma(rows: Iterable[Row]) -> bool:
    decimals = (_DECIMAL.fullmatch(cell.strip()) for row in rows for cell in row.cells)
    marks = Counter(decimal["mark"] for decimal in decimals if decimal)
    return marks[","] > marks["."]
