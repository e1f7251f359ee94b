"""What each result of one activity scores, by a scheme, among the people who compete with each other. Pure calculation.

To be called where decimals are carried to enough digits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Generic, TypeVar

from app.scoring.values import Value

from .overall_rules import Method, Missing, Scheme
from .ranking import Entry, rank

K = TypeVar("K", bound=Hashable)

NOUGHT = Decimal(0)
HUNDRED = Decimal(100)


class Fate(StrEnum):
    """What a step did for the total. FILLED: nothing was there, and the worst was counted."""

    COUNTED = "counted"
    FILLED = "filled"
    DROPPED = "dropped"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Column(Generic[K]):
    """One activity: whose values are in it, and how much it weighs."""

    key: int
    higher_is_better: bool
    values: Mapping[K, Value]
    weight: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Step:
    """One activity on the way to a total: value -> place -> score -> times the weight."""

    column: int
    value: Value | None
    place: int | None
    score: Decimal | None
    weighted: Decimal | None
    fate: Fate


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one activity. `values` and `weighted` have one for each of the people, None where nothing counts.

    Many have the same value, so places and scores are kept by the identity of a value. `filled` is the score of who
    has no number, None where that activity does not count for them.
    """

    column: int
    values: Sequence[Value | None]
    names: Sequence[int]
    places: Mapping[int, int]
    scores: Mapping[int, Decimal]
    filled: Decimal | None
    weighted: Sequence[Decimal | None]

    @property
    def has_gaps(self) -> bool:
        return self.filled is None and not all(self.has_number())

    def place(self, index: int) -> int | None:
        return self.places.get(self.names[index])

    def has_number(self) -> Iterable[bool]:
        """Of each of the people."""
        return map(self.places.__contains__, self.names)

    def step(self, index: int, *, is_kept: bool) -> Step:
        name, weighted = self.names[index], self.weighted[index]
        place = self.places.get(name)
        if weighted is None:
            fate = Fate.SKIPPED
        elif not is_kept:
            fate = Fate.DROPPED
        else:
            fate = Fate.FILLED if place is None else Fate.COUNTED
        return Step(self.column, self.values[index], place, self.scores.get(name, self.filled), weighted, fate)


def scores_of(column: Column[K], people: Sequence[K], scheme: Scheme) -> Scores:
    values = list(map(column.values.get, people))
    names = list(map(id, values))
    one_of = dict(zip(names, values, strict=True))
    ranked = _rank(one_of.values(), Counter(names), column.higher_is_better)
    scores, worst = _score_all(ranked, column.higher_is_better, scheme)
    if scheme.decimals is not None:
        *scores, worst = rounded([*scores, worst], scheme.decimals)
    # Where nobody has a number yet there is no worst: that activity counts for nobody.
    filled = worst if scheme.missing is Missing.WORST and ranked.amounts else None
    weight = column.weight
    weighted = dict.fromkeys(names, None if filled is None else filled * weight)
    weighted.update(zip(ranked.names, [score * weight for score in scores], strict=True))
    return Scores(
        column=column.key,
        values=values,
        names=names,
        places=dict(zip(ranked.names, ranked.places, strict=True)),
        scores=dict(zip(ranked.names, scores, strict=True)),
        filled=filled,
        weighted=list(map(weighted.__getitem__, names)),
    )


def points_for(place: int, points: Sequence[Decimal]) -> Decimal:
    return points[place - 1] if place <= len(points) else NOUGHT


def rounded(numbers: Iterable[Decimal], decimals: int) -> list[Decimal]:
    """Half up."""
    finest = Decimal(1).scaleb(-decimals)
    return [number.quantize(finest, rounding=ROUND_HALF_UP) for number in numbers]


@dataclass(frozen=True, slots=True)
class _Ranked:
    """The different numbers of an activity, best first: each one's name, amount, place, and how many people have it."""

    names: list[int]
    amounts: list[Decimal]
    places: list[int]
    people: list[int]


def _rank(values: Iterable[Value | None], count: Mapping[int, int], higher: bool) -> _Ranked:
    ordered = _best_first([value for value in values if value is not None and value.status is None], higher)
    names = list(map(id, ordered))
    people = list(map(count.__getitem__, names))
    places: list[int] = []
    before: Value | None = None
    place = following = 1
    for value, as_many in zip(ordered, people, strict=True):
        if before is None or value.amount != before.amount or value.ties != before.ties:
            place = following
        places.append(place)
        following += as_many
        before = value
    return _Ranked(names, [value.amount or NOUGHT for value in ordered], places, people)


def _best_first(values: list[Value], higher: bool) -> list[Value]:
    if any(value.ties for value in values):
        return [row.key for row in rank((Entry(value, value) for value in values), higher)]
    return sorted(values, key=attrgetter("amount"), reverse=higher)


def _score_all(ranked: _Ranked, higher: bool, scheme: Scheme) -> tuple[list[Decimal], Decimal]:
    """The score of each number, and the worst."""
    amounts = ranked.amounts
    match scheme.method:
        case Method.PLACES:
            return list(map(Decimal, ranked.places)), Decimal(sum(ranked.people) + 1)
        case Method.POINTS:
            return [points_for(place, scheme.points) for place in ranked.places], NOUGHT
        case Method.PERCENT:
            return _percents(amounts, higher), NOUGHT
        case Method.Z:
            scores = _z_scores(ranked, higher)
            return scores, min(scores, default=NOUGHT)
        case Method.VALUES | Method.MEAN:
            if higher:
                return amounts, min([NOUGHT, *amounts])
            return amounts, max(amounts, default=NOUGHT)


def _percents(amounts: Sequence[Decimal], higher: bool) -> list[Decimal]:
    """Of the best, at most 100 and at least 0. Where the best is 0 or less there is nothing to have a part of."""
    if not amounts:
        return []
    best = max(amounts) if higher else min(amounts)

    def percent(amount: Decimal) -> Decimal:
        if amount == best:
            return HUNDRED
        part, whole = (amount, best) if higher else (best, amount)
        return max(part * HUNDRED / whole, NOUGHT) if whole > 0 else NOUGHT

    return [percent(amount) for amount in amounts]


def _z_scores(ranked: _Ranked, higher: bool) -> list[Decimal]:
    """Distance from the mean in sample deviations, better is higher; where nothing deviates all are 0."""
    nothing = [NOUGHT] * len(ranked.amounts)
    people = sum(ranked.people)
    if people < 2:
        return nothing
    total = sum((amount * as_many for amount, as_many in zip(ranked.amounts, ranked.people, strict=True)), NOUGHT)
    mean = total / people
    distances = [amount - mean for amount in ranked.amounts]
    squares = sum((one * one * as_many for one, as_many in zip(distances, ranked.people, strict=True)), NOUGHT)
    deviation = (squares / (people - 1)).sqrt()
    if not deviation:
        return nothing
    deviation = deviation if higher else deviation.copy_negate()
    return [one / deviation for one in distances]
