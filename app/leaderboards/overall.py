"""Overall places from several activities, by a scheme that the event chooses, with the steps behind each.

Pure calculation in decimals. Nothing on the way is rounded unless the scheme says so; what cannot be written exactly
(a third, a root) is carried to 50 digits, and totals that agree to 20 decimals are equal.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from functools import partial
from itertools import compress, groupby
from typing import Generic, TypeVar, cast

from .overall_rules import BadScheme, Method, Missing, Rule, Scheme, TieBreak
from .scores import NOUGHT, Column, Scores, Step, rounded, scores_of

K = TypeVar("K", bound=Hashable)

DIGITS = 50
EQUAL_TO = Decimal(1).scaleb(-20)
NEVER = Decimal("Infinity")


TieKey = tuple[Decimal | int, ...]
"""What a link of the chain of tie-breaks compares, lower first; NEVER stands where nothing is known."""


@dataclass(frozen=True, slots=True)
class Parted(Generic[K]):
    """Equal totals, parted by a rule: what this one has and what the one right above has. Who has none has nothing.

    `is_turned`: what is better when higher was compared upside down.
    """

    rule: Rule
    other: K
    is_turned: bool
    my_key: TieKey
    their_key: TieKey

    @property
    def mine(self) -> tuple[Decimal, ...]:
        return self._as_it_is(self.my_key)

    @property
    def theirs(self) -> tuple[Decimal, ...]:
        return self._as_it_is(self.their_key)

    def _as_it_is(self, key: TieKey) -> tuple[Decimal, ...]:
        known = [Decimal(number) for number in key if number is not NEVER]
        return tuple(number.copy_negate() if self.is_turned else number for number in known)


@dataclass(frozen=True, slots=True)
class Line(Generic[K]):
    """Somebody's overall result. Without a place where the scheme leaves them out, or where they have no number."""

    key: K
    place: int | None
    total: Decimal | None
    parted: Parted[K] | None = None
    steps_behind: Callable[[], tuple[Step, ...]] = field(default=tuple, repr=False, compare=False)

    @property
    def steps(self) -> tuple[Step, ...]:
        """One for each activity; put together when they are looked at, for a few of ten thousand."""
        return self.steps_behind()


@dataclass(frozen=True)
class Numbers(Generic[K]):
    """What is known of people beside their results, by the name a rule has for it."""

    by_name: Mapping[str, Mapping[K, Decimal]] = field(default_factory=dict)

    def of(self, name: str, key: K) -> Decimal | None:
        return self.by_name.get(name, {}).get(key)


def overall(
    people: Sequence[K], columns: Sequence[Column[K]], scheme: Scheme, numbers: Numbers[K] | None = None
) -> list[Line[K]]:
    """Everybody of `people` who has a value or a status in a column, best first; the unplaced last.

    Who is not in `people` does not count at all: a part of the field is a board of its own. Equals stay in the order
    of `people`, which is also the order that GIVEN breaks ties by. Raises BadScheme.
    """
    with localcontext(prec=DIGITS):
        sums = _Sums(people, columns, scheme)
        return [*_placed(sums, numbers or Numbers()), *_unplaced(sums)]


def is_higher_better(scheme: Scheme, columns: Sequence[Column[K]]) -> bool:
    """Of the total. Raises BadScheme."""
    if scheme.method is Method.PLACES:
        return False
    if scheme.method not in {Method.VALUES, Method.MEAN}:
        return True
    directions = {column.higher_is_better for column in columns}
    if len(directions) > 1:
        raise BadScheme("values of both directions cannot be added up")
    return directions.pop() if directions else True


class _Sums(Generic[K]):
    """What everybody's activities come to. People are known by their index."""

    def __init__(self, people: Sequence[K], columns: Sequence[Column[K]], scheme: Scheme) -> None:
        self.people = people
        self.scheme = scheme
        self.higher = is_higher_better(scheme, columns)
        self.scores: list[Scores] = [scores_of(column, people, scheme) for column in columns]
        self._weights = [column.weight for column in columns]
        self._all = None if any(one.has_gaps for one in self.scores) else list(range(len(columns)))
        having_numbers: set[int] = set()
        for one in self.scores:
            having_numbers.update(compress(range(len(people)), one.has_number()))
        self.totals: list[Decimal | None] = [
            self._total(row) if index in having_numbers else None
            for index, row in enumerate(zip(*(one.weighted for one in self.scores), strict=True))
        ]

    def kept(self, row: Sequence[Decimal | None]) -> list[int]:
        """The activities that count; of equals that are too many the earlier stay."""
        best = self.scheme.best
        if self._all is not None and best is None:
            return self._all
        there = [index for index, number in enumerate(row) if number is not None]
        if best is None or len(there) <= best:
            return there
        there.sort(key=row.__getitem__, reverse=self.higher)  # type: ignore[arg-type]
        return there[:best]

    def row(self, index: int) -> list[Decimal | None]:
        return [one.weighted[index] for one in self.scores]

    def has_value(self, index: int) -> bool:
        return any(one.values[index] is not None for one in self.scores)

    def line(self, index: int, place: int | None, parted: Parted[K] | None = None) -> Line[K]:
        return Line(self.people[index], place, self.totals[index], parted, partial(self._steps, index))

    def _total(self, row: Sequence[Decimal | None]) -> Decimal | None:
        kept = self.kept(row)
        scheme = self.scheme
        if scheme.missing is Missing.OUT and len(kept) < min(scheme.best or len(row), len(row)):
            return None
        counted = row if kept is self._all else [row[column] for column in kept]
        total = sum(cast("Sequence[Decimal]", counted), NOUGHT)
        if scheme.method is Method.MEAN:
            weights = sum([self._weights[column] for column in kept], NOUGHT)
            total = total / weights if weights else NOUGHT
        return total if scheme.decimals is None else rounded([total], scheme.decimals)[0]

    def _steps(self, index: int) -> tuple[Step, ...]:
        kept = self.kept(self.row(index))
        return tuple(one.step(index, is_kept=column in kept) for column, one in enumerate(self.scores))


