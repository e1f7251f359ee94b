"""Templates to start from. Their words are in the language that is asked for, their drawings our own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask_babel import force_locale, pgettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from ..template import Align, Item, Line, Paper, Qr, Template, Text, What

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Starter:
    """`drawing` is its background, if it has any."""

    label: LazyString
    drawing: str
    paper: Paper
    landscape: bool
    items: Callable[[], list[Item]]

    def template(self, language: str, background: str | None) -> Template:
        """`background` is the key under which the drawing is kept."""
        with force_locale(language):
            items = self.items()
        return Template(paper=self.paper, landscape=self.landscape, background=background, items=items)

    @property
    def background(self) -> bytes:
        return (FOLDER / self.drawing).read_bytes() if self.drawing else b""


def _laurel() -> list[Item]:
    ink, gold, serif = "#2b2a26", "#8a6a28", "EB Garamond"
    return [
        _field("event", What.EVENT, 50, 12.6, 17, width=76, font=serif, weight=700, colour=gold),
        _field("place", What.PLACE, 50, 30.2, 50, width=17, font=serif, weight=700, colour=ink),
        _text("title", _("Diploma"), 50, 49, 62, font=serif, colour=ink),
        _field("name", What.PARTICIPANT_NAME, 50, 62.6, 46, width=80, font="Great Vibes", colour=ink),
        _field("activity", What.ACTIVITY, 50, 71.6, 24, width=76, font=serif, weight=700, colour=ink),
        _field("category", What.CATEGORY, 50, 76, 16, width=76, font=serif, italic=True, colour=ink),
        _field("value", What.VALUE, 50, 80.6, 18, width=60, font=serif, colour=gold),
        _field("venue", What.VENUE, 11, 90.2, 12, width=32, align=Align.LEFT, font=serif, colour=ink),
        _field("date", What.DATE, 11, 92.4, 12, width=32, align=Align.LEFT, font=serif, colour=ink),
        Qr(id="code", x=45.25, y=84.4, width=9.5, colour="#2b2a26"),
        _field("number", What.NUMBER, 50, 92.6, 7, width=26, colour="#6d6a60"),
        Line(id="signature", x=62, y=90.4, width=27, thickness=0.6, colour=ink),
        _text("signed", pgettext("below a line on a diploma", "Signature"), 75.5, 92.4, 10, font=serif, colour=ink),
    ]


def _stripes() -> list[Item]:
    ink, soft = "#12233f", "#5b6880"
    left = Align.LEFT
    return [
        _field("place", What.PLACE, 12.8, 47.6, 62, width=16, font="Outfit", weight=700, colour="#ffffff"),
        _field("event", What.EVENT, 44, 15, 16, width=50, align=left, font="Outfit", weight=700, colour="#c2343c"),
        _text("title", _("Diploma"), 43.7, 30, 54, align=left, font="Outfit", weight=700, colour=ink),
        _field("name", What.PARTICIPANT_NAME, 44, 49, 40, width=51, align=left, font="Outfit", colour=ink),
        Line(id="rule", x=44, y=54, width=18, thickness=3, colour="#f7b32b"),
        _field("activity", What.ACTIVITY, 44, 64, 22, width=51, align=left, font="Outfit", weight=700, colour=ink),
        _field("category", What.CATEGORY, 44, 70, 15, width=51, align=left, colour=soft),
        _field("value", What.VALUE, 44, 76.6, 18, width=51, align=left, font="Outfit", weight=700, colour="#1f776d"),
        _field("venue", What.VENUE, 44, 90, 11, width=24, align=left, colour=soft),
        _field("date", What.DATE, 44, 93.4, 11, width=24, align=left, colour=soft),
        Line(id="signature", x=66, y=90.8, width=18, thickness=0.6, colour=soft),
        _text("signed", pgettext("below a line on a diploma", "Signature"), 75, 93.9, 9, colour=soft),
        Qr(id="code", x=87.5, y=80, width=7.5, colour=ink),
        _field("number", What.NUMBER, 91.25, 93.4, 6, width=15, colour=soft),
    ]


def _confetti() -> list[Item]:
    ink, soft = "#2d2a4a", "#6a6787"
    return [
        _field("event", What.EVENT, 50, 10.6, 15, width=72, font="Outfit", weight=700, colour="#0d6a8a"),
        _field("place", What.PLACE, 50, 36.4, 36, width=22, font="Outfit", weight=700, colour=ink),
        _text("title", pgettext("on a diploma", "Well done!"), 50, 54, 24, font="Outfit", weight=700, colour="#c7284f"),
        _field("name", What.PARTICIPANT_NAME, 50, 64, 30, width=88, font="Outfit", weight=700, colour=ink),
        _field("activity", What.ACTIVITY, 50, 72, 17, width=84, font="Outfit", colour=ink),
        _field("category", What.CATEGORY, 50, 76.4, 12, width=84, colour=soft),
        _field("value", What.VALUE, 50, 81.8, 16, width=60, font="Outfit", weight=700, colour="#0d6a8a"),
        _field("venue", What.VENUE, 8, 91.4, 9, width=40, align=Align.LEFT, colour=soft),
        _field("date", What.DATE, 8, 94.2, 9, width=40, align=Align.LEFT, colour=soft),
        Qr(id="code", x=79.5, y=85.4, width=11.5, colour=ink),
        _field("number", What.NUMBER, 77.5, 94.2, 6, width=26, align=Align.RIGHT, colour=soft),
    ]


def _blank() -> list[Item]:
    return [
        _text("title", _("Diploma"), 50, 20, 48),
        _field("name", What.PARTICIPANT_NAME, 50, 45, 36, width=80),
        Qr(id="code", x=45, y=82, width=10),
    ]


def _text(name: str, text: str, x: float, y: float, size: float, **more: object) -> Text:
    return Text.model_validate({"id": name, "text": text, "x": x, "y": y, "size": size, **more})


def _field(name: str, shows: What, x: float, y: float, size: float, **more: object) -> Text:
    return Text.model_validate({"id": name, "shows": shows, "x": x, "y": y, "size": size, **more})


STARTERS = {
    "laurel": Starter(_l("Laurel wreath, A4 portrait"), "laurel.svg", Paper.A4, False, _laurel),
    "stripes": Starter(_l("Stripes, A4 landscape"), "stripes.svg", Paper.A4, True, _stripes),
    "confetti": Starter(_l("Confetti, A5 portrait"), "confetti.svg", Paper.A5, False, _confetti),
    "blank": Starter(_l("An empty page, A4 portrait"), "", Paper.A4, False, _blank),
}
