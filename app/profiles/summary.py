"""What stands on top of a player's page, and their way over time. Pure calculation."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


class Placed(Protocol):
    @property
    def activity(self) -> str: ...
    @property
    def place(self) -> int | None: ...
    @property
    def of(self) -> int: ...


class Seen(Protocol):
    @property
    def event(self) -> str: ...
    @property
    def on(self) -> date: ...
    @property
    def results(self) -> Sequence[Placed]: ...


@dataclass(frozen=True)
class Summary:
    """`medals` counts first, second and third places; `best` is the best place of all, None without any."""

    events: int
    results: int
    medals: tuple[int, int, int]
    best: int | None


@dataclass(frozen=True)
class Point:
    """One result in a chart: `x` and `y` from 0 to 1, where y is 1 for the first place and 0 for the last."""

    x: float
    y: float
    event: str
    on: date
    place: int
    of: int


@dataclass(frozen=True)
class Line:
    """One activity over time, oldest first; at least two points."""

    activity: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Year:
    """How many results there are in each of twelve months."""

    year: int
    months: tuple[int, ...]


def summary(appearances: Sequence[Seen]) -> Summary:
    places = [one.place for seen in appearances for one in seen.results if one.place]
    medals = Counter(places)
    return Summary(
        len(appearances),
        sum(len(seen.results) for seen in appearances),
        (medals[1], medals[2], medals[3]),
        min(places, default=None),
    )


def lines(appearances: Sequence[Seen]) -> list[Line]:
    """Of every activity that somebody did at two events or more, the most often done first.

    Activities of different events are one where they have the same name without regard to case.
    """
    by_name: dict[str, list[tuple[date, str, Placed]]] = defaultdict(list)
    for seen in appearances:
        for one in seen.results:
            if one.activity and one.place:
                by_name[one.activity.casefold()].append((seen.on, seen.event, one))
    found = [_line(done) for done in by_name.values() if len(done) > 1]
    return sorted(found, key=lambda line: (-len(line.points), line.activity.casefold()))


def _line(done: list[tuple[date, str, Placed]]) -> Line:
    done = sorted(done, key=lambda each: each[0])
    last = len(done) - 1
    points = tuple(
        Point(number / last, height(one.place or one.of, one.of), event, on, one.place or one.of, one.of)
        for number, (on, event, one) in enumerate(done)
    )
    return Line(done[-1][2].activity, points)


def height(place: int, of: int) -> float:
    """1 for the first of many, 0 for the last; the only one is the first."""
    return 1.0 if of < 2 else 1 - (min(place, of) - 1) / (of - 1)


def years(appearances: Sequence[Seen]) -> list[Year]:
    """Newest first, from the first to the last in which there is something."""
    counts = Counter[tuple[int, int]]()
    for seen in appearances:
        counts[seen.on.year, seen.on.month] += len(seen.results)
    if not counts:
        return []
    known = [year for year, _month in counts]
    return [
        Year(year, tuple(counts[year, month] for month in range(1, 13)))
        for year in range(max(known), min(known) - 1, -1)
    ]
