"""What looks wrong in a row and may be right all the same: somebody is asked once. Pure.

A mark is measured against the other marks of its own row and against the activity, by medians and median deviations,
which a few wrong values cannot spoil; on a log scale where all values are above zero, because people differ by a share
of a time or a weight and not by seconds. Nothing is said of what there is too little to compare with.

Thresholds were reasoned out and then chosen with a speedcubing day and a powerlifting meet in view (see the README).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from statistics import median

from ..events.marking import Marking
from .formulas import is_failed
from .values import Value

Marks = Sequence[Value | None]

ENOUGH = 8
"""Fewer values say nothing of what is usual."""
ENOUGH_OWN = 2
TO_DEVIATION = 1.4826
"""From a median deviation to a standard deviation, were the values normal."""
LEAST_SHARE = 0.02
"""Values never lie closer together than this for the purpose: two per cent."""

LEAST_OF_RANGE = 0.1
"""Nor judges' marks closer than a tenth of their range."""
SAME = 1e-9

FAR, FAR_OWN = 5.0, 12.0
"""Deviations from the activity, and from the row's own marks."""
FAR_IN_NUMBERS = 3.0
SLIP_FAR, SLIP_NEAR = 3.0, 2.0
SLIP_SHARE = 0.6
"""A tenfold mark is off by a whole decade: nearer to that than to none."""
SWAP_FAR, SWAP_NEAR = 4.0, 1.5
QUITE_DIFFERENT = 0.1
MOST_REPEATS = 0.02
"""Where more rows than this are equal by chance, one more means nothing."""


class Code(StrEnum):
    RANGE = "out_of_usual_range"
    SLIP = "decimal_point"
    SWAP = "swapped_digits"
    OUTLIER = "far_from_others"
    DUPLICATE = "same_as_another"
    OVERWRITE = "overwritten"


@dataclass(frozen=True)
class Doubt:
    """`position` of the mark, None for the whole row; `instead` is what was probably meant; `twin` has the same row."""

    code: Code
    position: int | None = None
    instead: Decimal | None = None
    twin: int | None = None


@dataclass(frozen=True)
class Spread:
    """Where values lie: their middle, and how far from it is usual."""

    middle: float
    deviation: float

    def away(self, at: float) -> float:
        """In deviations."""
        return abs(at - self.middle) / self.deviation


class Reference:
    """The rows of an activity by participant, which others are compared with. Whose row is judged may be among them."""

    def __init__(
        self,
        marking: Marking,
        rows: Mapping[int, Marks],
        low: Decimal | None = None,
        high: Decimal | None = None,
    ) -> None:
        self.marking, self.rows, self.low, self.high = marking, rows, low, high

    @cached_property
    def is_log(self) -> bool:
        """Marks of judges, in a range, are no weights."""
        if any(criterion.high is not None for criterion in self.marking.criteria):
            return False
        return all(amount > 0 for row in self.rows.values() for amount in _numbers(row, self.marking))

    def scaled(self, amount: Decimal) -> float | None:
        if not self.is_log:
            return float(amount)
        return math.log(amount) if amount > 0 else None

    @cached_property
    def spreads(self) -> list[Spread | None]:
        """Of all marks, by criterion."""
        return [self._spread(self._all(place), place) for place in range(len(self.marking.criteria))]

    @cached_property
    def plain_spreads(self) -> list[Spread | None]:
        """The same, never on a log scale."""
        return [
            self._spread(
                [float(amount) for row in self.rows.values() for amount in self._numbers_of(row, place)], place
            )
            for place in range(len(self.marking.criteria))
        ]

    def _numbers_of(self, row: Marks, place: int) -> Iterator[Decimal]:
        return _numbers(part_of(row, place, self.marking), self.marking)

    @cached_property
    def own_spreads(self) -> list[Spread | None]:
        """Of marks around the middle of their own row, by criterion."""
        return [self._spread(self._around_own(place), place) for place in range(len(self.marking.criteria))]

    @cached_property
    def by_row(self) -> dict[tuple[Value, ...], list[int]]:
        """Who has the same complete row."""
        found: dict[tuple[Value, ...], list[int]] = {}
        for participant, row in self.rows.items():
            if (key := whole_row(row)) is not None:
                found.setdefault(key, []).append(participant)
        return found

    @cached_property
    def are_repeats_usual(self) -> bool:
        """Whether whole rows are equal by chance, as where each of three marks is one, two or three."""
        sizes = [len(who) for who in self.by_row.values()]
        repeated = sum(size for size in sizes if size > 1)
        return sum(sizes) >= ENOUGH and repeated > max(2, MOST_REPEATS * sum(sizes))

    def _all(self, place: int) -> list[float]:
        return [at for row in self.rows.values() for at in self._scaled_part(row, place)]

    def _around_own(self, place: int) -> list[float]:
        around: list[float] = []
        for row in self.rows.values():
            part = self._scaled_part(row, place)
            if len(part) > ENOUGH_OWN:
                middle = median(part)
                around += [at - middle for at in part]
        return around

    def _scaled_part(self, row: Marks, place: int) -> list[float]:
        scaled = (self.scaled(amount) for amount in self._numbers_of(row, place))
        return [at for at in scaled if at is not None]

    def _spread(self, values: Sequence[float], place: int) -> Spread | None:
        """Never less than a step between values: where most have none, one penalty is not far from all others."""
        steps = [step for a, b in pairwise(sorted(set(values))) if (step := b - a) > SAME]
        if len(values) < ENOUGH or not steps:
            return None
        middle = median(values)
        deviation = TO_DEVIATION * median(abs(at - middle) for at in values)
        criterion = self.marking.criteria[place]
        least = LEAST_SHARE if self.is_log else LEAST_SHARE * abs(middle)
        if criterion.low is not None and criterion.high is not None:
            least = LEAST_OF_RANGE * float(criterion.high - criterion.low)
        return Spread(middle, max(deviation, least, min(steps)))


