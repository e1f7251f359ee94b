"""Inviting people and letting them in. Commits nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from flask import current_app
from sqlalchemy import CursorResult, select, update

from ... import audit, mail
from ...audit.models import Installation
from ...database import locked, now
from ...extensions import db
from ...jobs import chore
from .. import actions as accounts
from .. import queries as people
from ..models import Role, User
from ..tokens import new_token, token_hash
from . import queries
from .addresses import Invited
from .models import Acceptance, Invitation

GOOD_FOR = timedelta(days=7)

when_taken: list[Callable[[Invitation], None]] = []
"""What features lock first of what they change then: rows of their own come before the installation's."""
when_accepted: list[Callable[[Invitation, User], None]] = []
"""What features do when somebody comes in who was invited by them; called in the transaction of the acceptance."""


class NotOpen(Exception):
    """The invitation has been taken up, revoked or is too old."""


class Outcome(StrEnum):
    INVITED = "invited"
    TWICE = "twice"
    HAS_ACCOUNT = "has_account"
    INVITED_BEFORE = "invited_before"
    NO_ADDRESS = "no_address"


@dataclass(frozen=True)
class Row:
    """What became of one line of a list. `user` has the address already; `invitation` is new, or there from before."""

    who: Invited
    outcome: Outcome
    user: User | None = None
    invitation: Invitation | None = None


def invite(
    people_: Sequence[Invited], role: Role, *, language: str, by: User, place: dict[str, str] | None = None
) -> list[Row]:
    """Write to everybody of the list who is not here in that role; a row for each of its lines.

    `place` are words for what it leads to: `event` and `group`.
    """
    emails = {who.email for who in people_ if who.email}
    known, open_ = queries.accounts_of(emails), queries.open_for(emails)
    rows: list[Row] = []
    for who in people_:
        user, before = known.get(who.email), open_.get(who.email)
        if not who.email:
            rows.append(Row(who, Outcome.NO_ADDRESS))
        elif any(row.who.email == who.email for row in rows):
            rows.append(Row(who, Outcome.TWICE))
        elif user is not None and user.role.includes(role):
            rows.append(Row(who, Outcome.HAS_ACCOUNT, user=user))
        elif before is not None and before.role is role:
            rows.append(Row(who, Outcome.INVITED_BEFORE, user=user, invitation=before))
        else:
            made = _invite_one(who, role, language=language, by=by, place=place)
            rows.append(Row(who, Outcome.INVITED, user=user, invitation=made))
    return rows


def _invite_one(
    who: Invited, role: Role, *, language: str, by: User | None, place: dict[str, str] | None = None
) -> Invitation:
    token = new_token()
    invitation = _add(token, role, place, language=language, by=by, email=who.email, name=who.name, good_for=GOOD_FOR)
    _write(invitation, token, by=by)
    return invitation


def invite_by_link(
    role: Role, *, most: int, good_for: timedelta, language: str, by: User, place: dict[str, str] | None = None
) -> tuple[Invitation, str]:
    """An invitation to whoever has the link, and its token, which cannot be shown again."""
    token = new_token()
    return _add(token, role, place, language=language, by=by, most=most, good_for=good_for), token


def _add(
    token: str,
    role: Role,
    place: dict[str, str] | None,
    *,
    language: str,
    by: User | None,
    good_for: timedelta,
    email: str | None = None,
    name: str = "",
    most: int = 1,
) -> Invitation:
    moment = now()
    invitation = Invitation(
        email=email,
        name=name,
        role=role,
        language=language,
        place=place or {},
        token_hash=token_hash(token),
        most=most,
        taken=0,
        invited_by_id=by.id if by else None,
        created_at=moment,
        expires_at=moment + good_for,
    )
    db.session.add(invitation)
    db.session.flush()
    payload = {"role": role.value, "email": email} if email else {"role": role.value, "most": most}
    audit.record(None, "invitation.create", by=by, subject=invitation, payload=payload)
    return invitation


def _write(invitation: Invitation, token: str, *, by: User | None) -> None:
    sent = mail.send(
        "invitation",
        invitation.email or "",
        language=invitation.language,
        link=mail.Link("invitations.show", token=token),
        by=by.id if by else None,
        expires_at=invitation.expires_at,
        name=invitation.name,
        role=invitation.role.value,
        inviter=by.name if by else "",
        **invitation.place,
    )
    invitation.mail_id = sent.id


