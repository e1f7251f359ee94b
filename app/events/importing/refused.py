"""The rows that are left out, as a file to mend and bring back."""

from __future__ import annotations

import csv
from io import StringIO

from .headers import REASON
from .people import CellError
from .plan import Plan
from .queries import Reading
from .text import guarded

BOM = "\ufeff"


def refused_file(reading: Reading, plan: Plan) -> str:
    """The columns of the file and one more with the reasons, which is left out when the file comes back.

    A spreadsheet takes none of its cells for a formula; `unguarded` makes them what they were.
    """
    text = StringIO()
    writer = csv.writer(text, delimiter=reading.table.delimiter or ";")
    writer.writerow([*(header for header in reading.table.headers if header != REASON), REASON])
    kept = [index for index, header in enumerate(reading.table.headers) if header != REASON]
    for row, planned in zip(reading.table.rows, plan.rows, strict=True):
        if planned.errors:
            reasons = " ".join(map(_in_words, planned.errors))
            writer.writerow([*(guarded(row.cells[index]) for index in kept), reasons])
    return BOM + text.getvalue()


def _in_words(error: CellError) -> str:
    return f"{error.column}: {error.message}" if error.column else str(error.message)
