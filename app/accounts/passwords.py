"""Passwords: argon2id, 8 to 128 characters."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

SHORTEST, LONGEST = 8, 128

_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_PROPER = PasswordHasher()


def hash_password(password: str) -> str:
    return _hasher().hash(password)


def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether they match. Takes as long for an account that does not exist (`None`) as for one that does."""
    try:
        _hasher().verify(password_hash or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def _hasher() -> PasswordHasher:
    return _CHEAP if current_app.config["SETTINGS"].argon2_cheap else _PROPER


def _nobody() -> str:
    hashes: dict[PasswordHasher, str] = current_app.extensions.setdefault("laurel_nobody", {})
    hasher = _hasher()
    if hasher not in hashes:
        hashes[hasher] = hasher.hash("nobody has this password")
    return hashes[hasher]
