"""Icons drawn inline, so that they take the colour of their words: `icon("check")`, `icon("x", _("Close"))`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import structlog
from flask import Flask, current_app
from markupsafe import Markup, escape

from .config import ROOT

OWN = ROOT / "static" / "img"
LUCIDE = ROOT / "static" / "vendor" / "icons"
DRAWING = re.compile(r"<svg(?P<attributes>[^>]*)>(?P<shapes>.*)</svg>", re.DOTALL)
KEPT = re.compile(r'(?:viewBox|fill|stroke|stroke-width|stroke-linecap|stroke-linejoin)="[^"]*"')
# How nearly all are drawn: components.css says it once for all icons that do not say it themselves.
USUAL = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'

log = structlog.get_logger()


def init_app(app: Flask) -> None:
    app.add_template_global(icon)


def icon(name: str, label: str | None = None) -> Markup:
    """An inline SVG. With a label it is read out as that image; without, it only accompanies words beside it.

    An unknown name is an error outside production; there, and before the icons are fetched, nothing is drawn.
    """
    drawing = _drawing(name)
    if drawing is None:
        if LUCIDE.is_dir() and not current_app.config["SETTINGS"].production:
            raise LookupError(f"There is no icon named {name!r}")
        log.warning("icon_missing", icon=name)
        return Markup()
    attributes, shapes = drawing
    if label is None:
        return Markup(f'<svg class="icon" {attributes} aria-hidden="true">{shapes}</svg>')
    return Markup(f'<svg class="icon" {attributes} role="img"><title>{escape(label)}</title>{shapes}</svg>')


@cache
def _drawing(name: str) -> tuple[str, str] | None:
    """The attributes worth keeping and the shapes of an SVG file, on one line."""
    file = _file(name)
    found = DRAWING.search(file.read_text(encoding="utf-8")) if file else None
    if found is None:
        return None
    attributes = " ".join(['width="20" height="20"', *KEPT.findall(found["attributes"])])
    attributes = attributes.removesuffix(f" {USUAL}")
    return attributes, re.sub(r"\s*\n\s*", "", found["shapes"]).strip()


def _file(name: str) -> Path | None:
    candidates = (folder / f"{name}.svg" for folder in (OWN, LUCIDE))
    return next((file for file in candidates if file.is_file()), None)
