"""Who stands where in an activity: together, by gender and age category, and inside each group. Pure calculation."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from app.events.categories import Bracket, bracket_for
from app.events.freezes import Freeze
from app.events.kinds import Gender
from app.scoring.values import Value

from .ranking import Entry, rank

ALL = "All"
UNASSIGNED = "Unassigned"

K = TypeVar("K", bound=Hashable)


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


@dataclass(frozen=True, slots=True)
class Bucket:
    """Who competes with whom: a gender and an age category.

    `bracket` is None where the event has no categories (`category` is "All") or none admits these people
    ("Unassigned"). `key` names the bucket in addresses and is the same in every activity of the event.
    """

    key: str
    gender: Gender | None
    bracket: Bracket | None
    category: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class GroupStandings:
    """A group with the places its people have among themselves, and how many people it has in all."""

    group: Team
    people: int
    rows: tuple[Row, ...]

    @property
    def key(self) -> str:
        return f"group-{self.group.id}"


@dataclass(frozen=True, slots=True)
class Standings:
    """One activity. Only those with a value or a status are in rows; equals stand in the order of their names.

    Where values are checked, `unchecked` are the participants whose value nobody has, and `withheld` counts what is
    not shown for that. `freeze` says as of when it is, and `hidden` counts who a reveal has not come to.
    """

    together: tuple[Row, ...]
    buckets: tuple[Bucket, ...]
    groups: tuple[GroupStandings, ...]
    unchecked: frozenset[int] = frozenset()
    withheld: int = 0
    freeze: Freeze | None = None
    hidden: int = 0

    @property
    def done(self) -> int:
        return len(self.together)

    @property
    def people(self) -> int:
        return sum(group.people for group in self.groups)


def arrange(
    results: Sequence[tuple[Competitor, Value | None]], brackets: Sequence[Bracket], higher_is_better: bool
) -> Standings:
    """`results` holds everybody of the event once, groups in their order; `brackets` in the event's order."""
    people: defaultdict[Team, int] = defaultdict(int)
    for competitor, _value in results:
        people[competitor.group] += 1
    recorded = [(competitor, value) for competitor, value in results if value is not None]
    recorded.sort(key=lambda result: (_sortable(result[0].name), result[0].id))

    def place(some: Iterable[tuple[Competitor, Value]]) -> tuple[Row, ...]:
        ranked = rank((Entry(competitor, value) for competitor, value in some), higher_is_better)
        return tuple(Row(one.place, one.key, one.value) for one in ranked)

    by_bucket = _split(recorded, lambda competitor: _bucket_of(competitor, brackets))
    by_group = _split(recorded, lambda competitor: competitor.group)
    return Standings(
        together=place(recorded),
        buckets=tuple(Bucket(_key(*parts), *parts, place(by_bucket[parts])) for parts in sorted(by_bucket, key=_order)),
        groups=tuple(GroupStandings(group, count, place(by_group.get(group, []))) for group, count in people.items()),
    )


def revealed(standings: Standings, down_to: int) -> Standings:
    """Without those who are better than that place in any list but their group's; the others keep their places."""
    lists = [standings.together, *(bucket.rows for bucket in standings.buckets)]
    hidden = {row.participant.id for rows in lists for row in rows if row.place is not None and row.place < down_to}

    def shown(rows: tuple[Row, ...]) -> tuple[Row, ...]:
        return tuple(row for row in rows if row.participant.id not in hidden)

    return replace(
        standings,
        together=shown(standings.together),
        buckets=tuple(replace(bucket, rows=shown(bucket.rows)) for bucket in standings.buckets),
        groups=tuple(replace(group, rows=shown(group.rows)) for group in standings.groups),
        hidden=len(hidden),
    )


def _split(
    recorded: Iterable[tuple[Competitor, Value]], by: Callable[[Competitor], K]
) -> dict[K, list[tuple[Competitor, Value]]]:
    parts: defaultdict[K, list[tuple[Competitor, Value]]] = defaultdict(list)
    for competitor, value in recorded:
        parts[by(competitor)].append((competitor, value))
    return dict(parts)


BucketParts = tuple[Gender | None, Bracket | None, str]


def _bucket_of(competitor: Competitor, brackets: Sequence[Bracket]) -> BucketParts:
    bracket = bracket_for(brackets, competitor.gender, competitor.age)
    category = bracket.name if bracket else UNASSIGNED if brackets else ALL
    return competitor.gender, bracket, category


def _order(parts: BucketParts) -> tuple[bool, str, bool, float, str]:
    """By gender, then lower age; who stated no gender and who fits no category come last."""
    gender, bracket, category = parts
    lower = bracket.age_from if bracket and bracket.age_from is not None else float("-inf")
    return gender is None, gender or "", bracket is None, lower, category


def _key(gender: Gender | None, bracket: Bracket | None, category: str) -> str:
    return f"{(gender or 'none').lower()}-{bracket.id if bracket else category.lower()}"


def _sortable(name: str) -> str:
    """Accents do not part Dvořák from Dvorak."""
    return "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
