"""Values that come in beside the people. Those who score say how: they register a scorer, for they know of events and
events do not know of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from ...accounts.models import User
from ..models import Event


class Standings(Protocol):
    """The values of some activities."""

    def read(self, activity_id: int, text: str) -> str | None:
        """As it would be shown, None for a blank cell. Raises InvalidCell."""

    def now(self, activity_id: int, participant_id: int) -> str | None:
        """What stands, as it is shown."""


class NoStandings:
    """Of no activities."""

    def read(self, activity_id: int, text: str) -> str | None:  # noqa: ARG002
        return None

    def now(self, activity_id: int, participant_id: int) -> str | None:  # noqa: ARG002
        return None


@dataclass(frozen=True)
class ImportedResult:
    """`text` as it is shown, None to clear."""

    activity_id: int
    participant_id: int
    text: str | None


class Scorer(Protocol):
    def standings(self, event: Event, activity_ids: Collection[int]) -> Standings: ...

    def save(self, event: Event, results: Sequence[ImportedResult], *, by: User) -> None:
        """All of them or an exception."""


_scorers: list[Scorer] = []


def register(scorer: Scorer) -> None:
    _scorers[:] = [scorer]


def scorer() -> Scorer:
    return _scorers[0]
