"""What can be written about the parts of an event, as forms and other ways in hand it to the actions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, TypedDict

from .kinds import Checking, CutBy, EvaluationType, Formula, Gender


class EventDetails(TypedDict):
    name: str
    place: str
    starts_on: date
    ends_on: date | None


class GroupDetails(TypedDict):
    name: str
    identifier: str
    colour: int


class ActivityDetails(TypedDict):
    name: str
    description: str
    evaluation_type: EvaluationType
    unit: str
    decimal_places: int
    low: Decimal | None
    high: Decimal | None
    mark_count: int
    formula: Formula
    higher_is_better: bool
    checking: Checking
    rules: dict[str, Any]


class CategoryDetails(TypedDict):
    name: str
    age_from: int | None
    age_to: int | None
    gender: Gender | None


class ParticipantDetails(TypedDict):
    display_name: str
    external_id: str | None
    gender: Gender | None
    born: date | None
    age: int | None
    group_id: int


class OverallDetails(TypedDict):
    """How people and teams are placed over all activities, as the leaderboards write it; None for no such board."""

    overall_rules: dict[str, Any] | None
    team_rules: dict[str, Any] | None


class PartDetails(TypedDict):
    """What an activity counts for in the overall result, and who goes on from it."""

    weight: Decimal
    cut_by: CutBy | None
    cut_amount: Decimal | None
