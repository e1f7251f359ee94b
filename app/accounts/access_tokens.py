"""What programs hold after a sign-in: an access token for half an hour, and a refresh token for the next one.

A refresh token is used once. Whoever comes with one that was used, thief or owner, ends the session: nobody can tell
the two apart, and both have to sign in again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import joinedload

from .. import audit
from ..database import now
from ..encryption import derived_key
from ..extensions import db
from ..jobs import chore
from .models import LoginSession, RefreshToken
from .tokens import new_token, token_hash

ACCESS = timedelta(minutes=30)
REFRESH = timedelta(days=14)
ALGORITHM = "HS256"
ISSUER, AUDIENCE = "laurel", "laurel-api"
PREFIX = "laurel_refresh_"


@dataclass(frozen=True)
class Pair:
    access_token: str
    refresh_token: str
    expires_at: datetime
    """Of the access token."""


def issue(session: LoginSession) -> Pair:
    """The next link of a session's chain. The session must have its id."""
    text = new_token(PREFIX)
    db.session.add(RefreshToken(session_id=session.id, token_hash=token_hash(text), expires_at=now() + REFRESH))
    expires_at = (now() + ACCESS).replace(microsecond=0)
    return Pair(_signed(session, expires_at), text, expires_at)


def refresh(text: str) -> tuple[LoginSession, Pair] | None:
    """Exchange a refresh token for the next pair. None when it is not valid; one that was used ends its session."""
    token = _known(text)
    if token is None or token.session.revoked_at or token.expires_at <= now() or not token.session.user.active:
        return None
    result = db.session.execute(
        update(RefreshToken)
        .where(RefreshToken.id == token.id, RefreshToken.used_at.is_(None))
        .values(used_at=now())
        .execution_options(synchronize_session=False)
    )
    if not (isinstance(result, CursorResult) and result.rowcount == 1):
        token.session.revoked_at = now()
        audit.record(None, "session.reuse", by=None, subject=token.session.user)
        return None
    token.session.last_seen_at = now()
    return token.session, issue(token.session)


def session_of(text: str) -> LoginSession | None:
    """Whose chain this was or is a link of."""
    token = _known(text)
    return token.session if token else None


def session_in(text: str) -> int | None:
    """The id of the session in an access token that we signed and that is not over."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import OctKey

    claims = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": AUDIENCE},
        exp={"essential": True},
        sid={"essential": True},
    )
    try:
        token = jwt.decode(text, OctKey.import_key(derived_key("access tokens")), algorithms=[ALGORITHM])
        claims.validate(token.claims)
        return int(token.claims["sid"])
    except (JoseError, ValueError, TypeError):
        return None


@chore
def forget_old_links() -> int:
    """Also the programs' sessions whose last link is over."""
    result = db.session.execute(delete(RefreshToken).where(RefreshToken.expires_at < now()))
    has_link = select(RefreshToken.id).where(RefreshToken.session_id == LoginSession.id).exists()
    db.session.execute(delete(LoginSession).where(LoginSession.is_program, ~has_link))
    return result.rowcount if isinstance(result, CursorResult) else 0


def _known(text: str) -> RefreshToken | None:
    return db.session.scalar(
        select(RefreshToken)
        .where(RefreshToken.token_hash == token_hash(text))
        .options(joinedload(RefreshToken.session).joinedload(LoginSession.user))
    )


def _signed(session: LoginSession, expires_at: datetime) -> str:
    from joserfc import jwt
    from joserfc.jwk import OctKey

    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(session.user_id),
        "sid": session.id,
        "iat": int(time.time()),
        "exp": int(expires_at.timestamp()),
    }
    key = OctKey.import_key(derived_key("access tokens"))
    return jwt.encode({"alg": ALGORITHM, "typ": "JWT"}, claims, key, algorithms=[ALGORITHM])
