"""Where everything is on a printed sheet, in millimetres from the upper left corner. Pure calculation.

layout(rows, marks, name, paper) -> Layout

A page has six markers, four in its corners and two in the middle of its upper and lower edge, and a QR code that names
sheet, page and version. Each participant has a row: a box for each digit, points and colons printed between them, a
smaller line of boxes for a correction below, and boxes to tick for DNS and DNF. Marks that do not fit beside each other
go on below. `to_json` is what is kept of a printed sheet, and all that reading it back needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from app.events.kinds import EvaluationType

from .markers import A_PAGE, MOST_PAGES

PAPERS = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
EDGE = 10.0
MARKER = 13.0
QR = 30.0
BOX, BOX_HEIGHT, GAP = 7.0, 8.6, 1.0
SMALL, SMALL_HEIGHT = 5.0, 5.6
SEPARATOR = 3.0
TICK = 6.0
MINUS = "-"
"""In a pattern, and what a box says that is ticked for a value below zero."""
NAME = 50.0
BETWEEN_MARKS = 4.0
LINE = BOX_HEIGHT + 1.4
CORRECTION = SMALL_HEIGHT + 1.0
BETWEEN_ROWS = 2.4
HEAD = 36.0
"""What the title and the QR code take."""
FOOT = 6.0
"""For a line of words above the lower markers."""
SPARE = 3
"""Blank rows for late-comers, at least."""


class DoesNotFit(ValueError):
    """More pages than there are markers for, or marks wider than a page."""


@dataclass(frozen=True)
class Marker:
    id: int
    x: float
    y: float
    size: float = MARKER


@dataclass(frozen=True)
class Box:
    """For one digit of a mark, both counted from 0; or to tick, where it says what: `DNS`, `DNF`, `yes`, `-`."""

    x: float
    y: float
    width: float
    height: float
    mark: int
    digit: int = 0
    correction: bool = False
    tick: str = ""


@dataclass(frozen=True)
class Printed:
    """A point or a colon between boxes, which nobody has to write."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Row:
    """`participant` is None on a spare row."""

    participant: int | None
    name: str
    number: str
    y: float
    height: float
    boxes: tuple[Box, ...]
    printed: tuple[Printed, ...]


