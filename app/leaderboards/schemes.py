"""An event's rules for overall results, teams and next rounds, as its tables keep them. Pure but for reading rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from ..events.models import Activity, Event
from .advancing import Cut
from .overall import is_higher_better
from .overall_rules import BadScheme, Scheme, TieBreak
from .scores import Column
from .teams import TeamScheme

USUAL_POINTS = tuple(map(Decimal, (10, 8, 6, 5, 4, 3, 2, 1)))


@dataclass(frozen=True)
class Plan:
    """How an event places people over all activities, and teams if it has any. `weights` are of those that count."""

    scheme: Scheme
    teams: TeamScheme | None
    weights: Mapping[int, Decimal]

    @property
    def numbers(self) -> set[str]:
        """What must be known of people beside their results."""
        return {rule.number for rule in self.scheme.ties if rule.tie_break is TieBreak.NUMBER}


def plan_of(event: Event) -> Plan | None:
    if event.overall_rules is None:
        return None
    teams = None if event.team_rules is None else _teams().validate_python(event.team_rules)
    weights = {activity.id: activity.weight for activity in event.activities if activity.weight}
    return Plan(_schemes().validate_python(event.overall_rules), teams, weights)


def scheme_rules(scheme: Scheme) -> dict[str, Any]:
    """As JSON can hold it; nothing but what differs from the usual."""
    rules: dict[str, Any] = _schemes().dump_python(scheme, mode="json", exclude_defaults=True)
    return rules


def team_rules(scheme: TeamScheme) -> dict[str, Any]:
    rules: dict[str, Any] = _teams().dump_python(scheme, mode="json", exclude_defaults=True)
    return rules


def is_total_higher_better(plan: Plan, activities: Iterable[Activity]) -> bool:
    """Raises BadScheme, also where nothing counts."""
    counted: list[Column[int]] = [
        Column(activity.id, activity.is_higher_better, {}) for activity in activities if activity.id in plan.weights
    ]
    if not counted:
        raise BadScheme("no activity counts")
    return is_higher_better(plan.scheme, counted)


def cut_of(activity: Activity) -> Cut | None:
    if activity.cut_by is None or activity.cut_amount is None:
        return None
    return Cut(activity.cut_by, activity.cut_amount)


def number_in(text: str | None) -> Decimal | None:
    """What somebody wrote about a person, as an exact number: "82.5", "82,5", "82,5 kg"; None if it is none."""
    written = (text or "").strip().split(maxsplit=1)
    try:
        number = Decimal(written[0].replace(",", ".")) if written else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


@cache
def _schemes() -> TypeAdapter[Scheme]:
    return TypeAdapter(Scheme)


@cache
def _teams() -> TypeAdapter[TeamScheme]:
    return TypeAdapter(TeamScheme)
