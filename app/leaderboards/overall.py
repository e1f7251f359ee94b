"""Overall places from several activities, by a scheme that the event chooses, with the steps behind each.

Pure calculation in decimals. Nothing on the way is rounded unless the scheme says so; what cannot be written exactly
(a third, a root) is carried to 50 digits, and totals that agree to 20 decimals are equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import Generic, NamedTuple, TypeVar

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
    """Equal totals, parted by a rule: what this one has and what the one right above has. Who has none has nothing."""

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
        steps_of_all = zip(*(_steps(column, people, scheme) for column in columns), strict=True)
        dropped: dict[int, Step] = {}
        one_by_one = zip(people, steps_of_all, strict=False)
        lines = [_line(key, steps, columns, scheme, higher, dropped) for key, steps in one_by_one]
        there = [line for line in lines if line.total is not None or any(step.value for step in line.steps)]
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


class _Level(NamedTuple):
    """A number that somebody has, the place it has, and how many people have it; `equals` are as many objects."""

    amount: Decimal
    place: int
    people: int
    equals: Sequence[Value]


def _steps(column: Column[K], people: Sequence[K], scheme: Scheme) -> list[Step]:
    """One for each of `people`. Whoever has the same value shares the same step: there are far fewer of them."""
    values = [column.values.get(key) for key in people]
    names = list(map(id, values))
    one_of = dict(zip(names, values, strict=True))
    levels = _levels(one_of.values(), Counter(names), column.higher_is_better)
    scores, worst = _score_all(column, levels, scheme)
    if scheme.decimals is not None:
        scores = [_rounded(score, scheme.decimals) for score in scores]
        worst = _rounded(worst, scheme.decimals)
    steps: dict[int, Step] = {}
    weight = column.weight
    for (_amount, place, _people, equals), score in zip(levels, scores, strict=True):
        step = Step(column.key, equals[0], place, score, score * weight, Fate.COUNTED)
        for value in equals:
            steps[id(value)] = step
    # Where nobody has a number yet there is no worst: that activity counts for nobody.
    fills = scheme.missing is Missing.WORST and bool(levels)
    for name, other in one_of.items():
        if name not in steps:
            steps[name] = _step_without_number(column, other, worst if fills else None)
    return [steps[name] for name in names]


def _step_without_number(column: Column[K], value: Value | None, worst: Decimal | None) -> Step:
    if worst is not None:
        return Step(column.key, value, None, worst, worst * column.weight, Fate.FILLED)
    return Step(column.key, value, None, None, None, Fate.SKIPPED)


def _levels(values: Iterable[Value | None], count: Mapping[int, int], higher: bool) -> list[_Level]:
    """Best first."""
    levels = []
    place = 1
    for same in _equals_best_first([value for value in values if value is not None and value.status is None], higher):
        people = count[id(same[0])] if len(same) == 1 else sum(count[id(value)] for value in same)
        levels.append(_Level(same[0].amount or NOUGHT, place, people, same))
        place += people
    return levels


def _equals_best_first(values: list[Value], higher: bool) -> list[list[Value]]:
    if any(value.ties for value in values):
        ranked = rank((Entry(value, value) for value in values), higher)
    else:
        values.sort(key=attrgetter("amount"), reverse=higher)
        ranked = None
    groups: list[list[Value]] = []
    before: Value | None = None
    for value in values if ranked is None else [row.key for row in ranked]:
        if before is not None and before.amount == value.amount and before.ties == value.ties:
            groups[-1].append(value)
        else:
            groups.append([value])
        before = value
    return groups


def _score_all(column: Column[K], levels: Sequence[_Level], scheme: Scheme) -> tuple[Sequence[Decimal], Decimal]:
    """The score of each level, and the worst."""
    amounts = [level.amount for level in levels]
    match scheme.method:
        case Method.PLACES:
            last = sum(level.people for level in levels)
            return [Decimal(level.place) for level in levels], Decimal(last + 1)
        case Method.POINTS:
            return [points_for(level.place, scheme.points) for level in levels], NOUGHT
        case Method.PERCENT:
            return _percents(amounts, column.higher_is_better), NOUGHT
        case Method.Z:
            scores = _z_scores(levels, column.higher_is_better)
            return scores, min(scores, default=NOUGHT)
        case Method.VALUES | Method.MEAN:
            if column.higher_is_better:
                return amounts, min([NOUGHT, *amounts])
            return amounts, max(amounts, default=NOUGHT)


def points_for(place: int, points: Sequence[Decimal]) -> Decimal:
    return points[place - 1] if place <= len(points) else NOUGHT


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


def _z_scores(levels: Sequence[_Level], higher: bool) -> list[Decimal]:
    """Distance from the mean in sample deviations, better is higher; where nothing deviates all are 0."""
    people = sum(level.people for level in levels)
    if people < 2:
        return [NOUGHT for _level in levels]
    mean = sum((level.amount * level.people for level in levels), NOUGHT) / people
    squares = sum(((level.amount - mean) ** 2 * level.people for level in levels), NOUGHT)
    deviation = (squares / (people - 1)).sqrt()
    if not deviation:
        return [NOUGHT for _level in levels]
    sign = 1 if higher else -1
    return [sign * (level.amount - mean) / deviation for level in levels]


# Totals ----------------------------------------------------------------------------------------------------------


def _line(
    key: K,
    steps: tuple[Step, ...],
    columns: Sequence[Column[K]],
    scheme: Scheme,
    higher: bool,
    dropped: dict[int, Step],
) -> Line[K]:
    has_number = any(step.place is not None for step in steps)
    if scheme.best is not None:
        steps = _keep_best(steps, scheme.best, higher, dropped)
    is_out = scheme.missing is Missing.OUT and _is_short(steps, scheme.best)
    total = _total(steps, columns, scheme) if has_number and not is_out else None
    return Line(key, None, total, steps)


def _keep_best(steps: tuple[Step, ...], best: int, higher: bool, dropped: dict[int, Step]) -> tuple[Step, ...]:
    """Drop all but the best; of equals the earlier activity stays. `dropped` are the steps that were dropped before."""
    numbers = [step.weighted for step in steps]
    there = [index for index, number in enumerate(numbers) if number is not None]
    if len(there) <= best:
        return steps
    there.sort(key=numbers.__getitem__, reverse=higher)  # type: ignore[arg-type]
    kept = list(steps)
    for index in there[best:]:
        step = steps[index]
        kept[index] = dropped.get(id(step)) or dropped.setdefault(id(step), _dropped(step))
    return tuple(kept)


def _dropped(step: Step) -> Step:
    return Step(step.column, step.value, step.place, step.score, step.weighted, Fate.DROPPED)


def _is_short(steps: Sequence[Step], best: int | None) -> bool:
    wanted = len(steps) if best is None else min(best, len(steps))
    return sum(step.fate is Fate.COUNTED for step in steps) < wanted


def _total(steps: Sequence[Step], columns: Sequence[Column[K]], scheme: Scheme) -> Decimal:
    total = sum(
        [step.weighted for step in steps if step.weighted is not None and step.fate is not Fate.DROPPED], NOUGHT
    )
    if scheme.method is Method.MEAN:
        weights = sum((column.weight for step, column in zip(steps, columns, strict=True) if _counts(step)), NOUGHT)
        total = total / weights if weights else NOUGHT
    return total if scheme.decimals is None else _rounded(total, scheme.decimals)


def _counts(step: Step) -> bool:
    return step.fate is not Fate.DROPPED and step.fate is not Fate.SKIPPED


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

    def parted(self, mine: tuple[TieKey, ...], theirs: tuple[TieKey, ...], other: K) -> Parted[K]:
        link = next(index for index, pair in enumerate(zip(mine, theirs, strict=True)) if pair[0] != pair[1])
        rule = self.rules[link]
        return Parted(rule, other, self._as_they_are(rule, mine[link]), self._as_they_are(rule, theirs[link]))

    def _as_they_are(self, rule: Rule, key: TieKey) -> tuple[Decimal, ...]:
        """What is better when higher is compared upside down."""
        is_turned = (rule.tie_break is TieBreak.BEST_SINGLE and self._higher) or (
            rule.tie_break is TieBreak.NUMBER and rule.higher_is_better
        )
        if is_turned or key[-1] is NEVER:
            return tuple(number.copy_negate() if is_turned else number for number in key if number is not NEVER)
        return key

    def _one(self, line: Line[K], rule: Rule) -> TieKey:
        match rule.tie_break:
            case TieBreak.COUNTBACK:
                places = sorted([step.place for step in line.steps if step.place is not None])
                return (*map(Decimal, places), *[NEVER] * (self._width - len(places)))
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
            parted = tie_keys.parted(key, before[0], before[1].key)
        broken.append(_with_place(line, place, parted))
        before = (key, line)
    return broken


def _with_place(line: Line[K], place: int, parted: Parted[K] | None) -> Line[K]:
    return Line(line.key, place, line.total, line.steps, parted)


def _comparable(total: Decimal, higher: bool) -> Decimal:
    equal = total.quantize(EQUAL_TO)
    return equal.copy_negate() if higher else equal