@dataclass(frozen=True)
class Page:
    number: int
    markers: tuple[Marker, ...]
    qr: tuple[float, float, float]
    """x, y and size."""
    code: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Layout:
    width: float
    height: float
    pattern: str
    """How a mark is written, with a 0 for each box: `00:00.00`."""
    pages: tuple[Page, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    number: str


def pattern_of(kind: EvaluationType, low: Decimal | None, high: Decimal | None, places: int) -> str:
    """As many digits as the range needs: three where nobody has said, and for times minutes unless a minute is out of
    reach; a minus in front where values may be below zero. A tick alone is an empty pattern.
    """
    if kind is EvaluationType.BOOLEAN:
        return ""
    most = max((abs(end) for end in (low, high) if end is not None), default=None)
    if kind is EvaluationType.TIME_LOW:
        return "00.00" if high is not None and high < 60 else "00:00.00"
    digits = len(str(int(most))) if most is not None else 3
    sign = MINUS if low is not None and low < 0 else ""
    return sign + "0" * max(digits, 1) + ("." + "0" * places if places else "")


def layout(
    people: Sequence[Person], marks: int, pattern: str, code: str, *, paper: str = "a4", spare: int = SPARE
) -> Layout:
    """`code` is what the QR codes say, with `{page}` for the page. Raises DoesNotFit."""
    width, height = PAPERS[paper]
    lines = _lines(marks, pattern, width)
    row_height = sum(_line_height(pattern) for _line in lines) + BETWEEN_ROWS
    top, bottom = EDGE + HEAD + 8, height - EDGE - MARKER - FOOT
    a_page = int((bottom - top) // row_height)
    if a_page < 1:
        raise DoesNotFit
    wanted: list[Person | None] = [*people, *[None] * spare]
    pages = [wanted[start : start + a_page] for start in range(0, len(wanted), a_page)]
    # A last page is filled up: more room for late-comers costs nothing.
    pages[-1] = [*pages[-1], *[None] * (a_page - len(pages[-1]))]
    if len(pages) > MOST_PAGES:
        raise DoesNotFit
    return Layout(
        width,
        height,
        pattern,
        tuple(
            Page(
                number,
                _markers(number - 1, width, height),
                (width - EDGE - MARKER - 4 - QR, EDGE + 2, QR),
                code.format(page=number),
                tuple(
                    _row(person, top + place * row_height, lines, pattern, width) for place, person in enumerate(some)
                ),
            )
            for number, some in enumerate(pages, start=1)
        ),
    )


def _markers(page: int, width: float, height: float) -> tuple[Marker, ...]:
    right, lower, middle = width - EDGE - MARKER, height - EDGE - MARKER, (width - MARKER) / 2
    places = [(EDGE, EDGE), (middle, EDGE), (right, EDGE), (EDGE, lower), (middle, lower), (right, lower)]
    return tuple(Marker(page * A_PAGE + number, round(x, 2), round(y, 2)) for number, (x, y) in enumerate(places))


def mark_width(pattern: str, box: float = BOX) -> float:
    boxes = pattern.count("0")
    sign = TICK + GAP if pattern.startswith(MINUS) else 0
    return sign + boxes * box + max(boxes - 1, 0) * GAP + (len(pattern) - boxes) * SEPARATOR if pattern else TICK


def _ticks_width() -> float:
    return 2 * (TICK + 8)


def _lines(marks: int, pattern: str, width: float) -> list[list[int]]:
    """Which marks stand beside each other. Raises DoesNotFit."""
    room = width - 2 * EDGE - NAME - _ticks_width()
    beside = int((room + BETWEEN_MARKS) // (mark_width(pattern) + BETWEEN_MARKS))
    if beside < 1:
        raise DoesNotFit
    return [list(range(start, min(start + beside, marks))) for start in range(0, marks, beside)]


def _line_height(pattern: str) -> float:
    return LINE + (CORRECTION if pattern else 0)


def _row(person: Person | None, y: float, lines: Sequence[Sequence[int]], pattern: str, width: float) -> Row:
    boxes: list[Box] = []
    printed: list[Printed] = []
    at = y
    for marks in lines:
        x = EDGE + NAME
        for mark in marks:
            _put_mark(boxes, printed, mark, pattern, x, at)
            x += mark_width(pattern) + BETWEEN_MARKS
        at += _line_height(pattern)
    ticks = width - EDGE - _ticks_width()
    for number, word in enumerate(("DNS", "DNF")):
        boxes.append(Box(round(ticks + number * (TICK + 8), 2), y + 1, TICK, TICK, 0, tick=word))
    name, number_text = (person.name, person.number) if person else ("", "")
    return Row(
        person.id if person else None, name, number_text, round(y, 2), round(at - y, 2), tuple(boxes), tuple(printed)
    )


def _put_mark(boxes: list[Box], printed: list[Printed], mark: int, pattern: str, x: float, y: float) -> None:
    if not pattern:
        boxes.append(Box(round(x, 2), y + 1, TICK, TICK, mark, tick="yes"))
        return
    _put_line(boxes, printed, mark, pattern, x, y, (BOX, BOX_HEIGHT), correction=False)
    _put_line(boxes, printed, mark, pattern, x, y + LINE, (SMALL, SMALL_HEIGHT), correction=True)


def _put_line(
    boxes: list[Box],
    printed: list[Printed],
    mark: int,
    pattern: str,
    x: float,
    y: float,
    size: tuple[float, float],
    *,
    correction: bool,
) -> None:
    width, height = size
    digit = 0
    for position, one in enumerate(pattern):
        if one == "0":
            boxes.append(Box(round(x, 2), round(y, 2), width, height, mark, digit, correction))
            digit += 1
            follows = pattern[position + 1 : position + 2]
            x += width + (GAP if follows == "0" else 0)
        elif one == MINUS:
            if not correction:
                printed.append(Printed(round(x + SEPARATOR / 2, 2), round(y + TICK, 2), "−"))
                boxes.append(Box(round(x + SEPARATOR, 2), round(y + 1, 2), TICK, TICK, mark, tick=MINUS))
            x += SEPARATOR + TICK + GAP
        else:
            printed.append(Printed(round(x + SEPARATOR / 2, 2), round(y + height, 2), one))
            x += SEPARATOR


def from_json(told: Mapping[str, Any]) -> Layout:
    """What `to_json` wrote."""
    pages = tuple(
        Page(
            page["number"],
            tuple(Marker(**marker) for marker in page["markers"]),
            (page["qr"][0], page["qr"][1], page["qr"][2]),
            page["code"],
            tuple(
                Row(
                    **{
                        **row,
                        "boxes": tuple(Box(**box) for box in row["boxes"]),
                        "printed": tuple(Printed(**one) for one in row["printed"]),
                    }
                )
                for row in page["rows"]
            ),
        )
        for page in told["pages"]
    )
    return Layout(told["width"], told["height"], told["pattern"], pages)
