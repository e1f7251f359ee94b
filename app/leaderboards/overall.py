"""Overall places from several activities, by a scheme that the event chooses, with the steps behind each.

Pure calculation in decimals. Nothing on the way is rounded unless the scheme says so; what cannot be written exactly
(a third, a root) is carried to 50 digits, and totals that agree to 20 decimals are equal.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from itertools import groupby
from typing import Generic, TypeVar

from app.scoring.values import Value

from .ranking import Entry, rank

K = TypeVar("K", bound=Hashable)

DIGITS = 50
EQUAL_TO = Decimal(1).scaleb(-20)
NEVER = Decimal("Infinity")
NOUGHT = Decimal(0)
HUNDRED = Decimal(100)


class Method(StrEnum):
    """How a result in one activity becomes a score, and how the scores become a total."""

    PLACES = "places"
    POINTS = "points"
    VALUES = "values"
    MEAN = "mean"
    PERCENT = "percent"
    Z = "z"


class Missing(StrEnum):
    """What becomes of an activity in which somebody has no number.

    WORST counts the place after the last, no points, no percent, the lowest z that somebody has, 0 of what is better
    when higher (or less, where all have less), the worst of what is better when lower. OUT leaves them unplaced.
    """

    WORST = "worst"
    SKIPPED = "skipped"
    OUT = "out"


class TieBreak(StrEnum):
    """COUNTBACK: more first places, then more second ones, and so on. NUMBER: a number known of each person."""

    COUNTBACK = "countback"
    BEST_SINGLE = "best_single"
    LAST_ACTIVITY = "last_activity"
    NUMBER = "number"
    GIVEN = "given"


class Fate(StrEnum):
    """What a step did for the total. FILLED: nothing was there, and the worst was counted."""

    COUNTED = "counted"
    FILLED = "filled"
    DROPPED = "dropped"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Rule:
    """One link of the chain of tie-breaks. `number` names what NUMBER compares: the lighter lifter, the older child."""

    tie_break: TieBreak
    number: str = ""
    higher_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Scheme:
    """`points` by place from the first on, those after the last get none; `best`: only so many activities count.

    `decimals`: scores and totals are rounded half up to so many places; None rounds nothing.
    """

    method: Method
    points: tuple[Decimal, ...] = ()
    best: int | None = None
    missing: Missing = Missing.WORST
    decimals: int | None = None
    ties: tuple[Rule, ...] = ()


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
class Parted(Generic[K]):
    """Equal totals, parted by a rule: what this one has and what the one right above has, better first."""

    rule: Rule
    other: K
    mine: tuple[Decimal, ...]
    theirs: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Line(Generic[K]):
    """Somebody's overall result. Without a place where the scheme leaves them out, or where they have no number."""

    key: K
    place: int | None
    total: Decimal | None
    steps: tuple[Step, ...]
    parted: Parted[K] | None = None


class BadScheme(ValueError):
    """The scheme does not fit the activities: values are summed only where all are better in the same direction."""


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
        higher = is_higher_better(scheme, columns)
        scored = [_scores(column, people, scheme) for column in columns]
        lines = [_line(key, columns, scored, scheme, higher) for key in people]
        there = [line for line in lines if any(step.value for step in line.steps)]
        tie_keys = _TieKeys(there, columns, scheme, higher, numbers or Numbers())
        return _placed(there, higher, tie_keys)


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


# Scores of one activity ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Scored(Generic[K]):
    places: Mapping[K, int]
    scores: Mapping[K, Decimal]
    worst: Decimal


def _scores(column: Column[K], people: Sequence[K], scheme: Scheme) -> _Scored[K]:
    entries = [Entry(key, column.values[key]) for key in people if key in column.values]
    placed = {row.key: row for row in rank(entries, column.higher_is_better) if row.place is not None}
    places = {key: row.place for key, row in placed.items() if row.place is not None}
    amounts = {key: row.value.amount for key, row in placed.items() if row.value.amount is not None}
    scores, worst = _score_all(column, places, amounts, scheme)
    if scheme.decimals is not None:
        scores = {key: _rounded(score, scheme.decimals) for key, score in scores.items()}
        worst = _rounded(worst, scheme.decimals)
    return _Scored(places, scores, worst)


