"""Bytes into text, with the encoding found out where nobody says it."""

import codecs
import unicodedata
from collections import Counter

from flask_babel import lazy_gettext as _

from app.events.importing.table import UnreadableFile

UTF_8, UTF_16 = "utf-8", "utf-16"
USUAL = ("cp1250", "iso-8859-2")
RARE = ("cp852", "mac_latin2", "cp1252", "cp1251")
ENCODINGS = (UTF_8, UTF_16, *USUAL, *RARE)

_CZECH = frozenset("áčďéěíňóřšťúůýžÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ")
_USUAL_SIGNS = frozenset("„“”‚‘’–—…€°§")


def decode(data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The text and the encoding, one of ENCODINGS. Raises UnreadableFile."""
    encoding = encoding or _found_out(data)
    if encoding not in ENCODINGS:
        raise UnreadableFile(_("Choose one of the encodings that are offered."))
    text = _decoded(data, encoding)
    if text is None:
        raise UnreadableFile(_("The file cannot be read as %(encoding)s. Choose another encoding.", encoding=encoding))
    if "\0" in text:
        raise UnreadableFile(_("This is not a text file. Save the table as CSV and try again."))
    return text, encoding


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode("utf-8-sig" if encoding == UTF_8 else encoding)
    except UnicodeDecodeError:
        return None


def _found_out(data: bytes) -> str:
    """UTF-8 seldom decodes by accident, so it wins where it can; cp1250, which Excel writes here, wins a tie. The rare
    ones are tried only where neither usual one makes sense, or they would claim German and Polish names."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return UTF_16
    if data[1:200:2].count(0) > len(data[:200]) // 4:
        return UTF_16
    if _decoded(data, UTF_8) is not None:
        return UTF_8
    likely, sense = _likeliest(data, USUAL)
    return likely if sense >= 0 else _likeliest(data, USUAL + RARE)[0]


def _likeliest(data: bytes, encodings: tuple[str, ...]) -> tuple[str, float]:
    return max(((encoding, _sense(_decoded(data, encoding))) for encoding in encodings), key=lambda found: found[1])


def _sense(text: str | None) -> float:
    """How much the text looks Czech. Where one encoding has š, ť or ž another has a control character or a sign."""
    if text is None:
        return float("-inf")
    return sum(_weight(character) * count for character, count in Counter(text).items() if character > "\x7f")


def _weight(character: str) -> int:
    if character in _CZECH:
        return 1
    return 0 if character in _USUAL_SIGNS or unicodedata.category(character)[0] in "LZ" else -1
