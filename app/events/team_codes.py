"""The codes that teams sign in with: eight letters that a child can type from a card."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from flask import current_app

LETTERS = "BCDFGHJKMNPQRSTVWXYZ"
"""No vowels, so that no code is a word; no I, L or O, which look like others."""

LENGTH = 8


def new_code() -> str:
    """Like KFTM-XRPB: one in 25 thousand million."""
    letters = [secrets.choice(LETTERS) for _ in range(LENGTH)]
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"


def code_hash(typed: str) -> str:
    """Case, spaces and dashes do not count.

    A code is short enough to be found from a plain hash by trying; keyed, the database alone gives none away.
    """
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    return hmac.new(current_app.config["SECRET_KEY"].encode(), letters.encode(), hashlib.sha256).hexdigest()