def _score_all(
    column: Column[K], places: Mapping[K, int], amounts: Mapping[K, Decimal], scheme: Scheme
) -> tuple[Mapping[K, Decimal], Decimal]:
    match scheme.method:
        case Method.PLACES:
            return {key: Decimal(place) for key, place in places.items()}, Decimal(len(places) + 1)
        case Method.POINTS:
            return {key: points_for(place, scheme.points) for key, place in places.items()}, NOUGHT
        case Method.PERCENT:
            return _percents(amounts, column.higher_is_better), NOUGHT
        case Method.Z:
            scores = _z_scores(amounts, column.higher_is_better)
            return scores, min(scores.values(), default=NOUGHT)
        case Method.VALUES | Method.MEAN:
            if column.higher_is_better:
                return amounts, min([NOUGHT, *amounts.values()])
            return amounts, max(amounts.values(), default=NOUGHT)


def points_for(place: int, points: Sequence[Decimal]) -> Decimal:
    return points[place - 1] if place <= len(points) else NOUGHT


def _percents(amounts: Mapping[K, Decimal], higher: bool) -> dict[K, Decimal]:
    """Of the best, at most 100 and at least 0. Where the best is 0 or less there is nothing to have a part of."""
    if not amounts:
        return {}
    best = max(amounts.values()) if higher else min(amounts.values())

    def percent(amount: Decimal) -> Decimal:
        if amount == best:
            return HUNDRED
        part, whole = (amount, best) if higher else (best, amount)
        return max(part * HUNDRED / whole, NOUGHT) if whole > 0 else NOUGHT

    return {key: percent(amount) for key, amount in amounts.items()}


def _z_scores(amounts: Mapping[K, Decimal], higher: bool) -> dict[K, Decimal]:
    """Distance from the mean in sample deviations, better is higher; where nothing deviates all are 0."""
    count = len(amounts)
    if count < 2:
        return dict.fromkeys(amounts, NOUGHT)
    mean = sum(amounts.values(), NOUGHT) / count
    squares = sum(((amount - mean) ** 2 for amount in amounts.values()), NOUGHT)
    deviation = (squares / (count - 1)).sqrt()
    if not deviation:
        return dict.fromkeys(amounts, NOUGHT)
    sign = 1 if higher else -1
    return {key: sign * (amount - mean) / deviation for key, amount in amounts.items()}


# Totals ----------------------------------------------------------------------------------------------------------


def _line(key: K, columns: Sequence[Column[K]], scored: Sequence[_Scored[K]], scheme: Scheme, higher: bool) -> Line[K]:
    steps = [_step(key, column, one, scheme) for column, one in zip(columns, scored, strict=True)]
    if scheme.best is not None:
        steps = _keep_best(steps, scheme.best, higher)
    has_number = any(step.fate is Fate.COUNTED for step in steps)
    is_out = scheme.missing is Missing.OUT and _is_short(steps, scheme.best)
    total = _total(steps, columns, scheme) if has_number and not is_out else None
    return Line(key, None, total, tuple(steps))


def _step(key: K, column: Column[K], scored: _Scored[K], scheme: Scheme) -> Step:
    value, score = column.values.get(key), scored.scores.get(key)
    if score is not None:
        return Step(column.key, value, scored.places[key], score, score * column.weight, Fate.COUNTED)
    if scheme.missing is Missing.WORST:
        return Step(column.key, value, None, scored.worst, scored.worst * column.weight, Fate.FILLED)
    return Step(column.key, value, None, None, None, Fate.SKIPPED)


def _keep_best(steps: Sequence[Step], best: int, higher: bool) -> list[Step]:
    """Drop all but the best; of equals the earlier activity stays."""
    weighted = [(step.weighted, index) for index, step in enumerate(steps) if step.weighted is not None]
    weighted.sort(key=lambda one: (one[0].copy_negate() if higher else one[0], one[1]))
    kept = {index for _score, index in weighted[:best]}
    return [step if index in kept or step.weighted is None else _dropped(step) for index, step in enumerate(steps)]


def _dropped(step: Step) -> Step:
    return Step(step.column, step.value, step.place, step.score, step.weighted, Fate.DROPPED)


def _is_short(steps: Sequence[Step], best: int | None) -> bool:
    wanted = len(steps) if best is None else min(best, len(steps))
    return sum(step.fate is Fate.COUNTED for step in steps) < wanted