# Places ----------------------------------------------------------------------------------------------------------


def _placed(sums: _Sums[K], numbers: Numbers[K]) -> Iterator[Line[K]]:
    comparable = {
        index: _comparable(total, sums.higher) for index, total in enumerate(sums.totals) if total is not None
    }
    tie_keys = _TieKeys(sums, numbers)
    above = 0
    for _total, equals in groupby(sorted(comparable, key=comparable.__getitem__), key=comparable.__getitem__):
        indices = list(equals)
        if len(indices) == 1:
            yield sums.line(indices[0], above + 1)
        else:
            yield from _break_ties(indices, above, sums, tie_keys)
        above += len(indices)


def _unplaced(sums: _Sums[K]) -> Iterator[Line[K]]:
    for index, total in enumerate(sums.totals):
        if total is None and sums.has_value(index):
            yield sums.line(index, None)


def _break_ties(equals: list[int], above: int, sums: _Sums[K], tie_keys: _TieKeys[K]) -> Iterator[Line[K]]:
    """Places of those who have one total, `above` others being better."""
    keyed = sorted(((tie_keys.of(index), index) for index in equals), key=lambda one: one[0])
    place = above + 1
    before: tuple[tuple[TieKey, ...], int] | None = None
    for position, (key, index) in enumerate(keyed, above + 1):
        parted = None
        if before is not None and key != before[0]:
            place = position
            parted = tie_keys.parted(key, before[0], sums.people[before[1]])
        yield sums.line(index, place, parted)
        before = (key, index)


class _TieKeys(Generic[K]):
    """What each link of the chain compares; worked out only for those whose totals are equal."""

    def __init__(self, sums: _Sums[K], numbers: Numbers[K]) -> None:
        self._sums = sums
        self._numbers = numbers
        self._rules = sums.scheme.ties
        self._places = [(one.places, one.names) for one in sums.scores]

    def of(self, index: int) -> tuple[TieKey, ...]:
        return tuple(self._one(index, rule) for rule in self._rules)

    def parted(self, mine: tuple[TieKey, ...], theirs: tuple[TieKey, ...], other: K) -> Parted[K]:
        link = next(index for index, pair in enumerate(zip(mine, theirs, strict=True)) if pair[0] != pair[1])
        rule = self._rules[link]
        is_turned = (rule.tie_break is TieBreak.BEST_SINGLE and self._sums.higher) or (
            rule.tie_break is TieBreak.NUMBER and rule.higher_is_better
        )
        return Parted(rule, other, is_turned, mine[link], theirs[link])

    def _one(self, index: int, rule: Rule) -> TieKey:
        sums = self._sums
        match rule.tie_break:
            case TieBreak.COUNTBACK:
                found = [places.get(names[index]) for places, names in self._places]
                known = sorted([place for place in found if place is not None])
                return (*known, *[NEVER] * (len(found) - len(known)))
            case TieBreak.BEST_SINGLE:
                row = sums.row(index)
                counted = [number for column in sums.kept(row) if (number := row[column]) is not None]
                return (max(counted).copy_negate() if sums.higher else min(counted),) if counted else (NEVER,)
            case TieBreak.LAST_ACTIVITY:
                place = sums.scores[-1].place(index) if sums.scores else None
                return (NEVER if place is None else place,)
            case TieBreak.NUMBER:
                number = self._numbers.of(rule.number, sums.people[index])
                if number is None:
                    return (NEVER,)
                return (number.copy_negate() if rule.higher_is_better else number,)
            case TieBreak.GIVEN:
                return (index,)


def _comparable(total: Decimal, higher: bool) -> Decimal:
    equal = total.quantize(EQUAL_TO)
    return equal.copy_negate() if higher else equal
