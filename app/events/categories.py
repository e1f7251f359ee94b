"""Which age and gender bracket a person competes in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from app.events.kinds import Gender


@dataclass(frozen=True, slots=True)
class Bracket:
    """Ages are inclusive; None is no limit, and no gender means everybody."""

    id: int
    name: str
    age_from: int | None
    age_to: int | None
    gender: Gender | None


def bracket_for(brackets: Sequence[Bracket], gender: Gender | None, age: int | None) -> Bracket | None:
    """The first bracket that admits the person. An unknown age fits only where no age is asked, likewise a gender."""
    return next((bracket for bracket in brackets if _admits(bracket, gender, age)), None)


def overlaps(brackets: Sequence[Bracket]) -> list[tuple[Bracket, Bracket]]:
    """The pairs that could both claim one person."""
    return [(a, b) for a, b in combinations(brackets, 2) if _share_gender(a, b) and _share_age(a, b)]


def age_on(born: date, day: date) -> int:
    """Completed years; who was born on 29 February turns a year older on 1 March of a common year."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _admits(bracket: Bracket, gender: Gender | None, age: int | None) -> bool:
    if bracket.gender not in (None, gender):
        return False
    if age is None:
        return bracket.age_from is None and bracket.age_to is None
    return _from(bracket) <= age <= _to(bracket)


def _share_gender(a: Bracket, b: Bracket) -> bool:
    return a.gender is None or b.gender is None or a.gender is b.gender


def _share_age(a: Bracket, b: Bracket) -> bool:
    return max(_from(a), _from(b)) <= min(_to(a), _to(b))


def _from(bracket: Bracket) -> float:
    return float("-inf") if bracket.age_from is None else bracket.age_from


def _to(bracket: Bracket) -> float:
    return float("inf") if bracket.age_to is None else bracket.age_to
