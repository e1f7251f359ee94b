from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import update

from .. import audit
from ..database import now
from ..extensions import db
from . import queries
from .models import LoginSession, PersonalToken, Role, Scope, User
from .passwords import hash_password
from .queries import fold_email
from .tokens import new_token, token_hash

TOKEN_PREFIX = "laurel_"  # noqa: S105
RESULTS = (Scope.RESULTS_READ, Scope.RESULTS_WRITE)


def create_user(email: str | None, name: str, role: Role, password: str | None, *, by: User | None) -> User:
    return _add_user(email, name, role, hash_password(password) if password else None, shared=False, by=by)


def create_player(email: str, password_hash: str, *, username: str | None, name: str | None) -> User:
    """Somebody who signs up by themselves. The password is hashed before the transaction, as that takes its time."""
    called = name or username or email.partition("@")[0]
    return _add_user(email, called[:120], Role.PLAYER, password_hash, shared=False, by=None, username=username)


def create_shared_user(name: str, *, by: User) -> User:
    """An evaluator's account that a team shares, with neither an address nor a password."""
    return _add_user(None, name, Role.EVALUATOR, None, shared=True, by=by)


def _add_user(
    email: str | None,
    name: str,
    role: Role,
    password_hash: str | None,
    *,
    shared: bool,
    by: User | None,
    username: str | None = None,
) -> User:
    user = User(
        email=fold_email(email) if email else None,
        username=username or queries.free_username(name),
        name=name.strip(),
        role=role,
        password_hash=password_hash,
        active=True,
        shared=shared,
        created_at=now(),
    )
    db.session.add(user)
    db.session.flush()
    audit.record(None, "user.create", by=by, subject=user, payload={"name": user.name, "role": role.value})
    return user


def change_role(user: User, role: Role, *, by: User) -> None:
    if user.role is role:
        return
    audit.record(None, "user.role", by=by, subject=user, payload={"old": user.role.value, "new": role.value})
    user.role = role


def set_active(user: User, active: bool, *, by: User) -> None:
    """Let somebody in again, or shut them out, which ends their sessions and tokens at once."""
    if user.active is active:
        return
    user.active = active
    if not active:
        end_sessions(user)
        _revoke_tokens(user)
    audit.record(None, "user.activate" if active else "user.deactivate", by=by, subject=user)


def change_password(user: User, password: str, *, by: User, keep: LoginSession | None = None) -> None:
    """Also ends every session of the user but the one to `keep`: whoever knew the old password is out."""
    user.password_hash = hash_password(password)
    end_sessions(user, but=keep)
    audit.record(None, "user.password", by=by, subject=user)


def open_session(user: User, *, address: str, browser: str) -> str:
    """Sign a device in; the token for its cookie."""
    return add_session(user, address=address, browser=browser)[1]


def add_session(user: User, *, address: str, browser: str, is_program: bool = False) -> tuple[LoginSession, str]:
    token = new_token()
    moment = now()
    session = LoginSession(
        user_id=user.id,
        token_hash=token_hash(token),
        address=address[:64],
        browser=browser[:200],
        created_at=moment,
        last_seen_at=moment,
        is_program=is_program,
    )
    db.session.add(session)
    audit.record(None, "session.open", by=user, subject=user, payload={"address": address[:64]})
    return session, token


def refuse_sign_in(user: User | None, *, address: str) -> None:
    """Log a failed sign-in. What was typed is not kept: people type their password into the wrong field."""
    payload = {"address": address[:64], "known": user is not None}
    audit.record(None, "session.refuse", by=None, subject=user, payload=payload)


def end_session(session: LoginSession, *, by: User) -> None:
    session.revoked_at = now()
    audit.record(None, "session.end", by=by, subject=session)


def end_other_sessions(session: LoginSession, *, by: User) -> None:
    end_sessions(by, but=session)
    audit.record(None, "session.end_others", by=by, subject=by)


def end_sessions(user: User, *, but: LoginSession | None = None) -> None:
    ending = update(LoginSession).where(LoginSession.user_id == user.id, LoginSession.revoked_at.is_(None))
    if but is not None:
        ending = ending.where(LoginSession.id != but.id)
    db.session.execute(ending.values(revoked_at=now()))


def create_token(
    user: User, name: str, scopes: Iterable[Scope] = RESULTS, expires_at: datetime | None = None
) -> tuple[PersonalToken, str]:
    """A token for scripts and its text, which cannot be shown again."""
    text = new_token(TOKEN_PREFIX)
    token = PersonalToken(
        user_id=user.id,
        name=name.strip(),
        token_hash=token_hash(text),
        hint=text[-4:],
        scopes=" ".join(scopes),
        created_at=now(),
        expires_at=expires_at,
    )
    db.session.add(token)
    db.session.flush()
    audit.record(None, "token.create", by=user, subject=token, payload={"name": token.name, "scopes": token.scopes})
    return token, text


def revoke_token(token: PersonalToken, *, by: User) -> None:
    token.revoked_at = now()
    audit.record(None, "token.revoke", by=by, subject=token, payload={"name": token.name})


def _revoke_tokens(user: User) -> None:
    db.session.execute(
        update(PersonalToken)
        .where(PersonalToken.user_id == user.id, PersonalToken.revoked_at.is_(None))
        .values(revoked_at=now())
    )
