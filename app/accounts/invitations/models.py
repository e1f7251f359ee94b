from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...database import Enumerated, UtcDateTime, now
from ...extensions import Model
from ...mail.models import Mail
from ..models import Role, User


class Standing(StrEnum):
    """What has become of an invitation."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Invitation(Model):
    """To one person by mail, or by a link to as many as `most`. Its token is known only to whom it was given.

    Nobody's own (`invited_by_id` empty) is the one that the settings ask for.
    """

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(Enumerated(Role))
    language: Mapped[str] = mapped_column(String(5))
    place: Mapped[dict[str, str]] = mapped_column(JSON)
    """Words for what it leads to: `event` and `group`, where it is to one."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    most: Mapped[int] = mapped_column(default=1)
    taken: Mapped[int] = mapped_column(default=0)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mails.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    invited_by: Mapped[User | None] = relationship()
    mail: Mapped[Mail | None] = relationship()
    acceptances: Mapped[list[Acceptance]] = relationship(order_by="Acceptance.id")

    @property
    def standing(self) -> Standing:
        if self.taken >= self.most:
            return Standing.ACCEPTED
        if self.revoked_at is not None:
            return Standing.REVOKED
        return Standing.OPEN if self.expires_at > now() else Standing.EXPIRED

    @property
    def is_link(self) -> bool:
        return self.email is None


class Acceptance(Model):
    """Somebody took an invitation up; `user_id` is empty once their account is gone."""

    __tablename__ = "acceptances"

    id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitations.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    user: Mapped[User | None] = relationship()