def doubts(
    marks: Marks, reference: Reference, *, participant: int | None = None, before: Marks | None = None
) -> list[Doubt]:
    """What to ask about this row, `before` being what it would replace unless that was just written by the same person.

    Marks that stand already are not asked about again.
    """
    found = [
        doubt
        for position, mark in enumerate(marks, start=1)
        if before is None or before[position - 1] != mark
        for doubt in _doubts_of(marks, position, reference)
    ]
    twin = _twin(marks, reference, participant)
    if twin is not None:
        found.append(Doubt(Code.DUPLICATE, twin=twin))
    return found


def overwrites(before: Marks, marks: Marks, reference: Reference) -> bool:
    """Whether a complete row becomes something else, and not just a mistake mended: asked at the first such mark, for
    a row is overwritten cell by cell. Of a row with one mark alone, only where that is far from what stood there.
    """
    if any(mark is None for mark in (*before, *marks)):
        return False
    return any(
        _is_replaced(old.amount, new.amount, reference, is_alone=len(marks) == 1)
        for old, new in zip(before, marks, strict=True)
        if old and new and old.amount is not None and new.amount is not None
    )


def whole_row(marks: Marks) -> tuple[Value, ...] | None:
    """Its marks where all are there and there are enough to tell people apart."""
    given = tuple(mark for mark in marks if mark is not None)
    numbers = {mark.amount for mark in given if mark.amount is not None}
    return given if len(given) == len(marks) > 1 and len(numbers) > 1 else None


def part_of(marks: Marks, place: int, marking: Marking) -> Marks:
    return marks[place * marking.each : (place + 1) * marking.each]


def _numbers(marks: Marks, marking: Marking) -> Iterator[Decimal]:
    """A failed lift has a weight as well."""
    for mark in marks:
        if mark is not None and mark.amount is not None:
            yield abs(mark.amount) if is_failed(mark, marking) else mark.amount


def _doubts_of(marks: Marks, position: int, reference: Reference) -> Iterator[Doubt]:
    """At most one of a mark: the most telling."""
    mark, marking = marks[position - 1], reference.marking
    if mark is None or mark.amount is None:
        return
    amount = abs(mark.amount) if is_failed(mark, marking) else mark.amount
    place = (position - 1) // marking.each
    others = [one for index, one in enumerate(marks, start=1) if index != position]
    first = place * marking.each
    own = [one for one in others[first : first + marking.each - 1] if one is not None]
    measure = _Measure(amount, list(_numbers(own, marking)), place, reference)
    if doubt := measure.doubt():
        instead = doubt.instead.copy_negate() if doubt.instead is not None and amount != mark.amount else doubt.instead
        yield Doubt(doubt.code, position, instead)