def _total(steps: Sequence[Step], columns: Sequence[Column[K]], scheme: Scheme) -> Decimal:
    counted = [(step, column) for step, column in zip(steps, columns, strict=True) if _counts(step)]
    total = sum((step.weighted for step, _column in counted if step.weighted is not None), NOUGHT)
    if scheme.method is Method.MEAN:
        weights = sum((column.weight for _step, column in counted), NOUGHT)
        total = total / weights if weights else NOUGHT
    return total if scheme.decimals is None else _rounded(total, scheme.decimals)


def _counts(step: Step) -> bool:
    return step.fate in {Fate.COUNTED, Fate.FILLED}


def _rounded(number: Decimal, decimals: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


# Places ----------------------------------------------------------------------------------------------------------


TieKey = tuple[Decimal, ...]


class _TieKeys(Generic[K]):
    """What each link of the chain compares, lower first; worked out only for those whose totals are equal."""

    def __init__(
        self,
        lines: Sequence[Line[K]],
        columns: Sequence[Column[K]],
        scheme: Scheme,
        higher: bool,
        numbers: Numbers[K],
    ) -> None:
        self.rules = scheme.ties
        self._order = {line.key: index for index, line in enumerate(lines)}
        self._width = len(columns)
        self._higher = higher
        self._numbers = numbers

    def of(self, line: Line[K]) -> tuple[TieKey, ...]:
        return tuple(self._one(line, rule) for rule in self.rules)

    def _one(self, line: Line[K], rule: Rule) -> TieKey:
        match rule.tie_break:
            case TieBreak.COUNTBACK:
                places = sorted(Decimal(step.place) for step in line.steps if step.place is not None)
                return (*places, *[NEVER] * (self._width - len(places)))
            case TieBreak.BEST_SINGLE:
                scores = [step.weighted for step in line.steps if step.weighted is not None and _counts(step)]
                return (max(scores).copy_negate() if self._higher else min(scores),) if scores else (NEVER,)
            case TieBreak.LAST_ACTIVITY:
                place = line.steps[-1].place if line.steps else None
                return (NEVER if place is None else Decimal(place),)
            case TieBreak.NUMBER:
                number = self._numbers.of(rule.number, line.key)
                if number is None:
                    return (NEVER,)
                return (number.copy_negate() if rule.higher_is_better else number,)
            case TieBreak.GIVEN:
                return (Decimal(self._order[line.key]),)


def _placed(lines: Sequence[Line[K]], higher: bool, tie_keys: _TieKeys[K]) -> list[Line[K]]:
    totals = [(line, _comparable(line.total, higher)) for line in lines if line.total is not None]
    totals.sort(key=lambda one: one[1])
    placed: list[Line[K]] = []
    for _total_of_all, equals in groupby(totals, key=lambda one: one[1]):
        placed.extend(_break_ties([line for line, _key in equals], len(placed), tie_keys))
    return placed + [line for line in lines if line.total is None]


def _break_ties(equals: list[Line[K]], above: int, tie_keys: _TieKeys[K]) -> list[Line[K]]:
    """Places of those who have one total, `above` others being better."""
    if len(equals) == 1:
        return [_with_place(equals[0], above + 1, None)]
    keyed = sorted(((tie_keys.of(line), line) for line in equals), key=lambda one: one[0])
    broken: list[Line[K]] = []
    place = above + 1
    before: tuple[tuple[TieKey, ...], Line[K]] | None = None
    for position, (key, line) in enumerate(keyed, above + 1):
        parted = None
        if before is not None and key != before[0]:
            place = position
            parted = _parted(tie_keys.rules, key, before[0], before[1].key)
        broken.append(_with_place(line, place, parted))
        before = (key, line)
    return broken


def _parted(rules: Sequence[Rule], mine: tuple[TieKey, ...], theirs: tuple[TieKey, ...], other: K) -> Parted[K]:
    link = next(index for index, pair in enumerate(zip(mine, theirs, strict=True)) if pair[0] != pair[1])
    return Parted(rules[link], other, mine[link], theirs[link])


def _with_place(line: Line[K], place: int, parted: Parted[K] | None) -> Line[K]:
    return Line(line.key, place, line.total, line.steps, parted)


def _comparable(total: Decimal, higher: bool) -> Decimal:
    equal = total.quantize(EQUAL_TO)
    return equal.copy_negate() if higher else equal
