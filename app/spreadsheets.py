"""What every CSV that Laurel hands out and takes in shares: text that is no formula, a mark for Excel, a name."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO

from flask import Response, request, send_file

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
MARK = "\ufeff".encode()


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Numbers stay what they are, also below zero; every text is guarded."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([guarded(name) for name in header])
    writer.writerows([guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue()


def guarded(text: str) -> str:
    """Text that a spreadsheet does not take for a formula. Scores need none: -5 is a number there as here."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def csv_answer(text: str | bytes, name: str) -> Response:
    """A file to keep. `?bom=1` puts a mark in front by which Excel knows UTF-8."""
    body = text.encode() if isinstance(text, str) else text
    return file_answer(MARK + body if request.args.get("bom") == "1" else body, "text/csv", f"{name}.csv")


def file_answer(body: bytes, kind: str, name: str) -> Response:
    stem, _dot, ending = name.rpartition(".")
    file = send_file(BytesIO(body), kind, as_attachment=True, download_name=f"{file_name(stem)}.{ending}")
    file.headers["Cache-Control"] = "private, no-cache"
    return file


def file_name(name: str) -> str:
    return " ".join("".join(c if c.isprintable() and c not in '\\/:*?"<>|' else " " for c in name).split()) or "event"
