"""Standings of teams from the overall totals of their people. Pure calculation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Generic, TypeVar

from .overall import DIGITS, EQUAL_TO, Line

K = TypeVar("K", bound=Hashable)
T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class TeamScheme:
    """`best`: so many of a team's people count, None for all. `mean` divides by how many count.

    `whole`: a team with fewer than `best` placed people has no place.
    """

    best: int | None = None
    mean: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Member(Generic[K]):
    key: K
    place: int | None
    total: Decimal
    is_counted: bool


@dataclass(frozen=True, slots=True)
class TeamLine(Generic[T, K]):
    """A team and its people with a total, best first. No place where nobody counts, or too few do."""

    team: T
    place: int | None
    total: Decimal | None
    members: tuple[Member[K], ...]


def team_lines(
    lines: Sequence[Line[K]], team_of: Mapping[K, T], scheme: TeamScheme, higher_is_better: bool
) -> list[TeamLine[T, K]]:
    """`lines` as `overall` gave them. Best first, the unplaced last; equals in the order of their best people."""
    people: defaultdict[T, list[Line[K]]] = defaultdict(list)
    for line in lines:
        if line.key in team_of:
            people[team_of[line.key]].append(line)
    with localcontext(prec=DIGITS):
        teams = [_team(team, of, scheme) for team, of in people.items()]
        return _placed(teams, higher_is_better)


def _team(team: T, lines: Sequence[Line[K]], scheme: TeamScheme) -> TeamLine[T, K]:
    placed = [(line, line.total) for line in lines if line.total is not None]
    counting = len(placed) if scheme.best is None else min(scheme.best, len(placed))
    members = tuple(Member(line.key, line.place, total, index < counting) for index, (line, total) in enumerate(placed))
    is_short = scheme.whole and scheme.best is not None and counting < scheme.best
    if not counting or is_short:
        return TeamLine(team, None, None, members)
    total = sum((member.total for member in members if member.is_counted), Decimal(0))
    return TeamLine(team, None, total / counting if scheme.mean else total, members)


def _placed(teams: Sequence[TeamLine[T, K]], higher: bool) -> list[TeamLine[T, K]]:
    totals = [(team, team.total.quantize(EQUAL_TO)) for team in teams if team.total is not None]
    totals.sort(key=lambda one: one[1].copy_negate() if higher else one[1])
    first_place: dict[Decimal, int] = {}
    placed = [
        TeamLine(team.team, first_place.setdefault(total, position), team.total, team.members)
        for position, (team, total) in enumerate(totals, 1)
    ]
    return placed + [team for team in teams if team.total is None]
