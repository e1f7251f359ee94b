from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from flask_login import UserMixin
from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..assets import FileKey
from ..database import Enumerated, UtcDateTime
from ..extensions import Model


class Role(StrEnum):
    """What a person may do in this installation; each includes what stands below it."""

    PLAYER = "player"
    EVALUATOR = "evaluator"
    ADMIN = "admin"
    SUPER_ADMIN = "super_admin"

    def includes(self, other: Role) -> bool:
        ladder = list(Role)
        return ladder.index(self) >= ladder.index(other)


class Audience(StrEnum):
    """Who may see somebody's profile, their picture included."""

    EVERYONE = "everyone"
    SIGNED_IN = "signed_in"
    ONLY_ME = "only_me"


class User(UserMixin, Model):  # type: ignore[misc]
    """A person with an account. `email` and `username` are kept case-folded, so that they are compared without case.

    Who came in through another service may have no address and no password. A shared one stands for a team that signs
    in with a code: it has neither, and nothing of its own to change.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    username: Mapped[str] = mapped_column(String(32), unique=True, index=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(Enumerated(Role))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    nickname: Mapped[str] = mapped_column(String(60), default="")
    """What public lists call them; empty for their name."""
    bio: Mapped[str] = mapped_column(String(500), default="")
    avatar: Mapped[str | None] = mapped_column(String(32), unique=True, index=True)
    """What stands in the address of their picture; see `avatars`."""
    visible_to: Mapped[Audience] = mapped_column(Enumerated(Audience), default=Audience.SIGNED_IN)
    language: Mapped[str] = mapped_column(String(8), default="")
    theme: Mapped[str] = mapped_column(String(8), default="")
    """Both as chosen last, on whichever device; empty for never."""

    @property
    def is_active(self) -> bool:
        return self.active

    @property
    def is_evaluator(self) -> bool:
        return self.role.includes(Role.EVALUATOR)

    @property
    def is_admin(self) -> bool:
        return self.role.includes(Role.ADMIN)

    @property
    def is_super_admin(self) -> bool:
        return self.role is Role.SUPER_ADMIN


class FormerUsername(Model):
    """A username that somebody had before: addresses with it lead to who has it now, or else to them."""

    __tablename__ = "former_usernames"

    username: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    given_up_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AvatarFile(Model):
    """One size of somebody's picture, in pixels a side, and the file that it is kept in."""

    __tablename__ = "avatar_files"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    size: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(FileKey(32))


class Scope(StrEnum):
    """What a personal token may be used for, as far as its owner may. ACCOUNT is for who signed in with a password."""

    RESULTS_READ = "results:read"
    RESULTS_WRITE = "results:write"
    PROFILE_READ = "profile:read"
    USAGE_WRITE = "usage:write"
    ACCOUNT = "account"


class LoginSession(Model):
    """One signed-in device. A browser's cookie holds a random token; here is only its hash.

    A program that signed in over JSON has one too: what it holds are access tokens and a chain of refresh tokens.
    """

    __tablename__ = "login_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    address: Mapped[str] = mapped_column(String(64))
    browser: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_program: Mapped[bool] = mapped_column(default=False)

    user: Mapped[User] = relationship()


class RefreshToken(Model):
    """One link of a program's chain. It is used once, for the next; here is only its hash."""

    __tablename__ = "refresh_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("login_sessions.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    session: Mapped[LoginSession] = relationship()


class SecondStep(Model):
    """The secret that a person's app makes codes from, encrypted. Asked for once a first code has confirmed it."""

    __tablename__ = "second_steps"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(255))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int] = mapped_column(BigInteger)
    """The half minute, counted from 1970, of the last code that was used: none is taken twice."""


class RecoveryCode(Model):
    """Stands in for the app once; here is only its hash."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PersonalToken(Model):
    """A key for scripts, acting as its owner. Shown once when made; here is only its hash."""

    __tablename__ = "personal_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(12))
    scopes: Mapped[str] = mapped_column(String(200))
    """With spaces between them."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship()
