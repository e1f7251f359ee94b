"""Secrets that Laurel must be able to read again, as another service's tokens: encrypted with a key of their own."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class Unreadable(ValueError):
    """The text was encrypted with another SECRET_KEY, for another purpose, or was altered."""


def encrypt(text: str, purpose: str) -> str:
    """`purpose` parts the keys: what was encrypted for one cannot be read for another."""
    return _fernet(purpose).encrypt(text.encode()).decode()


def decrypt(text: str, purpose: str) -> str:
    """Raises Unreadable."""
    from cryptography.fernet import InvalidToken

    try:
        return _fernet(purpose).decrypt(text.encode()).decode()
    except InvalidToken:
        raise Unreadable(purpose) from None


def _fernet(purpose: str) -> Fernet:
    # Few requests come here; the library waits until one does.
    from cryptography.fernet import Fernet

    return Fernet(base64.urlsafe_b64encode(derived_key(purpose)))


def derived_key(purpose: str) -> bytes:
    """32 bytes out of SECRET_KEY for this purpose alone: of no use for another, and not to be traced back."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    secret: str = current_app.config["SETTINGS"].secret_key
    return HKDF(SHA256(), length=32, salt=None, info=f"laurel:{purpose}".encode()).derive(secret.encode())
