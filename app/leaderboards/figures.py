"""Scores and totals as text, in a board, beside it and in files alike: one number is written one way everywhere.

What cannot be written out (a third) is cut off after four decimals and says so with an ellipsis: nothing is rounded
unless the scheme rounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from functools import cached_property

from ..events.kinds import EvaluationType
from ..events.models import Activity
from ..i18n import decimal_mark
from ..scoring.values import TIME_PLACES, Value, show
from .overall_rules import Method
from .schemes import Plan
from .scores import Step

LONGEST = 4
NONE = "–"


@dataclass(frozen=True)
class Figures:
    kind: EvaluationType
    decimals: int | None
    activities: Mapping[int, Activity]
    mark: str | None = None

    def total(self, amount: Decimal | None) -> str:
        return NONE if amount is None else self._shown(amount)

    def score(self, amount: Decimal | None) -> str:
        """Of one activity, before or after its weight."""
        return self.total(amount)

    def value(self, step: Step) -> str:
        """As the activity's own board shows it."""
        activity = self.activities[step.column]
        if step.value is None:
            return NONE
        return show(step.value, activity.mark_type, decimal_mark=self._mark, places=activity.decimal_places)

    def plain_total(self, amount: Decimal | None) -> str | Decimal | None:
        """For files: a number that sorts, of as many decimals as a board shows; times as m:ss.cc."""
        if amount is None:
            return None
        return self._shown(amount).rstrip("…") if self._is_time(amount) else self.number(amount)

    def number(self, amount: Decimal) -> Decimal:
        longest = max(LONGEST, self.decimals or 0)
        cut = amount.quantize(Decimal(1).scaleb(-longest), rounding=ROUND_DOWN) if _places(amount) > longest else amount
        return Decimal(f"{cut.normalize():f}")

    def _is_time(self, amount: Decimal) -> bool:
        return self.kind is EvaluationType.TIME_LOW and amount >= 0

    def plain(self, amount: Decimal) -> str:
        """A place, a weight, a number known of somebody."""
        return show(Value.of(amount.normalize()), EvaluationType.NUMERIC_HIGH, decimal_mark=self._mark)

    def _shown(self, amount: Decimal) -> str:
        is_time = self._is_time(amount)
        longest = TIME_PLACES if is_time else max(LONGEST, self.decimals or 0)
        cut = amount.quantize(Decimal(1).scaleb(-longest), rounding=ROUND_DOWN) if _places(amount) > longest else amount
        kind = EvaluationType.TIME_LOW if is_time else EvaluationType.NUMERIC_HIGH
        text = show(Value.of(cut), kind, decimal_mark=self._mark, places=0 if cut != amount else self.decimals or 0)
        return text if cut == amount else f"{text}…"

    @cached_property
    def _mark(self) -> str:
        return decimal_mark() if self.mark is None else self.mark


def figures_of(plan: Plan, activities: Sequence[Activity], mark: str | None = None) -> Figures:
    """Times where they alone are added up or averaged, else numbers. `mark` is the reader's own unless given."""
    kinds = {activity.mark_type for activity in activities}
    are_times = plan.scheme.method in {Method.VALUES, Method.MEAN} and kinds == {EvaluationType.TIME_LOW}
    kind = EvaluationType.TIME_LOW if are_times else EvaluationType.NUMERIC_HIGH
    return Figures(kind, plan.scheme.decimals, {activity.id: activity for activity in activities}, mark)


def _places(amount: Decimal) -> int:
    if amount.as_tuple().exponent == 0:
        return 0
    return max(-int(amount.normalize().as_tuple().exponent), 0)
