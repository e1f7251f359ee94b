"""How a message is signed, and how its receiver checks it. Pure.

Laurel-Id          the message; the same one may come twice
Laurel-Timestamp   seconds since 1970, of this attempt; refuse what is older than five minutes
Laurel-Signature   v1=hex(HMAC-SHA256(secret, "<id>.<timestamp>." + the body's bytes))
"""

from __future__ import annotations

import hashlib
import hmac
import secrets


def new_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(32)}"


def headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": "Laurel",
        "Laurel-Id": message_id,
        "Laurel-Timestamp": str(timestamp),
        "Laurel-Signature": f"v1={signature(secret, message_id, timestamp, body)}",
    }


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
