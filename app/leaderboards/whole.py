"""Standings over all activities, of people and of teams. Pure calculation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.events.categories import Bracket

from .overall import Line, Numbers, overall
from .overall_rules import Scheme
from .scores import Column
from .standings import Competitor, StandingsOf, Team, parted
from .teams import TeamLine, TeamScheme, team_lines


class Whole(StrEnum):
    """What stands beside an event's activities: all of them together."""

    OVERALL = "overall"
    TEAMS = "teams"


@dataclass(frozen=True, slots=True)
class OverallRow:
    """A line of the overall board; `line` holds the steps behind it."""

    place: int | None
    participant: Competitor
    line: Line[int]

    @property
    def total(self) -> Decimal | None:
        return self.line.total


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A line of the board of teams; `line` says whose totals count."""

    place: int | None
    team: Team
    line: TeamLine[Team, int]
    members: tuple[OverallRow, ...]

    @property
    def total(self) -> Decimal | None:
        return self.line.total


OverallStandings = StandingsOf[OverallRow]


def overall_standings(
    everybody: Sequence[Competitor],
    columns: Sequence[Column[int]],
    scheme: Scheme,
    numbers: Mapping[str, Mapping[int, Decimal]],
    brackets: Sequence[Bracket],
) -> OverallStandings:
    """Columns and numbers are by the ids of participants. A category or a group is placed among itself alone."""
    entered = set().union(*(column.values.keys() for column in columns))

    def place(some: tuple[Competitor, ...]) -> tuple[OverallRow, ...]:
        by_id = {competitor.id: competitor for competitor in some}
        lines = overall(list(by_id), columns, scheme, Numbers(numbers))
        return tuple(OverallRow(line.place, by_id[line.key], line) for line in lines)

    return parted(everybody, entered, brackets, place)


def team_rows(rows: Sequence[OverallRow], scheme: TeamScheme, higher_is_better: bool) -> tuple[TeamRow, ...]:
    """From an overall board, or a part of it."""
    by_id = {row.participant.id: row for row in rows}
    team_of = {key: row.participant.group for key, row in by_id.items()}
    lines = team_lines([row.line for row in rows], team_of, scheme, higher_is_better)
    return tuple(
        TeamRow(line.place, line.team, line, tuple(by_id[member.key] for member in line.members)) for line in lines
    )
