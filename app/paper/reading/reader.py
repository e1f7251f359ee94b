"""Photos and scans of sheets, read on this machine. Each file is opened in a process of its own, see `child`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
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
    """A picture made anew from a file, a JPEG, and what is seen on it. `number` is its place in the file."""

    number: int
    jpeg: bytes
    codes: tuple[str, ...]
    markers: tuple[int, ...]
    page: int | None
    light: float
    sharpness: float


class Photo:
    """A file that is open in a process of its own; use it as a context.

        with Photo(data) as photo:
            for taken in photo.pictures: ...
            rows, flat = photo.read(taken, layout, page, ends)

    All of it raises Unreadable.
    """

    def __init__(self, data: bytes) -> None:
        if len(data) > LARGEST:
            raise Unreadable(Refused.TOO_LARGE)
        self._data = data
        self.pictures: list[Taken] = []

    def __enter__(self) -> Photo:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "app.paper.reading.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            told, *pictures = self._ask(self._data)
            for number, (one, jpeg) in enumerate(zip(json.loads(told), pictures, strict=True)):
                seen = (tuple(one["codes"]), tuple(one["markers"]), one["page"], one["light"], one["sharpness"])
                self.pictures.append(Taken(number, jpeg, *seen))
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self._end()

    def read(
        self, taken: Taken, layout: dict[str, Any], page: int, ends: Sequence[Sequence[str | None]]
    ) -> tuple[list[dict[str, Any]], bytes]:
        """The rows of a page, see `rows.read_rows`, and a JPEG of the page laid flat."""
        wanted = {"picture": taken.number, "layout": layout, "page": page, "ends": ends}
        answer, flat = self._ask(json.dumps(wanted).encode())
        rows: list[dict[str, Any]] | None = json.loads(answer)["rows"]
        if rows is None:
            raise Unreadable(Refused.CUT_OFF)
        return rows, flat

    def read_table(self, taken: Taken) -> list[dict[str, Any]]:
        """The rows of a sheet that Laurel did not print, see `child.read_table`."""
        [answer] = self._ask(json.dumps({"picture": taken.number}).encode())
        rows: list[dict[str, Any]] = json.loads(answer)
        if not rows:
            raise Unreadable(Refused.NO_TABLE)
        return rows

    def _ask(self, part: bytes) -> list[bytes]:
        told, answers = self._child.stdin, self._child.stdout
        if told is None or answers is None:
            raise RuntimeError("it was not opened")
        patience = threading.Timer(PATIENCE, self._child.kill)
        patience.start()
        try:
            child.send(told, [part])
            parts = child.receive(answers)
        except (OSError, EOFError):
            parts = None
        finally:
            patience.cancel()
        if parts is None:
            broken = self._child.wait() == child.BROKEN
            raise Unreadable(Refused.BROKEN if broken else Refused.TOO_LARGE)
        return parts

    def _end(self) -> None:
        self._child.kill()
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        self._child.wait()


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
