"""A new password or address for whoever can show that they read the account's mail. Commits nothing."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, CursorResult, and_, or_, select, update

from ... import audit, mail
from ...database import locked, now
from ...encryption import decrypt, encrypt
from ...extensions import db
from ...jobs import enqueue, job
from .. import actions as accounts
from .. import queries as people
from ..models import User
from ..tokens import new_token, token_hash
from .models import EmailChange, PasswordReset

RESET_GOOD_FOR = timedelta(minutes=60)
CHANGE_GOOD_FOR = timedelta(hours=24)
STOP_GOOD_FOR = timedelta(days=7)
PURPOSE = "address that asked for a reset"


class Over(Exception):
    """The link was used, replaced or is too old."""


class Taken(Exception):
    """The address has come to belong to another account."""


# Passwords --------------------------------------------------------------------------------------------------------


def ask_for_reset(email: str, language: str, *, address: str) -> None:
    """The same for every address: who has an account is only looked up in the job. What was typed is kept encrypted,
    as people type all kinds of things into that field."""
    audit.record(None, "user.reset_ask", by=None, payload={"address": address[:64]})
    enqueue(start_reset, encrypt(people.fold_email(email), PURPOSE), language, queue=mail.QUEUE)


@job
def start_reset(sealed_email: str, language: str) -> None:
    user = people.user_by_email(decrypt(sealed_email, PURPOSE))
    if user is not None and user.active:
        send_reset(user, language=language, by=None)


def send_reset(user: User, *, language: str, by: User | None) -> None:
    """Mail a link that is good once; those from before are good no more. Who has no address gets none."""
    if user.email is None:
        return
    end_resets(user)
    token, moment = new_token(), now()
    reset = PasswordReset(
        user_id=user.id, token_hash=token_hash(token), created_at=moment, expires_at=moment + RESET_GOOD_FOR
    )
    db.session.add(reset)
    audit.record(None, "user.reset_send", by=by, subject=user)
    mail.send(
        "reset",
        user.email,
        language=user.language or language,
        link=mail.Link("recovery.choose", token=token),
        by=by.id if by else None,
        expires_at=reset.expires_at,
        name=user.name,
    )


def open_reset(token: str) -> PasswordReset | None:
    return db.session.scalar(select(PasswordReset).where(PasswordReset.token_hash == token_hash(token), _is_open()))


def reset_password(token: str, password: str) -> User:
    """Use the link up, set the password and sign every device out. Raises Over: of several at once, one is in time."""
    used = db.session.execute(
        update(PasswordReset)
        .where(PasswordReset.token_hash == token_hash(token), _is_open())
        .values(ended_at=now())
        .execution_options(synchronize_session=False)
    )
    if not isinstance(used, CursorResult) or used.rowcount != 1:
        raise Over
    reset = db.session.scalars(select(PasswordReset).where(PasswordReset.token_hash == token_hash(token))).one()
    user = locked(User, reset.user_id)
    if not user.active:
        raise Over
    end_resets(user)
    accounts.change_password(user, password, by=user)
    return user


def end_resets(user: User) -> None:
    open_ = update(PasswordReset).where(PasswordReset.user_id == user.id, PasswordReset.ended_at.is_(None))
    db.session.execute(open_.values(ended_at=now()))


def _is_open() -> ColumnElement[bool]:
    return and_(PasswordReset.ended_at.is_(None), PasswordReset.expires_at > now())


# Addresses --------------------------------------------------------------------------------------------------------


def ask_for_email(user: User, email: str, *, language: str) -> EmailChange:
    """Mail to both addresses; nothing changes until the new one is confirmed. What was asked for before is stopped."""
    _stop_pending(user)
    confirm, stop, moment = new_token(), new_token(), now()
    change = EmailChange(
        user_id=user.id,
        old_email=user.email,
        new_email=people.fold_email(email),
        confirm_hash=token_hash(confirm),
        stop_hash=token_hash(stop),
        created_at=moment,
        expires_at=moment + CHANGE_GOOD_FOR,
    )
    db.session.add(change)
    audit.record(None, "user.email_ask", by=user, subject=user, payload={"old": user.email, "new": change.new_email})
    language = user.language or language
    mail.send(
        "email_confirm",
        change.new_email,
        language=language,
        link=mail.Link("recovery.show_email", token=confirm),
        by=user.id,
        expires_at=change.expires_at,
        name=user.name,
    )
    if user.email:
        link = mail.Link("recovery.show_stop", token=stop)
        mail.send("email_stop", user.email, language=language, link=link, by=user.id, name=user.name, new=email.strip())
    return change


def change_to_confirm(token: str) -> EmailChange | None:
    return db.session.scalar(
        select(EmailChange).where(
            EmailChange.confirm_hash == token_hash(token),
            EmailChange.confirmed_at.is_(None),
            EmailChange.stopped_at.is_(None),
            EmailChange.expires_at > now(),
        )
    )


def confirm_email(change: EmailChange) -> None:
    """Raises Over, and Taken. Links to a new password that lie in the old mailbox end."""
    user, change = locked(User, change.user_id), locked(EmailChange, change.id)
    if change.confirmed_at or change.stopped_at or not user.active or user.email != change.old_email:
        raise Over
    if people.user_by_email(change.new_email):
        raise Taken
    _set_email(user, change.new_email)
    change.confirmed_at = now()


def change_to_stop(token: str) -> EmailChange | None:
    return db.session.scalar(
        select(EmailChange).where(
            EmailChange.stop_hash == token_hash(token),
            EmailChange.stopped_at.is_(None),
            EmailChange.created_at > now() - STOP_GOOD_FOR,
            or_(EmailChange.confirmed_at.is_not(None), EmailChange.expires_at > now()),
        )
    )


def stop_email(change: EmailChange) -> None:
    """Whoever asked for it may be a thief: the old address is back and every device is out. Raises Over, Taken."""
    user, change = locked(User, change.user_id), locked(EmailChange, change.id)
    if change.stopped_at or change.old_email is None:
        raise Over
    change.stopped_at = now()
    if change.confirmed_at is not None:
        if people.user_by_email(change.old_email):
            raise Taken
        _set_email(user, change.old_email)
    _stop_pending(user)
    end_resets(user)
    accounts.end_sessions(user)
    audit.record(None, "user.email_stop", by=user, subject=user)


def pending_email(user: User) -> EmailChange | None:
    return db.session.scalar(select(EmailChange).where(_is_pending(user), EmailChange.expires_at > now()))


def _stop_pending(user: User) -> None:
    db.session.execute(update(EmailChange).where(_is_pending(user)).values(stopped_at=now()))


def _is_pending(user: User) -> ColumnElement[bool]:
    return and_(EmailChange.user_id == user.id, EmailChange.confirmed_at.is_(None), EmailChange.stopped_at.is_(None))


def _set_email(user: User, email: str) -> None:
    audit.record(None, "user.email", by=user, subject=user, payload={"old": user.email, "new": email})
    user.email = email
    end_resets(user)
