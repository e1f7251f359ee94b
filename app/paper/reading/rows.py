"""The rows of a page that lies flat: each box cut out, all read at once, and what they say together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from ..layout import MINUS, Box, Page, Row
from . import confidence, digits, rectify, second
from .confidence import Mark, Probabilities, Reading

Ends = tuple[Decimal | None, Decimal | None]


def read_rows(ink: rectify.Ink, page: Page, pattern: str, ends: Sequence[Ends]) -> list[dict[str, Any]]:
    """A JSON object a row: participant, name, place of the row, state, confidence, marks, tick, reasons."""
    shifts = [rectify.snap(ink, row) for row in page.rows]
    crops = [rectify.crop(ink, box, shift) for row, shift in zip(page.rows, shifts, strict=True) for box in row.boxes]
    found = digits.probabilities(np.array(crops, np.float32).reshape(-1, *rectify.CROP)).tolist()
    readings, doubted, at = [], {}, 0
    for number, row in enumerate(page.rows):
        own = slice(at, at + len(row.boxes))
        at = own.stop
        reading = _read(row, dict(zip(row.boxes, found[own], strict=True)), pattern, ends)
        readings.append(reading)
        if confidence.wants_second(reading):
            doubted[number] = _written(row, crops[own], found[own], len(ends))
    for number, agrees in _second(readings, doubted).items():
        readings[number] = confidence.seconded(readings[number], agrees=agrees)
    return [
        {"row": number, "shift": shift, **_told(row, reading)}
        for number, (row, shift, reading) in enumerate(zip(page.rows, shifts, readings, strict=True))
    ]


def _written(row: Row, crops: Sequence[rectify.Ink], found: Sequence[Probabilities], marks: int) -> list[rectify.Ink]:
    """Of each mark with anything in it, the boxes that are not blank, as the other reader takes them."""
    strips = []
    for mark in range(marks):
        boxes = [
            crop
            for box, crop, said in zip(row.boxes, crops, found, strict=True)
            if box.mark == mark and not box.tick and not box.correction and said[confidence.BLANK] < 0.5
        ]
        if boxes:
            strips.append(second.of_boxes(np.array(boxes)))
    return strips


def _second(readings: Sequence[Reading], doubted: Mapping[int, Sequence[rectify.Ink]]) -> dict[int, bool]:
    """Whether another reader reads the same, by the number of the row."""
    said = iter(second.read([strip for strips in doubted.values() for strip in strips], second.DIGITS))
    agrees = {}
    for number, strips in doubted.items():
        first = [_digits(mark.text) for mark in readings[number].marks if mark.text]
        agrees[number] = [next(said) for _strip in strips] == first
    return agrees


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isdigit())


def _read(row: Row, boxes: dict[Box, Probabilities], pattern: str, ends: Sequence[Ends]) -> Reading:
    marks = [_mark(boxes, number, pattern, pair) for number, pair in enumerate(ends)]
    ticks = {box.tick: said for box, said in boxes.items() if box.tick in {"DNS", "DNF"}}
    return confidence.read_row(marks, ticks, spare=row.participant is None)


def _told(row: Row, reading: Reading) -> dict[str, Any]:
    return {
        "participant": row.participant,
        "value": reading.tick or " ".join(mark.text for mark in reading.marks),
        "name": row.name,
        "number": row.number,
        "state": reading.state,
        "confidence": round(reading.confidence, 4),
        "marks": [
            {"value": mark.text, "confidence": round(mark.confidence, 4), "reasons": list(mark.reasons)}
            for mark in reading.marks
        ],
        "tick": reading.tick,
        "reasons": list(reading.reasons),
    }


def _mark(boxes: dict[Box, Probabilities], number: int, pattern: str, ends: Ends) -> Mark:
    own = {box: said for box, said in boxes.items() if box.mark == number and box.tick not in {"DNS", "DNF"}}
    if not pattern:
        return confidence.read_tick(next(iter(own.values())))
    sign = next((said for box, said in own.items() if box.tick == MINUS), None)
    main = [said for box, said in own.items() if not box.correction and not box.tick]
    corrections = [said for box, said in own.items() if box.correction]
    return confidence.read_mark(main, corrections, pattern.lstrip(MINUS), ends, sign)
