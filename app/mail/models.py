from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Enumerated, UtcDateTime
from ..extensions import Model


class MailState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


class Trouble(StrEnum):
    """Why a mail has not left; `error` holds what the other side said."""

    NO_SERVER = "no_server"
    UNREACHABLE = "unreachable"
    BAD_LOGIN = "bad_login"
    BUSY = "busy"
    REFUSED = "refused"
    TOO_LATE = "too_late"
    BROKEN = "broken"


class Mail(Model):
    """A message in the outbox. Its words come from a template, the values in them are encrypted, as links in mails
    open what passwords open; they are gone once the mail has left or has failed.

    `leased_until` is set while somebody talks to the mail server, so that nobody else sends the same meanwhile.
    """

    __tablename__ = "mails"

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(String(254), index=True)
    language: Mapped[str] = mapped_column(String(5))
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    arguments: Mapped[str | None] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(String(120))
    state: Mapped[MailState] = mapped_column(Enumerated(MailState), default=MailState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[Trouble | None] = mapped_column(Enumerated(Trouble))
    error: Mapped[str | None] = mapped_column(Text)
    caused_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