class _Measure:
    """One mark beside what it is compared with."""

    def __init__(self, amount: Decimal, own: Sequence[Decimal], place: int, reference: Reference) -> None:
        self.amount, self.own, self.reference, self.place = amount, own, reference, place
        self.everybody, self.around = reference.spreads[place], reference.own_spreads[place]
        scaled = [at for at in map(reference.scaled, own) if at is not None]
        self.own_middle = median(scaled) if scaled else None

    def doubt(self) -> Doubt | None:
        outside = self._is_outside(self.amount)
        for code, candidates in ((Code.SLIP, _slips), (Code.SWAP, _swaps)):
            for instead in candidates(self.amount):
                if not self._is_outside(instead) and self._is_rather(instead, code, outside=outside):
                    return Doubt(code, instead=instead)
        if outside:
            return Doubt(Code.RANGE)
        at = self.reference.scaled(self.amount)
        if at is None:
            return Doubt(Code.OUTLIER) if self.everybody else None
        if self.everybody and self.everybody.away(at) > FAR and self._is_far_in_numbers():
            return Doubt(Code.OUTLIER)
        near_enough = self._own_away(at)
        return Doubt(Code.OUTLIER) if near_enough is not None and near_enough > FAR_OWN else None

    def _is_far_in_numbers(self) -> bool:
        """One point of thirty is far below most in shares, and not in points."""
        spread = self.reference.plain_spreads[self.place]
        return spread is None or spread.away(float(self.amount)) > FAR_IN_NUMBERS

    def _is_outside(self, amount: Decimal) -> bool:
        low, high = self.reference.low, self.reference.high
        return (low is not None and amount < low) or (high is not None and amount > high)

    def _is_rather(self, instead: Decimal, code: Code, *, outside: bool) -> bool:
        at, there = self.reference.scaled(self.amount), self.reference.scaled(instead)
        if at is None or there is None:
            return False
        if code is Code.SLIP and self.own_middle is not None and self.reference.is_log:
            decade = math.log(10)
            return (
                abs(at - self.own_middle) > SLIP_SHARE * decade
                and abs(there - self.own_middle) < (1 - SLIP_SHARE) * decade
            )
        far, near = (SLIP_FAR, SLIP_NEAR) if code is Code.SLIP else (SWAP_FAR, SWAP_NEAR)
        away, away_there = self._own_away(at), self._own_away(there)
        if away is not None and away_there is not None:
            return away > far and away_there < near
        if self.everybody is None:
            return False
        return (outside or self.everybody.away(at) > far) and self.everybody.away(there) < near

    def _own_away(self, at: float) -> float | None:
        if self.own_middle is None or self.around is None or len(self.own) < ENOUGH_OWN:
            return None
        return abs(at - self.own_middle) / self.around.deviation


def _slips(amount: Decimal) -> Iterator[Decimal]:
    yield amount / 10
    yield amount * 10


def _swaps(amount: Decimal) -> Iterator[Decimal]:
    """Two digits beside each other, the point between them or not, the other way round."""
    text = f"{amount:f}"
    places = [index for index, letter in enumerate(text) if letter.isdigit()]
    for left, right in pairwise(places):
        if text[left] != text[right]:
            letters = list(text)
            letters[left], letters[right] = letters[right], letters[left]
            yield Decimal("".join(letters))


def _twin(marks: Marks, reference: Reference, participant: int | None) -> int | None:
    key = whole_row(marks)
    if key is None or reference.are_repeats_usual:
        return None
    return next((other for other in reference.by_row.get(key, ()) if other != participant), None)


def _is_far(old: Decimal, new: Decimal, reference: Reference) -> bool:
    apart, larger = abs(old - new), max(abs(old), abs(new))
    spread = reference.own_spreads[0] or reference.spreads[0]
    share = min(QUITE_DIFFERENT, 2 * spread.deviation) if spread and reference.is_log else QUITE_DIFFERENT
    return float(apart) > share * float(larger)


def _is_replaced(old: Decimal, new: Decimal, reference: Reference, *, is_alone: bool) -> bool:
    """Whether one is no mended form of the other: the decimal point, a sign, two digits swapped, or one that is wrong,
    which leaves it near."""
    if old == new or new in _swaps(old) or _digits(old) == _digits(new):
        return False
    is_near = not _is_far(old, new, reference)
    return not is_near or not (is_alone or _one_edit_apart(_digits(old), _digits(new)))


def _digits(amount: Decimal) -> str:
    return re.sub(r"[.-]", "", f"{amount:f}").strip("0")


def _one_edit_apart(one: str, other: str) -> bool:
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    same = next((index for index, letter in enumerate(one) if letter != other[index]), len(one))
    rest = slice(same + 1, None) if len(one) == len(other) else slice(same, None)
    return one[rest] == other[same + 1 :]