def renew(invitation: Invitation, *, by: User) -> str:
    """A new token, good for as long as the old one was, which opens nothing more. Mailed again, if it was to a person.

    It is by whoever does this now: their role is what counts. Raises NotOpen for one that has been taken up.
    """
    if invitation.taken >= invitation.most:
        raise NotOpen
    token, moment = new_token(), now()
    invitation.expires_at = moment + (invitation.expires_at - invitation.created_at)
    invitation.token_hash, invitation.created_at, invitation.revoked_at = token_hash(token), moment, None
    invitation.invited_by_id = by.id
    audit.record(None, "invitation.renew", by=by, subject=invitation, payload=_whom(invitation))
    if invitation.email is not None:
        _write(invitation, token, by=by)
    db.session.flush()
    db.session.expire(invitation, ["mail", "invited_by"])
    return token


def revoke(invitation: Invitation, *, by: User) -> None:
    """Raises NotOpen for one that has been taken up: that is undone on the page of people."""
    if invitation.taken >= invitation.most:
        raise NotOpen
    if invitation.revoked_at is None:
        invitation.revoked_at = now()
        audit.record(None, "invitation.revoke", by=by, subject=invitation, payload=_whom(invitation))


def revoke_all_by(user: User) -> None:
    """Before an account is deleted: what it invited to would otherwise look like the installation's own."""
    open_ = update(Invitation).where(Invitation.invited_by_id == user.id, Invitation.revoked_at.is_(None))
    db.session.execute(open_.where(Invitation.taken < Invitation.most).values(revoked_at=now()))


def accept_as_new(token: str, *, email: str, name: str, password: str) -> User:
    """Raises NotOpen."""
    invitation = _take(token)
    user = accounts.create_user(email, name, invitation.role, password, by=None)
    _let_in(invitation, user)
    return user


def accept_as(user: User, token: str) -> None:
    """Somebody who has an account takes an invitation up; it may raise their role, and never lowers it.

    Raises NotOpen, also for a link that they used before.
    """
    invitation = _take(token)
    if any(acceptance.user_id == user.id for acceptance in invitation.acceptances):
        raise NotOpen
    if not user.role.includes(invitation.role):
        accounts.change_role(user, invitation.role, by=user)
    _let_in(invitation, user)


def _take(token: str) -> Invitation:
    """One statement decides who of several at once is in time."""
    taken = db.session.execute(
        update(Invitation)
        .where(Invitation.token_hash == token_hash(token), queries.is_open())
        .values(taken=Invitation.taken + 1)
        .execution_options(synchronize_session=False)
    )
    if not isinstance(taken, CursorResult) or taken.rowcount != 1:
        raise NotOpen
    invitation = db.session.scalars(select(Invitation).where(Invitation.token_hash == token_hash(token))).one()
    db.session.refresh(invitation)
    for lock in when_taken:
        lock(invitation)
    return invitation


def _let_in(invitation: Invitation, user: User) -> None:
    db.session.add(Acceptance(invitation_id=invitation.id, user_id=user.id, at=now()))
    payload = {"role": invitation.role.value, "name": user.name}
    audit.record(None, "invitation.accept", by=user, subject=invitation, payload=payload)
    for follow in when_accepted:
        follow(invitation, user)
    if user.email and invitation.email:
        mail.send(
            "welcome",
            user.email,
            language=invitation.language,
            link=mail.Link("home.show"),
            name=user.name,
            role=user.role.value,
        )


def _whom(invitation: Invitation) -> dict[str, object]:
    return {"role": invitation.role.value, **({"email": invitation.email} if invitation.email else {})}


@chore
def invite_super_admin() -> int:
    """Whom the settings name, once: not again after that address has had an invitation or an account."""
    settings = current_app.config["SETTINGS"]
    email = people.fold_email(settings.super_admin_email)
    if not email:
        return 0
    locked(Installation, 1)
    if people.user_by_email(email) or queries.ever_invited(email):
        return 0
    _invite_one(Invited(email, email), Role.SUPER_ADMIN, language=settings.default_language, by=None)
    return 1
