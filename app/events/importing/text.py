"""What somebody typed, as it is kept and as it is recognised."""

import re
import unicodedata

# All but those that separate words, and the byte order mark that some editors leave inside a file.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufeff]")

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def clean(text: str) -> str:
    """As it is kept: composed accents, single spaces, no control characters."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join(unicodedata.normalize("NFC", _CONTROL.sub("", text)).split())


def plain(text: str) -> str:
    """As it is recognised: "Startovní číslo:" and "STARTOVNI CISLO" are both "startovnicislo"."""
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", text).casefold())


def folded(text: str) -> str:
    """As it is compared in any script: letters and figures alone, without accents and case."""
    if text.isascii() and text.isalnum():
        return text.lower()
    plainer = text if text.isascii() else unicodedata.normalize("NFKD", text)
    return "".join(filter(str.isalnum, plainer.casefold()))


def guarded(text: str) -> str:
    """What a spreadsheet does not take for a formula."""
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA_STARTS) else text


def unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA_STARTS) else text
