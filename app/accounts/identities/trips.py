"""The way to another service and back, told apart from one that somebody else made up.

All that is known of it travels along as `state`, encrypted, and it is bound to the browser that set out by a cookie.
That it ends once is held by the database alone: it works with Redis away.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from flask import current_app, request
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from ... import web
from ...database import begin_writing, now
from ...encryption import Unreadable, decrypt, encrypt
from ...extensions import db
from . import failures
from .models import Provider, UsedState

COOKIE = "laurel-trip"
SECONDS = 600
PURPOSE = "trip"
LONGEST_NEXT = 300


@dataclass(frozen=True)
class Trip:
    provider: str
    purpose: str
    """Who takes over at the end: see `purposes`."""
    next: str
    """The page to go to afterwards; of this site, for sure."""
    data: str
    """What that purpose needs."""
    callback: str
    """The endpoint to come back to."""
    number: str
    verifier: str
    """Of PKCE: whoever reads the code on its way cannot use it."""
    browser: str
    until: float


def begin(provider: Provider, purpose: str, *, next_url: str, data: str, callback: str) -> tuple[Trip, str]:
    """A trip, and the number of this browser, for `bind`. Several may be under way in one browser."""
    browser = request.cookies.get(COOKIE, "")
    if len(browser) != 43:
        browser = secrets.token_urlsafe(32)
    trip = Trip(
        provider=provider.value,
        purpose=purpose,
        next=next_url if web.is_local(next_url) and len(next_url) <= LONGEST_NEXT else "/",
        data=data,
        callback=callback,
        number=secrets.token_urlsafe(16),
        verifier=secrets.token_urlsafe(32),
        browser=_hash(browser),
        until=time.time() + SECONDS,
    )
    return trip, browser


def state(trip: Trip) -> str:
    return encrypt(json.dumps(list(asdict(trip).values())), PURPOSE)


def bind(response: Response, browser: str) -> None:
    """`Lax`, because the way back is a link from another site."""
    secure = current_app.config["SETTINGS"].secure_cookies
    response.set_cookie(COOKIE, browser, max_age=SECONDS, secure=secure, httponly=True, samesite="Lax")


def read(text: str, provider: Provider, callback: str) -> Trip:
    """The trip that ends with this request. Raises Lost or TooLate."""
    try:
        trip = Trip(*json.loads(decrypt(text, PURPOSE)))
    except (Unreadable, ValueError, TypeError):
        raise failures.Lost from None
    if trip.provider != provider.value or trip.callback != callback:
        raise failures.Lost
    if not secrets.compare_digest(trip.browser, _hash(request.cookies.get(COOKIE, ""))):
        raise failures.Lost
    if time.time() > trip.until:
        raise failures.TooLate
    return trip


def end(trip: Trip) -> None:
    """Raises UsedBefore for all but the first. Commits: nothing that goes wrong later opens it again."""
    begin_writing()
    db.session.add(UsedState(number=trip.number, expires_at=datetime.fromtimestamp(trip.until, UTC)))
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        raise failures.UsedBefore from None


def forget_old() -> int:
    """What is too old to be used again by its time alone. The caller commits."""
    gone = db.session.execute(delete(UsedState).where(UsedState.expires_at < now()).returning(UsedState.number))
    return len(gone.all())


def _hash(browser: str) -> str:
    return hashlib.sha256(browser.encode("utf-8", "surrogatepass")).hexdigest()
