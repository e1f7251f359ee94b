from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...assets import FileKey
from ...database import UtcDateTime
from ...events.models import Activity, Participant
from ...extensions import Model


class Flag(Model):
    """Somebody says that a result is wrong, or missing. Open until it is answered; `photo` is the key of a file."""

    __tablename__ = "flags"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id", ondelete="CASCADE"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    photo: Mapped[str | None] = mapped_column(FileKey(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    by_name: Mapped[str] = mapped_column(String(120))
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None]
    answered_by_name: Mapped[str] = mapped_column(String(120), default="")

    activity: Mapped[Activity] = relationship()
    participant: Mapped[Participant] = relationship()

    @property
    def is_open(self) -> bool:
        return self.answered_at is None
