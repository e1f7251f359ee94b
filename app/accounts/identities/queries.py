from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from ...extensions import db
from ..models import User
from .models import Identity, Provider


def identity(provider: Provider, subject: str) -> Identity | None:
    """Whoever this is here, with their account."""
    return db.session.scalar(
        select(Identity)
        .join(Identity.user)
        .options(contains_eager(Identity.user))
        .where(Identity.provider == provider, Identity.subject == subject)
    )


def identities_of(user: User) -> Sequence[Identity]:
    return db.session.scalars(select(Identity).where(Identity.user_id == user.id).order_by(Identity.id)).all()


def identity_at(provider: Provider, user: User) -> Identity | None:
    return db.session.scalar(select(Identity).where(Identity.user_id == user.id, Identity.provider == provider))


def ways_in(user: User) -> int:
    """In how many ways one can sign in to this account. A password without an address is none."""
    linked = select(func.count()).select_from(Identity).where(Identity.user_id == user.id)
    return (db.session.scalar(linked) or 0) + bool(user.password_hash and user.email)
