"""QR codes: an address for whoever has only a camera."""

from __future__ import annotations

from markupsafe import Markup


def drawn(address: str) -> Markup:
    """As SVG, to stand in a page."""
    import segno  # Few pages show one.

    drawing = segno.make(address, error="m", micro=False)
    svg = drawing.svg_inline(svgclass="qr", lineclass=None, omitsize=True, border=2, light="#fff")
    return Markup(svg)  # noqa: S704  Drawn here, from squares alone.
