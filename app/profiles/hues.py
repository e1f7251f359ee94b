"""A player's own hue: osu! has it in HSL, Laurel's tokens take it in OKLCH. Pure calculation."""

from __future__ import annotations

import math
from colorsys import hls_to_rgb

BASE = 350
"""The hue of pages that are nobody's."""


def oklch_hue(hsl_hue: int) -> int:
    """The OKLCH hue, in whole degrees, of the full colour with this HSL hue. By Björn Ottosson's matrices for sRGB."""
    red, green, blue = (_linear(part) for part in hls_to_rgb(hsl_hue % 360 / 360, 0.5, 1.0))
    long, medium, short = (
        math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue),
        math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue),
        math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue),
    )
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return round(math.degrees(math.atan2(b, a))) % 360


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else math.pow((part + 0.055) / 1.055, 2.4)
