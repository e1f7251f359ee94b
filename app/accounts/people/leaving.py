"""Somebody goes: shut out, lowered or deleted, and never the last one who can let others in. Commits nothing."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import delete, exists, or_, select

from ... import audit, mail
from ...audit.models import Installation
from ...database import locked
from ...extensions import db
from .. import avatars
from ..identities import actions as identities
from ..invitations import actions as invitations
from ..invitations.models import Acceptance, Invitation
from ..models import Role, User

when_deleted: list[Callable[[User], None]] = []
"""What features do with a name of somebody that they keep beside what that person did. Called before the account goes;
rows that hang on it go, or forget whose they were, by the database's own rules."""


class LastOne(Exception):
    """Nobody would be left who can let others in."""


def keep_a_super_admin(user: User) -> None:
    """Before this one is lowered, shut out or deleted. Raises LastOne.

    Holds the installation's row, so that two who do it to each other come one after the other.
    """
    locked(Installation, 1)
    others = select(User.id).where(User.role == Role.SUPER_ADMIN, User.active, User.id != user.id)
    if user.role is Role.SUPER_ADMIN and user.active and db.session.scalar(others.limit(1)) is None:
        raise LastOne


def delete_user(user: User, *, by: User) -> None:
    """What they wrote down stays, as somebody's; the log keeps that they did things, and under which name. Raises
    LastOne."""
    keep_a_super_admin(user)
    for follow in when_deleted:
        follow(user)
    avatars.remove(user)
    identities.forget(user)
    invitations.revoke_all_by(user)
    about = invited(user)
    audit.erase("invitations", about)
    db.session.execute(delete(Invitation).where(Invitation.id.in_(about), Invitation.email.is_not(None)))
    if user.email:
        mail.forget(user.email)
    payload = {"role": user.role.value, "by_themselves": by.id == user.id}
    audit.record(None, "user.delete", by=by, subject=user, payload=payload)
    audit.erase_person(user.id, but="user.delete")
    db.session.delete(user)
    db.session.flush()


def invited(user: User) -> list[int]:
    """Invitations that hold this person's address or name."""
    accepted = exists().where(Acceptance.invitation_id == Invitation.id, Acceptance.user_id == user.id)
    theirs = [accepted] if user.email is None else [accepted, Invitation.email == user.email]
    return list(db.session.scalars(select(Invitation.id).where(or_(*theirs))))
