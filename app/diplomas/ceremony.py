"""The announcer's page: what was won, from the last place to the first, in print that can be read at arm's length."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from . import fonts
from .rendering import plain
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
    import typst

    said = {
        "heading": plain(heading),
        "day": day,
        "language": language,
        "fonts": fonts.chain("Inter"),
        "lists": [_said(won, language) for won in lists],
    }
    made = typst.compile(
        SOURCE,
        root=SOURCE.parent,
        font_paths=typst.Fonts(False, False, [str(fonts.FOLDER)]),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(said)},
        format="pdf",
    )
    return made if isinstance(made, bytes) else b"".join(made or [])


def _said(won: Won, language: str) -> dict[str, object]:
    steps = [
        {"place": ordinal(step.place, language), "winners": [_plain(asdict(one)) for one in step.winners]}
        for step in won.steps
    ]
    return {"title": plain(won.title), "steps": steps}


def _plain(texts: dict[str, str]) -> dict[str, str]:
    return {name: plain(text) for name, text in texts.items()}
