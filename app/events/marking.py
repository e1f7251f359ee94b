"""How an activity is marked: how many marks there are, what they are called, and how they become one value. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .kinds import Formula, Missing, TieBreak

DEFAULT_WEIGHT = Decimal(1)


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is judged or tried. Marks outside of `low` to `high` are refused; an end that is None is open."""

    name: str = ""
    weight: Decimal = DEFAULT_WEIGHT
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A mark of the sheet. `number` counts from 1 inside its criterion."""

    position: int
    criterion: Criterion
    number: int


@dataclass(frozen=True, slots=True)
class Marking:
    """Each criterion takes `each` marks: attempts, or one of every judge. Columns go criterion by criterion.

    Of a criterion's marks the highest and lowest are dropped, the rest become one number by `formula`, and the numbers
    of the criteria, times their weights, are added up, or their weighted mean is taken. Whatever is divided or weighted
    is rounded half up to `places`; None leaves it as it is, up to what can be stored.
    """

    each: int = 1
    formula: Formula = Formula.BEST
    higher_is_better: bool = True
    criteria: tuple[Criterion, ...] = (Criterion(),)
    joined: Formula = Formula.SUM
    drop_highest: int = 0
    drop_lowest: int = 0
    places: int | None = None
    missing: Missing = Missing.WORST
    tie_break: TieBreak = TieBreak.NONE
    times: bool = False
    negative_fails: bool = False

    @property
    def count(self) -> int:
        return self.each * len(self.criteria)

    @property
    def drop_worst(self) -> int:
        return self.drop_lowest if self.higher_is_better else self.drop_highest

    @property
    def drop_best(self) -> int:
        return self.drop_highest if self.higher_is_better else self.drop_lowest

    @property
    def is_judged(self) -> bool:
        return self.missing is Missing.REMOVED

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(self._columns())

    def _columns(self) -> Iterator[Column]:
        for place, criterion in enumerate(self.criteria):
            for number in range(1, self.each + 1):
                yield Column(place * self.each + number, criterion, number)

    def rules(self) -> dict[str, Any]:
        """What the columns of an activity do not say, as JSON; nothing but what differs from the usual."""
        said: dict[str, Any] = {
            name: getattr(self, name) for name in RULES if getattr(self, name) != getattr(USUAL, name)
        }
        if self.criteria != USUAL.criteria:
            said["criteria"] = [_criterion_rules(criterion) for criterion in self.criteria]
        return said

    @classmethod
    def of(cls, count: int, formula: Formula, higher_is_better: bool, rules: Mapping[str, Any]) -> Marking:
        """From the columns of an activity: `count` of marks in all, and what `rules` wrote."""
        criteria = tuple(map(_criterion, rules.get("criteria", ()))) or USUAL.criteria
        return cls(
            each=count // len(criteria),
            formula=formula,
            higher_is_better=higher_is_better,
            criteria=criteria,
            joined=Formula(rules.get("joined", USUAL.joined)),
            drop_highest=rules.get("drop_highest", 0),
            drop_lowest=rules.get("drop_lowest", 0),
            places=rules.get("places"),
            missing=Missing(rules.get("missing", USUAL.missing)),
            tie_break=TieBreak(rules.get("tie_break", USUAL.tie_break)),
            times=rules.get("times", False),
            negative_fails=rules.get("negative_fails", False),
        )


USUAL = Marking()
RULES = ("joined", "drop_highest", "drop_lowest", "places", "missing", "tie_break", "times", "negative_fails")


def _criterion_rules(criterion: Criterion) -> dict[str, str]:
    ends = {"low": criterion.low, "high": criterion.high}
    weight = {} if criterion.weight == DEFAULT_WEIGHT else {"weight": f"{criterion.weight:f}"}
    return {"name": criterion.name, **weight, **{end: f"{at:f}" for end, at in ends.items() if at is not None}}


def _criterion(rules: Mapping[str, str]) -> Criterion:
    low, high = (Decimal(rules[end]) if end in rules else None for end in ("low", "high"))
    return Criterion(rules.get("name", ""), Decimal(rules.get("weight", "1")), low, high)
