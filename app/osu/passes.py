"""What an analyser on somebody's computer holds: a token of 24 hours, good for its own few addresses alone."""

from __future__ import annotations

import time
from typing import Any

from ..accounts.models import User
from ..encryption import derived_key
from ..extensions import db

SECONDS = 24 * 3600
PURPOSE = "analyser"


class BadPass(ValueError):
    """Not one of ours, or too old, or of somebody who is shut out."""


def issue(user: User) -> str:
    from joserfc import jwt

    issued = int(time.time())
    claims = {"sub": str(user.id), "aud": PURPOSE, "iat": issued, "exp": issued + SECONDS}
    return jwt.encode({"alg": "HS256"}, claims, _key())


def holder(token: str) -> User:
    """Raises BadPass."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    try:
        claims: dict[str, Any] = jwt.decode(token, _key(), algorithms=["HS256"]).claims
        checked = jwt.JWTClaimsRegistry(
            aud={"essential": True, "value": PURPOSE}, exp={"essential": True}, sub={"essential": True}
        )
        checked.validate(claims)
        user = db.session.get(User, int(claims["sub"]))
    except (JoseError, ValueError, TypeError):
        raise BadPass from None
    if user is None or not user.active or user.shared:
        raise BadPass
    return user


def _key() -> Any:
    from joserfc.jwk import OctKey

    return OctKey.import_key(derived_key(PURPOSE))
