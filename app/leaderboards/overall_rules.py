"""What an event may choose for its overall places: how a result scores, what is missing, what breaks a tie."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


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


class BadScheme(ValueError):
    """The scheme does not fit the activities: values are summed only where all are better in the same direction."""
