"""The fonts that diplomas are set in, and which characters each of them can draw."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

from ..typesetting import FONTS

FOLDER = FONTS

FAMILIES: dict[str, str] = {
    "Inter": "Inter_*.ttf",
    "Outfit": "Outfit_*.ttf",
    "EB Garamond": "EBGaramond_*.ttf",
    "Great Vibes": "GreatVibes_*.ttf",
    "Amiri": "Amiri_*.ttf",
}
FALLBACK = ("Inter", "Amiri")
"""Asked in this order for what the chosen family does not have."""


Own = tuple[tuple[str, Path], ...]
NONE: Own = ()


class BadFont(ValueError):
    """The file is no font that can be embedded; the message says why."""


def chain(family: str) -> list[str]:
    """The families a text is set in, the chosen one first."""
    return [family, *(other for other in FALLBACK if other != family)]


def for_text(text: str, family: str, own: Own = NONE) -> list[str]:
    """The families this text is set in: where the chosen one lacks a letter, one that has them all goes first.

    A word with a letter out of another font is ugly, and a letter put together from parts is read out of a PDF twice.
    """
    fitting = next((one for one in chain(family) if not _missing(text, _characters_of(one, own))), family)
    return chain(fitting) if fitting == family else [fitting, *(one for one in chain(family) if one != fitting)]


def undrawable(text: str, family: str, own: Own = NONE) -> str:
    """The characters of `text` that nothing in the chain can draw, each once; they would vanish in print.

    `own` are fonts that somebody brought along: families and their files.
    """
    known = frozenset().union(*(_characters_of(one, own) for one in chain(family)))
    return "".join(dict.fromkeys(_missing(text, known)))


def family_of(file: Path) -> str:
    """What a font file calls its family. Raises BadFont."""
    from fontTools.ttLib import TTFont

    try:
        # Opened here, for the library leaves a file open that it cannot read.
        with file.open("rb") as opened, TTFont(opened, lazy=True, fontNumber=0) as font:
            if font["OS/2"].fsType & 0x0002:
                raise BadFont("restricted")
            name = font["name"].getBestFamilyName()
            if not name or not font.getBestCmap():
                raise BadFont("unreadable")
            return str(name)
    except BadFont:
        raise
    except Exception as error:  # A broken table may bring anything from struct.error to RecursionError.
        raise BadFont("unreadable") from error


def _missing(text: str, known: frozenset[int]) -> list[str]:
    return [one for one in text if ord(one) not in known and not _is_invisible(one)]


def _characters_of(family: str, own: Own) -> frozenset[int]:
    """What each file of the family has: a bold cut may lack what the regular one draws."""
    files = [path for name, path in own if name == family]
    if family in FAMILIES:
        files += sorted(FOLDER.glob(FAMILIES[family]))
    return frozenset.intersection(*map(_characters, files)) if files else frozenset()


@lru_cache(maxsize=64)
def _characters(file: Path) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(file, lazy=True, fontNumber=0) as font:
        return frozenset(font.getBestCmap() or ())


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in {"Cf", "Zs", "Mn"} and not unicodedata.combining(character)
