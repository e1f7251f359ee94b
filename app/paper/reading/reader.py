"""Photos and scans of sheets, read on this machine. Each file is opened in a process of its own, see `child`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from . import child

LARGEST = 25 * 1024 * 1024
PATIENCE = 60
"""Seconds."""
CODE = re.compile(r"L(\d{1,9})\.(\d{1,2})\.(\d{1,6})")
DARK = 40.0
"""Of 255, on the whole."""
BLURRED = 12.0
"""How much neighbouring pixels differ, squared; a sharp photo of a sheet has hundreds."""


class Refused(StrEnum):
    """Why nothing is read of a photo."""

    BROKEN = "broken"
    TOO_LARGE = "too_large"
    NO_SHEET = "no_sheet"
    DARK = "dark"
    BLURRED = "blurred"
    SEVERAL = "several"
    NO_CODE = "no_code"
    CUT_OFF = "cut_off"
    UNKNOWN_SHEET = "unknown_sheet"
    OTHER_EVENT = "other_event"
    WITHDRAWN = "withdrawn"
    NO_TABLE = "no_table"


class Unreadable(ValueError):
    """Raised with the reason."""

    def __init__(self, reason: Refused) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Code:
    """What a sheet's QR code says."""

    sheet: int
    page: int
    version: int


@dataclass(frozen=True)
class Taken:
    """A picture made anew from a file, a JPEG, and what is seen on it."""

    jpeg: bytes
    codes: tuple[str, ...]
    markers: tuple[int, ...]
    page: int | None
    light: float
    sharpness: float


def take(data: bytes) -> list[Taken]:
    """The pictures in a file: one, or a PDF's pages. Raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable(Refused.TOO_LARGE)
    told, *pictures = _run("take", data)
    return [
        Taken(jpeg, tuple(one["codes"]), tuple(one["markers"]), one["page"], one["light"], one["sharpness"])
        for one, jpeg in zip(json.loads(told), pictures, strict=True)
    ]


def code_of(taken: Taken) -> Code:
    """Which page of which sheet it shows. Raises Unreadable with what to do better."""
    known = [match for text in taken.codes if (match := CODE.fullmatch(text))]
    if len(known) > 1:
        raise Unreadable(Refused.SEVERAL)
    if known:
        sheet, page, version = (int(number) for number in known[0].groups())
        return Code(sheet, page, version)
    if taken.light < DARK:
        raise Unreadable(Refused.DARK)
    if taken.sharpness < BLURRED:
        raise Unreadable(Refused.BLURRED)
    raise Unreadable(Refused.NO_CODE if len(taken.markers) >= 2 else Refused.NO_SHEET)


def read(
    jpeg: bytes, layout: dict[str, Any], page: int, ends: Sequence[Sequence[str | None]]
) -> tuple[list[dict[str, Any]], bytes]:
    """The rows of a page, see `rows.read_rows`, and a JPEG of the page laid flat. Raises Unreadable."""
    told = json.dumps({"layout": layout, "page": page, "ends": ends}).encode()
    answer, flat = _run("read", child.pack([told, jpeg]))
    rows: list[dict[str, Any]] | None = json.loads(answer)["rows"]
    if rows is None:
        raise Unreadable(Refused.CUT_OFF)
    return rows, flat


def read_table(jpeg: bytes) -> list[dict[str, Any]]:
    """The rows of a sheet that Laurel did not print, see `child.read_table`. Raises Unreadable."""
    [answer] = _run("table", jpeg)
    rows: list[dict[str, Any]] = json.loads(answer)
    if not rows:
        raise Unreadable(Refused.NO_TABLE)
    return rows


def _run(what: str, data: bytes) -> list[bytes]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "app.paper.reading.child", what],
            input=data,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(Refused.TOO_LARGE) from None
    if done.returncode:
        raise Unreadable(Refused.BROKEN if done.returncode == child.BROKEN else Refused.TOO_LARGE)
    return child.unpack(done.stdout)
