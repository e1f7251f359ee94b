from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager

from ..database import now
from ..extensions import db
from . import usernames
from .models import AvatarFile, LoginSession, PersonalToken, Role, User
from .tokens import token_hash


def user_by_email(email: str) -> User | None:
    return db.session.scalar(select(User).where(User.email == fold_email(email)))


def fold_email(email: str) -> str:
    return email.strip().casefold()


def user_by_username(username: str) -> User | None:
    return db.session.scalar(select(User).where(User.username == usernames.fold(username)))


def free_username(name: str) -> str:
    """A username for somebody of this name that nobody has yet."""
    stem = usernames.derive(name)
    # Suffixes cut a long stem short, so that what starts like it is looked at too.
    taken = db.session.scalars(select(User.username).where(User.username.startswith(stem[:20], autoescape=True)))
    return usernames.derive(name, set(taken))


def any_user() -> bool:
    return db.session.scalar(select(User.id).limit(1)) is not None


def evaluators() -> Sequence[User]:
    """Everybody who may be put into an event's pool."""
    fitting = [role for role in Role if role.includes(Role.EVALUATOR)]
    return db.session.scalars(
        select(User).where(User.active, ~User.shared, User.role.in_(fitting)).order_by(func.lower(User.name), User.id)
    ).all()


def live_session(token: str, idle_since: datetime, made_since: datetime) -> LoginSession | None:
    """The session of a cookie's token with its user, unless revoked, idle for too long, or too old."""
    return db.session.scalar(
        select(LoginSession)
        .join(LoginSession.user)
        .options(contains_eager(LoginSession.user))
        .where(
            LoginSession.token_hash == token_hash(token),
            ~LoginSession.is_program,
            LoginSession.revoked_at.is_(None),
            LoginSession.last_seen_at > idle_since,
            LoginSession.created_at > made_since,
            User.active,
        )
    )


def live_token(token: str) -> PersonalToken | None:
    return db.session.scalar(
        select(PersonalToken)
        .join(PersonalToken.user)
        .options(contains_eager(PersonalToken.user))
        .where(PersonalToken.token_hash == token_hash(token), PersonalToken.revoked_at.is_(None), User.active)
        .where(or_(PersonalToken.expires_at.is_(None), PersonalToken.expires_at > now()))
    )


def program_session(session_id: int) -> LoginSession | None:
    """A program's session with its user, unless it was ended."""
    return db.session.scalar(
        select(LoginSession)
        .join(LoginSession.user)
        .options(contains_eager(LoginSession.user))
        .where(LoginSession.id == session_id, LoginSession.is_program, LoginSession.revoked_at.is_(None), User.active)
    )


def signed_in_from(user: User, address: str) -> bool:
    """Whether a sign-in from this network address succeeded before, as far as that is kept."""
    earlier = select(LoginSession.id).where(LoginSession.user_id == user.id, LoginSession.address == address[:64])
    return db.session.scalar(earlier.limit(1)) is not None


def sessions_of(user: User, idle_since: datetime) -> Sequence[LoginSession]:
    return db.session.scalars(
        select(LoginSession)
        .where(LoginSession.user_id == user.id, LoginSession.revoked_at.is_(None))
        .where(LoginSession.last_seen_at > idle_since)
        .order_by(LoginSession.last_seen_at.desc())
    ).all()


def tokens_of(user: User) -> Sequence[PersonalToken]:
    return db.session.scalars(
        select(PersonalToken)
        .where(PersonalToken.user_id == user.id, PersonalToken.revoked_at.is_(None))
        .order_by(PersonalToken.created_at.desc())
    ).all()


def avatar_file(avatar: str, size: int) -> tuple[User, str] | None:
    """Whose picture this is, and the key of its file of that size."""
    row = db.session.execute(
        select(User, AvatarFile.key)
        .join(AvatarFile, AvatarFile.user_id == User.id)
        .where(User.avatar == avatar, User.active, AvatarFile.size == size)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def seconds_since(moment: datetime) -> int:
    return int((now() - moment).total_seconds())
