"""Who goes on to the next round, and how sure that is while results are missing. Pure calculation."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import TypeVar

from app.events.kinds import CutBy

from .ranking import Ranked

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Cut:
    """The first `amount` places, the best `amount` percent of all who entered, or whoever reaches `amount`.

    Percent is rounded down. Who shares the last place that goes on goes on too.
    """

    by: CutBy
    amount: Decimal


class Chance(StrEnum):
    """CLINCHED: goes on, whatever the missing results will be. OUT: does not, whatever they will be."""

    CLINCHED = "clinched"
    IN_QUESTION = "in_question"
    OUT = "out"


def chances(ranked: Sequence[Ranked[K]], waiting: int, cut: Cut, higher_is_better: bool) -> dict[K, Chance]:
    """For everybody who has a value or a status; `waiting` more people have none yet, and are all in question.

    Results that stand may still be corrected: only missing ones are reckoned with.
    """
    if cut.by is CutBy.VALUE:
        return {row.key: _reaches(row, cut.amount, higher_is_better) for row in ranked}
    places = places_that_go_on(cut, len(ranked) + waiting)
    return {row.key: _chance(row.place, waiting, places) for row in ranked}


def places_that_go_on(cut: Cut, entered: int) -> int:
    if cut.by is CutBy.PLACE:
        return int(cut.amount)
    return int((cut.amount * entered / 100).to_integral_value(rounding=ROUND_FLOOR))


def _chance(place: int | None, waiting: int, places: int) -> Chance:
    if place is None or place > places:
        return Chance.OUT
    # At worst all who are missing do better.
    return Chance.CLINCHED if place + waiting <= places else Chance.IN_QUESTION


def _reaches(row: Ranked[K], amount: Decimal, higher_is_better: bool) -> Chance:
    if row.value.amount is None:
        return Chance.OUT
    reached = row.value.amount >= amount if higher_is_better else row.value.amount <= amount
    return Chance.CLINCHED if reached else Chance.OUT
