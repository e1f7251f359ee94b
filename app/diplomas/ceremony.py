"""The announcer's page: what was won, from the last place to the first, in print that can be read at arm's length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from .. import typesetting
from . import fonts
from .wording import ordinal

SOURCE = Path(__file__).with_name("ceremony.typ")


@dataclass(frozen=True)
class Winner:
    name: str
    group: str
    value: str


@dataclass(frozen=True)
class Step:
    """Who stands on it; several share the place."""

    place: int
    winners: list[Winner]


@dataclass(frozen=True)
class Won:
    title: str
    steps: list[Step]


def pdf(heading: str, day: str, lists: Sequence[Won], language: str) -> bytes:
    """On one page of A4, the type as large as that allows."""
    said = {
        "heading": heading,
        "day": day,
        "language": language,
        "fonts": fonts.chain("Inter"),
        "lists": [_said(won, language) for won in lists],
    }
    return typesetting.pdf(SOURCE, said)


def _said(won: Won, language: str) -> dict[str, object]:
    steps = [
        {"place": ordinal(step.place, language), "winners": [asdict(one) for one in step.winners]} for step in won.steps
    ]
    return {"title": won.title, "steps": steps}
