"""The name that stands in addresses: derived from what a person is called, then made one of its kind."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

LONGEST = 32
FALLBACK = "player"
USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])?")


def is_username(text: str) -> bool:
    """Case-folded ASCII letters and digits, with `.`, `_` and `-` between them; 32 characters at most."""
    return USERNAME.fullmatch(text) is not None


def fold(text: str | None) -> str:
    """What two spellings of a username share."""
    return (text or "").strip().casefold()


def derive(name: str, taken: Container[str] = ()) -> str:
    """`Žofie Růžičková` is `zofie-ruzickova`, or with a number behind it where that is taken."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9._]+", "-", plain)[:LONGEST].strip("._-") or FALLBACK
    number = 1
    candidate = stem
    while candidate in taken:
        number += 1
        suffix = f"-{number}"
        candidate = stem[: LONGEST - len(suffix)].rstrip("._-") + suffix
    return candidate
