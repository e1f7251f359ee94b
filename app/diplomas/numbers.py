"""A diploma's number, which cannot be guessed, and the seal over what is printed on it."""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Mapping
from hashlib import sha256

from ..encryption import derived_key

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without what is misread: I and L are 1, O is 0."""
CHOSEN, CHECKED = 12, 4
SHAPE = re.compile(rf"[{ALPHABET}]{{{CHOSEN + CHECKED}}}")


class Seals:
    """One key for many: deriving it takes its time."""

    def __init__(self) -> None:
        self._key = derived_key("diplomas")

    def new_number(self) -> str:
        """60 bits by chance, and 20 by which a made-up one is known before anything is looked up."""
        chosen = "".join(secrets.choice(ALPHABET) for _ in range(CHOSEN))
        return _grouped(chosen + self._check(chosen))

    def is_ours(self, number: str) -> bool:
        plain = number.replace("-", "")
        return hmac.compare_digest(self._check(plain[:CHOSEN]), plain[CHOSEN:])

    def seal(self, number: str, event_id: int, award: str, says: Mapping[str, str]) -> str:
        """Over all that makes it this diploma and no other."""
        text = json.dumps([number, event_id, award, dict(says)], sort_keys=True, ensure_ascii=False)
        return self._digest(text).hex()

    def _check(self, chosen: str) -> str:
        return "".join(ALPHABET[byte % 32] for byte in self._digest(chosen)[:CHECKED])

    def _digest(self, text: str) -> bytes:
        return hmac.new(self._key, text.encode(), sha256).digest()


def typed(text: str) -> str | None:
    """A number as somebody read it off a paper, as it is kept; None where it cannot be one."""
    plain = re.sub(r"[\s–-]", "", text.upper()).translate(str.maketrans("ILO", "110"))
    return _grouped(plain) if SHAPE.fullmatch(plain) else None


def _grouped(plain: str) -> str:
    return "-".join(plain[start : start + 4] for start in range(0, len(plain), 4))
