"""Parts of a page that lies flat, for people to look at."""

from __future__ import annotations

import io

from .layout import Layout, Row

AROUND = 2.0
"""Millimetres."""


def part(photo: bytes, corners: tuple[int, int, int, int]) -> bytes:
    """A JPEG of what lies between left, top, right and low, with a little around."""
    from PIL import Image

    picture = Image.open(io.BytesIO(photo), formats=("JPEG",))
    left, top, right, low = corners
    around = max((low - top) // 4, 6)
    kept = io.BytesIO()
    # A row across a table is long; nobody needs more of it than a screen has.
    cut = picture.crop((left - around, top - around, right + around, low + around))
    cut.thumbnail((1200, 400))
    cut.save(kept, "JPEG", quality=82)
    return kept.getvalue()


def row(flat: bytes, layout: Layout, of: Row, shift: tuple[float, float]) -> bytes:
    """A JPEG of all boxes of a row."""
    from PIL import Image

    picture = Image.open(io.BytesIO(flat), formats=("JPEG",))
    scale = picture.width / layout.width
    left = min(box.x for box in of.boxes) + shift[0] - AROUND
    right = max(box.x + box.width for box in of.boxes) + shift[0] + AROUND
    top = min(box.y for box in of.boxes) + shift[1] - AROUND
    low = max(box.y + box.height for box in of.boxes) + shift[1] + AROUND
    part = picture.crop((round(left * scale), round(top * scale), round(right * scale), round(low * scale)))
    kept = io.BytesIO()
    part.save(kept, "JPEG", quality=82)
    return kept.getvalue()
