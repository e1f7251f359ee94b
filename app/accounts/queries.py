from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from flask import current_app
from sqlalchemy import Select, func, or_, select
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


def sessions_of(user: User) -> Sequence[LoginSession]:
    """Those that are open, the one seen last first."""
    return db.session.scalars(_open_sessions().where(LoginSession.user_id == user.id)).all()


def sessions_by_user(user_ids: Collection[int]) -> dict[int, list[LoginSession]]:
    found: dict[int, list[LoginSession]] = {user_id: [] for user_id in user_ids}
    for session in db.session.scalars(_open_sessions().where(LoginSession.user_id.in_(user_ids))):
        found[session.user_id].append(session)
    return found


def _open_sessions() -> Select[LoginSession]:
    settings, moment = current_app.config["SETTINGS"], now()
    return (
        select(LoginSession)
        .where(LoginSession.revoked_at.is_(None), LoginSession.last_seen_at > moment - settings.session_idle)
        .where(or_(LoginSession.is_program, LoginSession.created_at > moment - settings.session_absolute))
        .order_by(LoginSession.last_seen_at.desc())
    )


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
