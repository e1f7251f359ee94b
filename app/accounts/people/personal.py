"""What Laurel holds of a person, for themselves to take away."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

from sqlalchemy import select

from ...audit.models import AuditEntry
from ...database import now
from ...extensions import db
from ...mail.models import Mail
from ..identities.models import Identity
from ..invitations.models import Acceptance
from ..models import LoginSession, PersonalToken, User

Rows = Iterable[dict[str, Any]]
Source = TypeVar("Source", bound=Callable[[User], Rows])
sources: dict[str, Callable[[User], Rows]] = {}
"""By the name of the file that they become."""


def source(name: str) -> Callable[[Source], Source]:
    """A feature's part of it: rows of plain values, without secrets."""

    def register(read: Source) -> Source:
        sources[name] = read
        return read

    return register


def archive(user: User) -> bytes:
    """A zip of JSON files, one for each kind of thing."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("account.json", _json(_account(user)))
        for name, read in sorted(sources.items()):
            zipped.writestr(f"{name}.json", _json(list(read(user))))
    return out.getvalue()


def row_of(row: Any, *columns: str) -> dict[str, Any]:
    return {column: getattr(row, column) for column in columns}


def _account(user: User) -> dict[str, Any]:
    shown = (
        "id",
        "username",
        "name",
        "nickname",
        "bio",
        "email",
        "role",
        "visible_to",
        "language",
        "theme",
        "created_at",
    )
    return {"taken_away_at": now(), **row_of(user, *shown), "has_password": user.password_hash is not None}


@source("sessions")
def _sessions(user: User) -> Rows:
    found = db.session.scalars(select(LoginSession).where(LoginSession.user_id == user.id).order_by(LoginSession.id))
    return (row_of(one, "address", "browser", "created_at", "last_seen_at", "revoked_at") for one in found)


@source("tokens")
def _tokens(user: User) -> Rows:
    found = db.session.scalars(select(PersonalToken).where(PersonalToken.user_id == user.id).order_by(PersonalToken.id))
    return (row_of(one, "name", "hint", "created_at", "last_used_at", "revoked_at") for one in found)


@source("other_services")
def _identities(user: User) -> Rows:
    found = db.session.scalars(select(Identity).where(Identity.user_id == user.id).order_by(Identity.id))
    return (row_of(one, "provider", "subject", "username", "country", "created_at", "signed_in_at") for one in found)


@source("invitations")
def _invitations(user: User) -> Rows:
    found = db.session.scalars(select(Acceptance).where(Acceptance.user_id == user.id).order_by(Acceptance.id))
    return (row_of(one, "invitation_id", "at") for one in found)


@source("mail")
def _mail(user: User) -> Rows:
    found = db.session.scalars(select(Mail).where(Mail.recipient == user.email).order_by(Mail.id))
    return (row_of(one, "kind", "subject", "state", "created_at", "sent_at") for one in found)


@source("log")
def _log(user: User) -> Rows:
    found = db.session.scalars(select(AuditEntry).where(AuditEntry.actor_id == user.id).order_by(AuditEntry.id))
    return (row_of(one, "at", "action", "event_id", "subject_kind", "subject_id", "payload") for one in found)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON")
