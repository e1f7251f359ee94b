"""Values that come in beside the people. Those who score say how: they register a scorer, for they know of events and
events do not know of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ...accounts.models import User
from ..marking import Column
from ..models import Activity, Event
from .mapping import Result
from .text import folded

ATTEMPT = ("", "attempt", "pokus", "mark")


class Standings(Protocol):
    """The values of some activities."""

    def read(self, result: Result, text: str) -> str | None:
        """As it would be shown, None for a blank cell. Raises InvalidCell."""

    def now(self, result: Result, participant_id: int) -> str | None:
        """What stands, as it is shown."""


class NoStandings:
    """Of no activities."""

    def read(self, result: Result, text: str) -> str | None:  # noqa: ARG002
        return None

    def now(self, result: Result, participant_id: int) -> str | None:  # noqa: ARG002
        return None


@dataclass(frozen=True)
class ImportedResult:
    """`text` as it is shown, None to clear. Marks that no such thing is about stay as they are."""

    result: Result
    participant_id: int
    text: str | None


@dataclass(frozen=True)
class ResultsOfRow:
    """What a row of a file would write; `participant_id` is None for somebody new."""

    number: int
    participant_id: int | None
    texts: Mapping[Result, str]


@dataclass(frozen=True)
class Doubtful:
    """Why a value of a row looks wrong, in words. It is written all the same when the import is confirmed."""

    number: int
    words: str


class Scorer(Protocol):
    def doubts(self, event: Event, rows: Sequence[ResultsOfRow]) -> list[Doubtful]:
        """Three statements, and none where no row writes a value."""

    def standings(self, event: Event, activity_ids: Collection[int]) -> Standings: ...

    def untouched(self, event: Event, brought: Collection[tuple[int, int]]) -> set[int]:
        """Of the people in these pairs of an activity and a person, those with no other records, each written once."""

    def save(self, event: Event, results: Sequence[ImportedResult], *, by: User) -> None:
        """All of them or an exception."""


def results_of(activity: Activity) -> list[Result]:
    """One for each mark that is written."""
    return [Result(activity.id, mark) for mark in range(1, activity.mark_count + 1)]


def headers_of(activities: Sequence[Activity]) -> dict[str, Result]:
    """What the headers of results look like, folded: "Long jump", "Long jump (cm)", "Squat 2", "2. Squat", "Squat2Kg",
    "Technique". One that might mean two things, as a criterion of two activities does, means neither.

    The name alone means an activity with one mark: over several of them it might as well be their total.
    """
    found: dict[str, set[Result]] = {}
    for activity in activities:
        unit = folded(activity.unit)
        for column in activity.marking.columns:
            for header in _headers(activity, column):
                for written in {header, header + unit}:
                    found.setdefault(written, set()).add(Result(activity.id, column.position))
    named = {folded(activity.name): Result(activity.id) for activity in activities if activity.mark_count == 1}
    return {header: next(iter(results)) for header, results in found.items() if len(results) == 1} | named


def _headers(activity: Activity, column: Column) -> Iterator[str]:
    name, criterion, number = folded(activity.name), folded(column.criterion.name), column.number
    if activity.mark_count == 1:
        yield name
    elif activity.marking.each == 1 and criterion:
        yield from (criterion, name + criterion)
    else:
        for said in [criterion, name + criterion] if criterion else [name]:
            yield f"{number}{said}"
            yield from (f"{said}{word}{number}" for word in ATTEMPT)


_scorers: list[Scorer] = []


def register(scorer: Scorer) -> None:
    _scorers[:] = [scorer]


def scorer() -> Scorer:
    return _scorers[0]
