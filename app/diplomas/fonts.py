"""The fonts that diplomas are set in, and which characters each of them can draw."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from ..config import ROOT

FOLDER = ROOT / "static" / "vendor" / "print"

FAMILIES: dict[str, str] = {
    "Inter": "Inter_*.ttf",
    "Outfit": "Outfit_*.ttf",
    "EB Garamond": "EBGaramond_*.ttf",
    "Great Vibes": "GreatVibes_*.ttf",
    "Amiri": "Amiri_*.ttf",
}
FALLBACK = ("Inter", "Amiri")
"""Asked in this order for what the chosen family does not have."""


class BadFont(ValueError):
    """The file is no font that can be embedded; the message says why."""


def chain(family: str) -> list[str]:
    """The families a text is set in, the chosen one first."""
    return [family, *(other for other in FALLBACK if other != family)]


def undrawable(text: str, family: str, own: Iterable[Path] = ()) -> str:
    """The characters of `text` that nothing in the chain can draw, each once; they would vanish in print.

    `own` are files of fonts that somebody brought along.
    """
    known = _known(family, tuple(own))
    missing = (one for one in text if ord(one) not in known and not _is_invisible(one))
    return "".join(dict.fromkeys(missing))


def family_of(file: Path) -> str:
    """What a font file calls its family. Raises BadFont."""
    from fontTools.ttLib import TTFont

    try:
        with TTFont(file, lazy=True, fontNumber=0) as font:
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


def _files(family: str) -> list[Path]:
    return [file for name in chain(family) if name in FAMILIES for file in sorted(FOLDER.glob(FAMILIES[name]))[:1]]


@lru_cache(maxsize=32)
def _known(family: str, own: tuple[Path, ...]) -> frozenset[int]:
    return frozenset().union(*(_characters(file) for file in (*_files(family), *own)))


@lru_cache(maxsize=32)
def _characters(file: Path) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(file, lazy=True, fontNumber=0) as font:
        return frozenset(font.getBestCmap() or ())


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in {"Cf", "Zs", "Mn"} and not unicodedata.combining(character)
