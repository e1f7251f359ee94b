"""Sheets of an XLSX or ODS file, read in a process that may be lost."""

import json
import subprocess
import sys
from pathlib import Path

from flask_babel import lazy_gettext as _

from app.events.importing import unpack
from app.events.importing.table import HEAD_ROWS, MOST_COLUMNS, MOST_ROWS, UnreadableFile

PATIENCE = 60

_REASONS = {
    unpack.BROKEN: _("This spreadsheet is damaged or cut short. Save it again, or save the table as CSV."),
    unpack.LOCKED: _("This spreadsheet is protected by a password. Save it without one and try again."),
}
_TOO_LARGE = _("This spreadsheet unpacks to far more than a list of people. Save the table alone as CSV.")

Sheets = dict[str, list[list[str]]]


def read_sheets(data: bytes, wanted: str | None) -> Sheets:
    """The rows of each visible sheet, of the wanted one alone if there is one; values as they were when the file was
    saved, and no formula ever evaluated. Raises UnreadableFile."""
    # More than is taken, so that the limits themselves are told by those who hold them.
    limits = str(MOST_ROWS * 2 + HEAD_ROWS), str(MOST_COLUMNS + 1)
    command = [sys.executable, "-I", str(Path(unpack.__file__)), *limits, wanted or ""]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise UnreadableFile(_TOO_LARGE) from None
    if done.returncode:
        raise UnreadableFile(_REASONS.get(done.returncode, _TOO_LARGE))
    sheets: Sheets = json.loads(done.stdout)
    return sheets
