"""The renderer where somebody waits for it: imported late, and not for two at a time in a process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import BoundedSemaphore
from typing import TypeVar

from .. import web
from ..events.models import Event
from ..extensions import db
from . import printing, queries
from .models import Diploma, DiplomaLayout
from .queries import Line
from .rendering import Labels, Renderer, Spot, Words
from .template import Template, What
from .wording import NUMBER

_one_at_a_time = BoundedSemaphore(1)

Result = TypeVar("Result")


@dataclass(frozen=True)
class Misfit:
    """Something of a line that would not be printed as it should: `missing` characters, or else it is too long."""

    line: Line
    item: str
    missing: str


def misfits(event: Event, lines: Sequence[Line]) -> list[Misfit]:
    """Ends the transaction."""
    templates = list({line.template.id: line.template for line in lines}.values())
    layouts = [queries.layout_of(template).template for template in templates]
    place = {template.id: number for number, template in enumerate(templates)}
    words = [
        Words({What(name): text for name, text in line.says.items()}, "", place[line.template.id]) for line in lines
    ]
    labels = printing.labels_for(event, "en")
    files = printing.files_of(layouts)
    db.session.rollback()
    if not lines:
        return []
    with _one_at_a_time, Renderer(layouts, files, labels).open() as renderer:
        found = renderer.unfit(words)
    return [Misfit(lines[one.diploma], one.item, one.missing) for one in found]


def printed_again(diploma: Diploma) -> bytes:
    """The same bytes as in the zip of its run. Ends the transaction."""
    order = printing.order_of(diploma.run, only=diploma)
    db.session.rollback()
    with _one_at_a_time, order.renderer().open() as renderer:
        return renderer.pdf(order.words, made_at=order.made_at)


@lru_cache(maxsize=64)
def _drawn(layout: str, says: tuple[tuple[str, str], ...], width: int) -> bytes:
    return _with_example(layout, says, lambda renderer, words: renderer.png(words, width=width))


@lru_cache(maxsize=64)
def _measured(layout: str, says: tuple[tuple[str, str], ...]) -> list[Spot]:
    return _with_example(layout, says, lambda renderer, words: renderer.spots(words))


def picture(layout: DiplomaLayout, says: Mapping[str, str], width: int) -> bytes:
    """A PNG of the page. What names its files never names others, so what was drawn once stays right."""
    return _drawn(layout.template.model_dump_json(), tuple(says.items()), width)


def spots(layout: DiplomaLayout, says: Mapping[str, str]) -> list[Spot]:
    return _measured(layout.template.model_dump_json(), tuple(says.items()))


def _with_example(layout: str, says: tuple[tuple[str, str], ...], ask: Callable[[Renderer, Words], Result]) -> Result:
    template = Template.model_validate_json(layout)
    words = Words({What(name): text for name, text in says}, web.public_url_for("verification.show", number=NUMBER))
    labels = Labels("", "", "", "en")
    with _one_at_a_time, Renderer([template], printing.files_of([template]), labels).open() as renderer:
        return ask(renderer, words)
