"""The rows of a page that lies flat: each box cut out, all read at once, and what they say together."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from ..layout import Box, Page, Row
from . import confidence, digits, rectify
from .confidence import Mark, Probabilities

Ends = tuple[Decimal | None, Decimal | None]


def read_rows(ink: rectify.Ink, page: Page, pattern: str, ends: Sequence[Ends]) -> list[dict[str, Any]]:
    """A JSON object a row: participant, name, place of the row, state, confidence, marks, tick, reasons."""
    shifts = [rectify.snap(ink, row) for row in page.rows]
    crops = [rectify.crop(ink, box, shift) for row, shift in zip(page.rows, shifts, strict=True) for box in row.boxes]
    found = digits.probabilities(np.array(crops, np.float32).reshape(-1, *rectify.CROP)).tolist()
    rows, at = [], 0
    for number, (row, shift) in enumerate(zip(page.rows, shifts, strict=True)):
        boxes = dict(zip(row.boxes, found[at : at + len(row.boxes)], strict=True))
        at += len(row.boxes)
        rows.append({"row": number, "shift": shift, **_read(row, boxes, pattern, ends)})
    return rows


def _read(row: Row, boxes: dict[Box, Probabilities], pattern: str, ends: Sequence[Ends]) -> dict[str, Any]:
    marks = [_mark(boxes, number, pattern, pair) for number, pair in enumerate(ends)]
    ticks = {box.tick: said for box, said in boxes.items() if box.tick in {"DNS", "DNF"}}
    reading = confidence.read_row(marks, ticks, spare=row.participant is None)
    return {
        "participant": row.participant,
        "value": reading.tick or " ".join(mark.text for mark in reading.marks),
        "name": row.name,
        "number": row.number,
        "state": reading.state,
        "confidence": round(reading.confidence, 4),
        "marks": [
            {"value": mark.text, "confidence": round(mark.confidence, 4), "reasons": list(mark.reasons)}
            for mark in marks
        ],
        "tick": reading.tick,
        "reasons": list(reading.reasons),
    }


def _mark(boxes: dict[Box, Probabilities], number: int, pattern: str, ends: Ends) -> Mark:
    own = {box: said for box, said in boxes.items() if box.mark == number and box.tick not in {"DNS", "DNF"}}
    if not pattern:
        return confidence.read_tick(next(iter(own.values())))
    main = [said for box, said in own.items() if not box.correction]
    corrections = [said for box, said in own.items() if box.correction]
    return confidence.read_mark(main, corrections, pattern, ends)
