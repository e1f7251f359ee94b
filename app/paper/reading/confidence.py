"""What a row of boxes says, and whether a person has to look. Pure.

A box comes as twelve probabilities: of the digits, of being blank and of being struck. What is sure and plain is
`accept`, what is blank `empty`, never nought, and everything else goes to `review` with the reasons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from math import prod

BLANK, STRUCK = 10, 11
SURE, LIKELY = 0.95, 0.9
"""A row is accepted from the first on; from the second on where another reader reads the same. What that means is
measured in docs/digits.md.
"""
DISAGREES = 0.5
"""What a second reader that reads something else leaves of the confidence."""

Probabilities = Sequence[float]


class State(StrEnum):
    ACCEPT = "accept"
    REVIEW = "review"
    EMPTY = "empty"


class Reason(StrEnum):
    UNSURE = "unsure"
    STRUCK = "struck"
    CORRECTED = "corrected"
    GAP = "gap"
    SECONDS = "seconds"
    RANGE = "range"
    TICK = "tick"
    TICKS = "ticks"
    DISAGREE = "disagree"
    STORED = "stored"
    SPARE = "spare"
    INCOMPLETE = "incomplete"
    FOREIGN = "foreign"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Mark:
    """`text` is as it would be typed: `1:23.40`, or empty."""

    text: str
    confidence: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Reading:
    """Of a row: the marks in their order, `DNS` or `DNF` where that is ticked, and the least sure of all."""

    state: State
    confidence: float
    marks: tuple[Mark, ...] = ()
    tick: str = ""
    reasons: tuple[Reason, ...] = field(default=())


def read_mark(
    boxes: Sequence[Probabilities],
    corrections: Sequence[Probabilities],
    pattern: str,
    ends: tuple[Decimal | None, Decimal | None],
    sign: Probabilities | None = None,
) -> Mark:
    """`pattern` as in the layout, a 0 for each box; `sign` is the box that is ticked below zero."""
    main, corrected = _read(boxes, pattern), _read(corrections, pattern)
    if corrected.text or corrected.reasons:
        # A line below that has anything on it counts, and somebody looks.
        found = Mark(corrected.text, corrected.confidence, _with(corrected.reasons, Reason.CORRECTED))
    else:
        found = Mark(main.text, main.confidence * corrected.confidence, main.reasons)
    return _checked(found if sign is None else _signed(found, sign), ends)


def read_row(marks: Sequence[Mark], ticks: Mapping[str, Probabilities], *, spare: bool) -> Reading:
    """`ticks` are those of DNS and DNF."""
    ticked = [word for word, box in ticks.items() if box[BLANK] < 0.5]
    sure = [max(box[BLANK], 1 - box[BLANK]) for box in ticks.values()] + [mark.confidence for mark in marks]
    confidence = prod(sure)
    reasons = list(dict.fromkeys(reason for mark in marks for reason in mark.reasons))
    written = [mark for mark in marks if mark.text or mark.reasons]
    if len(ticked) > 1:
        reasons.append(Reason.TICKS)
    elif ticked and written:
        reasons.append(Reason.TICK)
    if written and spare:
        reasons.append(Reason.SPARE)
    if confidence < SURE:
        reasons.append(Reason.UNSURE)
    tick = ticked[0] if len(ticked) == 1 else ""
    if not reasons and not ticked and not written:
        return Reading(State.EMPTY, confidence, tuple(marks))
    if ticked and spare:
        reasons.append(Reason.SPARE)
    state = State.REVIEW if reasons else State.ACCEPT
    return Reading(state, confidence, tuple(marks), tick, tuple(dict.fromkeys(reasons)))


def wants_second(reading: Reading) -> bool:
    """Whether another reader can settle it: likely, and nothing else stands against it."""
    return reading.reasons == (Reason.UNSURE,) and reading.confidence >= LIKELY and not reading.tick


def seconded(reading: Reading, *, agrees: bool) -> Reading:
    """With what the other reader says."""
    if agrees:
        return replace(reading, state=State.ACCEPT, reasons=())
    reasons = (*reading.reasons, Reason.DISAGREE)
    return replace(reading, confidence=reading.confidence * DISAGREES, reasons=reasons)


def read_tick(box: Probabilities) -> Mark:
    """A mark of one box to tick: `yes`, or nothing."""
    return Mark("yes" if box[BLANK] < 0.5 else "", max(box[BLANK], 1 - box[BLANK]))


def _read(boxes: Sequence[Probabilities], pattern: str) -> Mark:
    best = [max(range(len(box)), key=box.__getitem__) for box in boxes]
    confidence = prod(box[one] for box, one in zip(boxes, best, strict=True))
    if all(one == BLANK for one in best):
        return Mark("", confidence)
    reasons: list[Reason] = []
    if STRUCK in best:
        reasons.append(Reason.STRUCK)
    first = next(place for place, one in enumerate(best) if one != BLANK)
    whole = pattern.split(".", 1)[0].count("0")
    if BLANK in best[first:] or first >= whole:
        reasons.append(Reason.GAP)
    text = _text(best, pattern, first)
    return Mark("" if STRUCK in best else text, confidence, tuple(reasons))


def _signed(mark: Mark, sign: Probabilities) -> Mark:
    confidence = mark.confidence * max(sign[BLANK], 1 - sign[BLANK])
    if sign[BLANK] >= 0.5:
        return replace(mark, confidence=confidence)
    if not mark.text:  # A minus with nothing behind it.
        return Mark("", confidence, _with(mark.reasons, Reason.GAP))
    return Mark(f"-{mark.text}", confidence, mark.reasons)


def _text(digits: Sequence[int], pattern: str, first: int) -> str:
    """With the points and colons that are printed between, from the first box with anything in it on."""
    said, place = "", 0
    for one in pattern:
        if one == "0":
            said += "" if place < first or digits[place] >= BLANK else str(digits[place])
            place += 1
        elif said:
            said += one
    return said


def _checked(mark: Mark, ends: tuple[Decimal | None, Decimal | None]) -> Mark:
    if not mark.text or Reason.GAP in mark.reasons:
        return mark
    reasons = mark.reasons
    minutes, _colon, rest = mark.text.rpartition(":")
    if minutes and Decimal(rest) >= 60:
        reasons = _with(reasons, Reason.SECONDS)
    amount = Decimal(minutes or 0) * 60 + Decimal(rest)
    low, high = ends
    if (low is not None and amount < low) or (high is not None and amount > high):
        reasons = _with(reasons, Reason.RANGE)
    return Mark(mark.text, mark.confidence, reasons)


def _with(reasons: tuple[Reason, ...], one: Reason) -> tuple[Reason, ...]:
    return (*reasons, one)
