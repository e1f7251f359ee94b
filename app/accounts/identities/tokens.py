"""Players' own tokens for osu!'s API, kept fresh.

A refresh token works once, and gives the next one: two who used the same at once would lose both. So whoever refreshes
holds the row for some seconds first, and the others wait for what comes of it.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import CursorResult, Update, or_, select, update

from ...database import now
from ...encryption import Unreadable, decrypt, encrypt
from ...extensions import db
from ..models import User
from . import failures
from .models import TOKENS, Identity, Provider
from .services import Service, Tokens, service

LEFT = timedelta(minutes=10)
"""A token is refreshed when it is valid for less than this."""
LEASE = timedelta(seconds=20)
PATIENCE = 12
"""Seconds to wait for somebody else's refresh."""


class Held(NamedTuple):
    """What is stored of somebody's tokens, as it is stored."""

    id: int
    access: str | None
    refresh: str | None
    expires_at: datetime | None

    def is_valid_for(self, time_left: timedelta) -> bool:
        return self.access is not None and (self.expires_at is None or self.expires_at - now() > time_left)


def osu_token(user: User, *, refused: str | None = None) -> str:
    """An access token of this player that is valid for ten minutes more.

    `refused` is one that osu! has just answered with a 401: another one is fetched in its stead. Raises NotLinked,
    SignInAgain, Slow, Away, Busy or KeysRefused. It waits for osu!, so nothing may be pending: the transaction ends.
    """
    if db.session.new or db.session.dirty or db.session.deleted:
        raise RuntimeError("commit first: osu! is waited for")
    user_id, osu = user.id, service(Provider.OSU.value)
    db.session.rollback()
    if osu is None:
        raise failures.NotLinked
    deadline = time.monotonic() + PATIENCE
    while True:
        held = _held(user_id)
        access = _decrypted(held.access)
        if held.is_valid_for(LEFT) and access != refused:
            return access
        if held.refresh is None:
            raise failures.SignInAgain
        if _claim(held):
            return _refreshed(osu, held, usable=held.is_valid_for(timedelta()) and access != refused)
        if time.monotonic() > deadline:
            raise failures.Slow
        time.sleep(0.05)


def _refreshed(osu: Service, held: Held, *, usable: bool) -> str:
    """With osu! away, the old token while it is `usable`."""
    try:
        tokens = osu.refresh(_decrypted(held.refresh))
    except failures.SignInAgain:
        _write(held, access_token=None, refresh_token=None, expires_at=None, refreshing_until=None)
        raise
    except failures.Failure:
        _write(held, refreshing_until=None)
        if usable:
            return _decrypted(held.access)
        raise
    _write(held, **stored(tokens))
    return tokens.access


def stored(tokens: Tokens) -> dict[str, Any]:
    """The columns that hold them."""
    return {
        "access_token": encrypt(tokens.access, TOKENS),
        "refresh_token": encrypt(tokens.refresh, TOKENS) if tokens.refresh else None,
        "expires_at": tokens.expires_at,
        "refreshed_at": now(),
        "refreshing_until": None,
    }


def _held(user_id: int) -> Held:
    columns = (Identity.id, Identity.access_token, Identity.refresh_token, Identity.expires_at)
    wanted = select(*columns).where(Identity.user_id == user_id, Identity.provider == Provider.OSU)
    with db.engine.connect().execution_options(writes=False) as connection:
        row = connection.execute(wanted).first()
    if row is None:
        raise failures.NotLinked
    return Held(*row)


def _claim(held: Held) -> bool:
    free = or_(Identity.refreshing_until.is_(None), Identity.refreshing_until < now())
    return _done(_of(held).where(free).values(refreshing_until=now() + LEASE))


def _write(held: Held, **values: Any) -> None:
    """Unless they have signed in anew meanwhile: then their tokens are others."""
    _done(_of(held).values(**values))


def _of(held: Held) -> Update:
    return update(Identity).where(Identity.id == held.id, Identity.refresh_token == held.refresh)


def _done(statement: Update) -> bool:
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        result = connection.execute(statement)
    return isinstance(result, CursorResult) and result.rowcount == 1


def _decrypted(text: str | None) -> str:
    """Nothing, too, when SECRET_KEY has changed: then they sign in again."""
    try:
        return decrypt(text, TOKENS) if text else ""
    except Unreadable:
        raise failures.SignInAgain from None
