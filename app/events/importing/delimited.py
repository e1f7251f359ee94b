"""Delimited text into records."""

import csv
from collections import Counter
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
    done, guarded = 0, "'" in text
    try:
        for record in reader:
            yield [unguarded(cell) for cell in record] if guarded else record
            done += 1
    except csv.Error:
        raise UnreadableFile(
            _("Row %(row)s cannot be read: a quotation mark is not closed, or a cell is far too long.", row=done + 1)
        ) from None


def find_delimiter(text: str) -> str:
    """The one that cuts most rows into the same number of cells; a comma inside decimals or a title does not."""
    sample = text.lstrip("\r\n")[:SAMPLE_LENGTH]
    return max(DELIMITERS, key=lambda delimiter: _regularity(sample, delimiter))


def _regularity(sample: str, delimiter: str) -> tuple[int, int]:
    reader = csv.reader(StringIO(sample, newline=""), delimiter=delimiter)
    try:
        widths = [len(record) for record in islice((record for record in reader if any(record)), SAMPLE_ROWS)]
    except csv.Error:
        return 0, 0
    usual = [(width - 1) * count for width, count in Counter(widths).items() if count * 2 > len(widths)]
    return max(usual, default=0), next(iter(widths), 1)
