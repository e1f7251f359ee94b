"""Random secrets that are handed out once and stored as a hash."""

from __future__ import annotations

import hashlib
import secrets


def new_token(prefix: str = "") -> str:
    """256 random bits, with a prefix that secret scanners can look for."""
    return prefix + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """SHA-256 is enough for a random secret; passwords need `passwords.hash_password`."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
