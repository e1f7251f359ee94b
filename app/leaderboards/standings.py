"""Who stands where: together, by gender and age category, and inside each group. Pure calculation.

Each of these is a board of its own, whose places are worked out when it is first looked at.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

from app.events.categories import Bracket, bracket_for
from app.events.freezes import Freeze
from app.events.kinds import Gender
from app.scoring.values import Value

from .ranking import Entry, rank

ALL = "All"
UNASSIGNED = "Unassigned"

K = TypeVar("K", bound=Hashable)


class Placed(Protocol):
    """A line of any board of people. No place is no number, which comes last."""

    @property
    def place(self) -> int | None: ...

    @property
    def participant(self) -> Competitor: ...


R = TypeVar("R", bound=Placed)


@dataclass(frozen=True, slots=True)
class Team:
    """A group of an event, as a board names it."""

    id: int
    name: str
    colour: int


@dataclass(frozen=True, slots=True)
class Competitor:
    """A participant; `age` is theirs on the day of the event, None where it is not known."""

    id: int
    external_id: str | None
    name: str
    gender: Gender | None
    age: int | None
    group: Team


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a board. `place` is None beside DNF, DNS and DSQ, which come last."""

    place: int | None
    participant: Competitor
    value: Value


@dataclass(frozen=True)
class Part(Generic[R]):
    """People who compete with each other: those who have something to be placed by, in the order of their names."""

    entrants: tuple[Competitor, ...]
    place: Callable[[tuple[Competitor, ...]], tuple[R, ...]]

    @cached_property
    def rows(self) -> tuple[R, ...]:
        """Best first; equals stand in the order of their names."""
        return self.place(self.entrants)


@dataclass(frozen=True)
class BucketOf(Part[R]):
    """Who competes with whom: a gender and an age category.

    `bracket` is None where the event has no categories (`category` is "All") or none admits these people
    ("Unassigned"). `key` names the bucket in addresses and is the same in every activity of the event.
    """

    key: str
    gender: Gender | None
    bracket: Bracket | None
    category: str


@dataclass(frozen=True)
class GroupStandingsOf(Part[R]):
    """A group with the places its people have among themselves, and how many people it has in all."""

    group: Team
    people: int

    @property
    def key(self) -> str:
        return f"group-{self.group.id}"


@dataclass(frozen=True)
class StandingsOf(Generic[R]):
    """One activity, or all of them. Only those with a value or a status are in it.

    Where values are checked, `unchecked` are the participants whose value nobody has, and `withheld` counts what is
    not shown for that. `freeze` says as of when it is, and `hidden` counts who a reveal has not come to.
    """

    whole: Part[R]
    buckets: tuple[BucketOf[R], ...]
    groups: tuple[GroupStandingsOf[R], ...]
    unchecked: frozenset[int] = frozenset()
    withheld: int = 0
    freeze: Freeze | None = None
    hidden: int = 0

    @property
    def together(self) -> tuple[R, ...]:
        return self.whole.rows

    @property
    def done(self) -> int:
        return len(self.whole.entrants)

    @property
    def people(self) -> int:
        return sum(group.people for group in self.groups)


Bucket = BucketOf[Row]
GroupStandings = GroupStandingsOf[Row]
Standings = StandingsOf[Row]
P = TypeVar("P", bound=Part[Any])


def arrange(
    results: Sequence[tuple[Competitor, Value | None]], brackets: Sequence[Bracket], higher_is_better: bool
) -> Standings:
    """`results` holds everybody of the event once, groups in their order; `brackets` in the event's order."""
    value_of = {competitor.id: value for competitor, value in results if value is not None}

    def place(some: tuple[Competitor, ...]) -> tuple[Row, ...]:
        ranked = rank((Entry(competitor, value_of[competitor.id]) for competitor in some), higher_is_better)
        return tuple(Row(one.place, one.key, one.value) for one in ranked)

    return parted([competitor for competitor, _value in results], value_of.keys(), brackets, place)


def parted(
    everybody: Sequence[Competitor],
    entered: Container[int],
    brackets: Sequence[Bracket],
    place: Callable[[tuple[Competitor, ...]], tuple[R, ...]],
) -> StandingsOf[R]:
    """`everybody` of the event once, groups in their order; `entered` are those who have something to be placed by."""
    people: defaultdict[Team, int] = defaultdict(int)
    for competitor in everybody:
        people[competitor.group] += 1
    entrants = [competitor for competitor in everybody if competitor.id in entered]
    entrants.sort(key=lambda competitor: (_sortable(competitor.name), competitor.id))
    by_bucket = _split(entrants, _bucket_of(brackets))
    by_group = _split(entrants, lambda competitor: competitor.group)
    return StandingsOf(
        whole=Part(tuple(entrants), place),
        buckets=tuple(
            BucketOf(tuple(by_bucket[parts]), place, _key(*parts), *parts) for parts in sorted(by_bucket, key=_order)
        ),
        groups=tuple(
            GroupStandingsOf(tuple(by_group.get(group, ())), place, group, count) for group, count in people.items()
        ),
    )


def revealed(standings: StandingsOf[R], down_to: int) -> StandingsOf[R]:
    """Without those who are better than that place in any list but their group's; the others keep their places."""
    lists = [standings.whole, *standings.buckets]
    hidden = {
        row.participant.id for part in lists for row in part.rows if row.place is not None and row.place < down_to
    }

    def shown(part: P) -> P:
        rows = tuple(row for row in part.rows if row.participant.id not in hidden)
        entrants = tuple(one for one in part.entrants if one.id not in hidden)
        return replace(part, entrants=entrants, place=lambda _entrants: rows)

    return replace(
        standings,
        whole=shown(standings.whole),
        buckets=tuple(map(shown, standings.buckets)),
        groups=tuple(map(shown, standings.groups)),
        hidden=len(hidden),
    )


def _split(entrants: Iterable[Competitor], by: Callable[[Competitor], K]) -> dict[K, list[Competitor]]:
    parts: defaultdict[K, list[Competitor]] = defaultdict(list)
    for competitor in entrants:
        parts[by(competitor)].append(competitor)
    return dict(parts)


BucketParts = tuple[Gender | None, Bracket | None, str]


def _bucket_of(brackets: Sequence[Bracket]) -> Callable[[Competitor], BucketParts]:
    """Worked out once for each gender and age."""
    known: dict[tuple[Gender | None, int | None], BucketParts] = {}

    def find(competitor: Competitor) -> BucketParts:
        kind = competitor.gender, competitor.age
        if kind not in known:
            bracket = bracket_for(brackets, *kind)
            category = bracket.name if bracket else UNASSIGNED if brackets else ALL
            known[kind] = competitor.gender, bracket, category
        return known[kind]

    return find


def _order(parts: BucketParts) -> tuple[bool, str, bool, float, str]:
    """By gender, then lower age; who stated no gender and who fits no category come last."""
    gender, bracket, category = parts
    lower = bracket.age_from if bracket and bracket.age_from is not None else float("-inf")
    return gender is None, gender or "", bracket is None, lower, category


def _key(gender: Gender | None, bracket: Bracket | None, category: str) -> str:
    return f"{(gender or 'none').lower()}-{bracket.id if bracket else category.lower()}"


def _sortable(name: str) -> str:
    """Accents do not part Dvořák from Dvorak."""
    if name.isascii():
        return name.casefold()
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join([c for c in parts if c.isascii() or not unicodedata.combining(c)])
