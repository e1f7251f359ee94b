"""Sheets as one PDF, in black and white, by typst out of their layouts alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from .. import i18n, typesetting
from ..scoring.columns import mark_names
from . import layout as paper
from .layout import MINUS, Layout, Page
from .markers import black_squares
from .models import PaperSheet

SOURCE = Path(__file__).with_name("sheet.typ")


def pdf(sheets: Sequence[PaperSheet]) -> bytes:
    """In their order. All must be of one size of paper."""
    layouts = [paper.from_json(sheet.layout) for sheet in sheets]
    pages = [_page(sheet, layout, page) for sheet, layout in zip(sheets, layouts, strict=True) for page in layout.pages]
    return typesetting.pdf(
        SOURCE,
        {"width": layouts[0].width, "height": layouts[0].height, "language": i18n.language(), "pages": pages},
    )


def _page(sheet: PaperSheet, layout: Layout, page: Page) -> dict[str, Any]:
    modules, cells = _squares_of_code(page.code)
    x, y, size = page.qr
    foot = _(
        "One digit in each box. A mistake: strike it through and write it below. DNS: did not start. "
        "DNF: did not finish."
    )
    if layout.pattern.startswith(MINUS):
        foot += " " + _("Below zero: tick the box after the minus.")
    return {
        "activity": sheet.activity.name,
        "group": sheet.group.name,
        "event": sheet.event.name,
        "note": _(
            "%(code)s, version %(version)s, page %(page)s of %(pages)s",
            code=page.code,
            version=sheet.version,
            page=page.number,
            pages=len(layout.pages),
        ),
        "foot": foot,
        "markers": [
            {"x": marker.x, "y": marker.y, "size": marker.size, "cells": black_squares(marker.id)}
            for marker in page.markers
        ],
        "qr": {"x": x, "y": y, "size": size, "modules": modules, "cells": cells},
        "heads": _heads(sheet, page),
        "rows": [
            {
                "name": row.name or "",
                "number": row.number,
                "y": row.y,
                "height": row.height,
                "boxes": [
                    {"x": box.x, "y": box.y, "width": box.width, "height": box.height, "correction": box.correction}
                    for box in row.boxes
                ],
                "printed": [{"x": one.x, "y": one.y, "text": one.text} for one in row.printed],
            }
            for row in page.rows
        ],
    }


def _heads(sheet: PaperSheet, page: Page) -> list[dict[str, Any]]:
    """Over the first row: which mark is where, and what is ticked."""
    first = page.rows[0]
    names = mark_names(sheet.activity)
    unit = f" ({sheet.activity.unit})" if sheet.activity.unit else ""
    heads = [
        {"x": box.x, "y": first.y - 4, "text": f"{names[box.mark]}{unit}".strip()}
        for box in first.boxes
        if not box.correction and box.digit == 0 and box.tick in {"", "yes"} and abs(box.y - first.y) < 2
    ]
    ticks = [box for box in first.boxes if box.tick in {"DNS", "DNF"}]
    return heads + [{"x": box.x, "y": first.y - 4, "text": box.tick} for box in ticks]


def _squares_of_code(text: str) -> tuple[int, list[tuple[int, int]]]:
    """How many modules a side, with the quiet border that readers want, and the black ones."""
    import segno

    border = 2
    matrix = segno.make(text, error="q", micro=False).matrix
    cells = [(x + border, y + border) for y, line in enumerate(matrix) for x, module in enumerate(line) if module]
    return len(matrix) + 2 * border, cells
