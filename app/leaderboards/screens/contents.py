"""What a screen shows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from ..whole import Whole

WINNERS_PLACES = 3


class Kind(StrEnum):
    BOARD = "board"
    NEXT = "next"
    WINNERS = "winners"
    MESSAGE = "message"
    SPONSORS = "sponsors"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Content:
    """Of an activity, or of all together. `down_to` is the place that winners have been announced down to, from the
    last: 4 is nobody yet.
    """

    kind: Kind = Kind.NOTHING
    activity: int | Whole | None = None
    bucket: str = "all"
    group: int | None = None
    text: str = ""
    down_to: int = WINNERS_PLACES + 1

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Content:
        activity = kept.get("activity")
        return cls(
            **{
                **kept,
                "kind": Kind(kept["kind"]),
                "activity": Whole(activity) if isinstance(activity, str) else activity,
            }
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def with_next(self, places: Iterable[int]) -> Content:
        """One place more of those that winners have; who share one come together."""
        better = [place for place in places if place < self.down_to]
        return replace(self, down_to=max(better)) if better else self
