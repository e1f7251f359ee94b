"""Places from values, by competition ranking: equal values share a place and the next one counts them all (1-1-3).

Values are equal when what breaks a tie between them is equal too.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, Literal, TypeVar

from app.scoring.values import Status, Value

K = TypeVar("K", bound=Hashable)

ORDER: tuple[Status | None, ...] = (None, Status.DNF, Status.DNS, Status.DSQ)


@dataclass(frozen=True, slots=True)
class Entry(Generic[K]):
    """Somebody (`key`) and what they have; no value is no record."""

    key: K
    value: Value | None


@dataclass(frozen=True, slots=True)
class Ranked(Generic[K]):
    """No place beside DNF, DNS and DSQ."""

    key: K
    value: Value
    place: int | None


def rank(entries: Iterable[Entry[K]], higher_is_better: bool) -> list[Ranked[K]]:
    """Best first, then DNF, DNS and DSQ. Who has no record is left out; equals stay in the caller's order."""
    recorded = [(entry.key, entry.value) for entry in entries if entry.value is not None]
    recorded.sort(key=lambda row: _order(row[1], higher_is_better))
    first_place: dict[Value, int] = {}
    return [
        Ranked(key, value, None if value.status else first_place.setdefault(value, position))
        for position, (key, value) in enumerate(recorded, 1)
    ]


def medal(place: int | None) -> Literal["Gold", "Silver", "Bronze"] | None:
    """The word the CSV export holds, in English in every language."""
    match place:
        case 1:
            return "Gold"
        case 2:
            return "Silver"
        case 3:
            return "Bronze"
    return None


def _order(value: Value, higher_is_better: bool) -> tuple[int, list[tuple[bool, Decimal]]]:
    """To be sorted by; who has fewer marks to break a tie comes after who has more."""
    amounts = [value.amount or Decimal(0), *value.ties]
    signed = [(False, amount.copy_negate() if higher_is_better else amount) for amount in amounts]
    return ORDER.index(value.status), [*signed, (True, Decimal(0))]
