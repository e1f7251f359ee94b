"""Templates of the system that Laurel replaces, read leniently: what is not understood is told, and the rest is kept.

Their positions are in percent of the page and name a text's upper edge; sizes are in points.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from pydantic import ValidationError

from . import fonts
from .template import MOST_ITEMS, SMALLEST, Paper, Template, What

POINT = 25.4 / 72
CAP_HEIGHT = 0.75
"""Of a size: how far below a text's upper edge its letters stand."""

FIELDS: dict[str, What] = {
    "name": What.PARTICIPANT_NAME,
    "participant": What.PARTICIPANT_NAME,
    "rank": What.PLACE,
    "position": What.PLACE,
    "discipline": What.ACTIVITY,
    "age_category": What.CATEGORY,
    "event_name": What.EVENT,
    "location": What.VENUE,
    "score": What.VALUE,
    "result": What.VALUE,
    **{one.value: one for one in What},
}
WEIGHTS = {"bold": 700, "bolder": 700, "normal": 400, "regular": 400, "lighter": 400}


class NoTemplate(ValueError):
    """The file is not a template of any kind."""


@dataclass
class Reading:
    template: Template
    name: str = ""
    told: list[str] = field(default_factory=list)
    """What was not understood, for people."""


def read(data: bytes) -> Reading:
    """Laurel's own form, without files that it names; or the old one. Raises NoTemplate."""
    try:
        plain = json.loads(data)
    except (ValueError, RecursionError):
        raise NoTemplate from None
    if not isinstance(plain, dict):
        raise NoTemplate
    if plain.get("version") == 1 and "paper" in plain:
        return _own(plain)
    rows = next((plain[name] for name in ("items", "elements", "fields") if isinstance(plain.get(name), list)), None)
    if rows is None:
        raise NoTemplate
    return _old(plain, rows)


def _own(plain: dict[str, Any]) -> Reading:
    """Files are kept by the installation that they were sent to, so they stay behind."""
    told = []
    if plain.get("background") or plain.get("fonts"):
        told.append(_("Its background and fonts are not in the file: send them once more."))
    plain |= {"background": None, "fonts": []}
    items = plain.get("items")
    if isinstance(items, list):
        plain["items"] = [one for one in items if not (isinstance(one, dict) and one.get("kind") == "picture")]
    try:
        return Reading(Template.model_validate(plain), told=told)
    except ValidationError:
        raise NoTemplate from None


def _old(plain: Mapping[str, Any], rows: list[Any]) -> Reading:
    landscape = str(_first(plain, "orientation", "page_orientation")).lower().startswith("l") or bool(
        plain.get("landscape")
    )
    paper = Paper.A5 if "5" in str(_first(plain, "paper", "format", "page_size")) else Paper.A4
    template = Template(paper=paper, landscape=landscape)
    told: list[str] = []
    items = []
    for number, row in enumerate(rows[:MOST_ITEMS], start=1):
        item = _item(row, number, template, told)
        if item is None:
            continue
        try:
            items.append(Template(items=[item]).model_dump(mode="json")["items"][0])  # type: ignore[list-item]
        except ValidationError:
            told.append(_("Item %(number)d could not be read.", number=number))
    if len(rows) > MOST_ITEMS:
        told.append(_("Only its first %(count)d items were taken.", count=MOST_ITEMS))
    made = Template.model_validate({**template.model_dump(mode="json"), "items": items})
    return Reading(made, str(_first(plain, "name", "title") or ""), told)


def _item(row: Any, number: int, template: Template, told: list[str]) -> dict[str, Any] | None:
    if not isinstance(row, dict):
        told.append(_("Item %(number)d could not be read.", number=number))
        return None
    said = _first(row, "field", "key", "variable", "source", "content_type")
    shows = FIELDS.get(str(said or "").strip("{} ").lower())
    text = str(_first(row, "text", "content", "value", "label") or "")
    braces = re.fullmatch(r"\s*\{\{?\s*(\w+)\s*\}?\}\s*", text)
    shows = shows or (FIELDS.get(braces[1].lower()) if braces else None)
    if said and not shows and str(said).lower() not in {"text", "static", "static_text"}:
        told.append(_("Item %(number)d shows “%(field)s”, which Laurel does not know.", number=number, field=str(said)))
    if not shows and not text.strip():
        return None
    size = min(max(_number(row, SMALLEST * 4, "font_size", "fontSize", "size"), SMALLEST), 400)
    centred = bool(_first(row, "centered", "center", "centred", "center_horizontally", "centerHorizontally"))
    align = str(_first(row, "align", "text_align", "textAlign") or "left").lower()
    height = template.millimetres[1]
    top = _number(row, 50, "y", "top", "y_percent", "yPercent")
    return {
        "kind": "text",
        "id": f"text-{number}",
        "shows": shows,
        "text": "" if shows else text[:300],
        "x": 50 if centred else min(max(_number(row, 50, "x", "left", "x_percent", "xPercent"), 0), 100),
        "y": min(max(top + size * CAP_HEIGHT * POINT / height * 100, 0), 100),
        "size": size,
        "width": 90 if shows is What.PARTICIPANT_NAME else None,
        "align": "center" if centred else align if align in {"left", "center", "right"} else "left",
        "weight": _weight(row),
        "italic": "italic" in str(_first(row, "font_style", "fontStyle", "style")).lower() or row.get("italic") is True,
        "font": _font(row, number, told),
        "colour": _colour(row, number, told),
    }


def _weight(row: Mapping[str, Any]) -> int:
    said = _first(row, "font_weight", "fontWeight", "weight")
    if row.get("bold") is True:
        return 700
    if isinstance(said, int) or str(said).isdigit():
        return 700 if int(str(said)) >= 600 else 400
    return WEIGHTS.get(str(said).lower(), 400)


def _font(row: Mapping[str, Any], number: int, told: list[str]) -> str:
    said = str(_first(row, "font_family", "fontFamily", "font") or "").split(",")[0].strip(" '\"")
    known = {family.casefold(): family for family in fonts.FAMILIES}.get(said.casefold())
    if said and not known:
        told.append(
            _("Item %(number)d is set in %(font)s: add that font, or choose another.", number=number, font=said)
        )
    return known or "Inter"


def _colour(row: Mapping[str, Any], number: int, told: list[str]) -> str:
    said = str(_first(row, "color", "colour", "fill") or "#1a1a1a").strip()
    short = re.fullmatch(r"#([0-9a-fA-F])([0-9a-fA-F])([0-9a-fA-F])", said)
    if short:
        return "#" + "".join(digit * 2 for digit in short.groups())
    if re.fullmatch(r"#[0-9a-fA-F]{6}", said):
        return said.lower()
    told.append(_("Item %(number)d has a colour that was not understood: %(colour)s.", number=number, colour=said[:30]))
    return "#1a1a1a"


def _number(row: Mapping[str, Any], otherwise: float, *names: str) -> float:
    said = re.match(r"\s*(-?\d+(?:[.,]\d+)?)", str(_first(row, *names)))
    return float(said[1].replace(",", ".")) if said else otherwise


def _first(row: Mapping[str, Any], *names: str) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)
