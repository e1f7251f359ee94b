"""Delimited text into records."""

import csv
from collections.abc import Iterator
from io import StringIO
from itertools import islice

from flask_babel import lazy_gettext as _

from app.events.importing.table import UnreadableFile
from app.spreadsheets import unguarded

DELIMITERS = (";", ",", "\t", "|")
SAMPLE_ROWS = 50
SAMPLE_LENGTH = 65_536


def records(text: str, delimiter: str) -> Iterator[list[str]]:
    """One list of cells a record, blank ones too. Raises UnreadableFile on the record that cannot be told apart."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    done = 0
    try:
        for record in reader:
            yield [unguarded(cell) for cell in record]
            done += 1
    except csv.Error:
        raise UnreadableFile(
            _("Row %(row)s cannot be read: a quotation mark is not closed, or a cell is far too long.", row=done + 1)
        ) from None


def find_delimiter(text: str) -> str:
    """The one that cuts most rows into as many cells as the header; a comma inside decimals does not."""
    sample = text.lstrip("\r\n")[:SAMPLE_LENGTH]
    return max(DELIMITERS, key=lambda delimiter: _regularity(sample, delimiter))


def _regularity(sample: str, delimiter: str) -> tuple[int, int]:
    reader = csv.reader(StringIO(sample, newline=""), delimiter=delimiter)
    try:
        widths = [len(record) for record in islice((record for record in reader if any(record)), SAMPLE_ROWS)]
    except csv.Error:
        return 0, 0
    if not widths:
        return 0, 0
    header, *rows = widths
    return (header - 1) * rows.count(header), header
