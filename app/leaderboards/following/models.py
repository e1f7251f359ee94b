from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...accounts.models import User
from ...database import UtcDateTime
from ...events.models import Event, Participant
from ...extensions import Model


class Follow(Model):
    """Somebody wants mail about what changes in a participant's public results.

    `seen` is what they know: a value by the id of its activity. `revision` is the event's when that was last looked
    at, and `changed_at` when something else was first found there: the mail waits a little for what comes after it.
    """

    __tablename__ = "follows"
    __table_args__ = (UniqueConstraint("user_id", "participant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int]
    seen: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship()
    event: Mapped[Event] = relationship()
    participant: Mapped[Participant] = relationship()
