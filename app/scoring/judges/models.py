from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...database import UtcDateTime
from ...events.models import Activity, Event, Group
from ...extensions import Model


class JudgeLink(Model):
    """A private way to one sheet, or without an activity to all sheets of a group; here is only its token's hash.

    It opens nothing once it has expired, is revoked, or while the event takes no scores.
    """

    __tablename__ = "judge_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activities.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_by: Mapped[str] = mapped_column(String(80), default="")

    event: Mapped[Event] = relationship()
    group: Mapped[Group] = relationship()
    activity: Mapped[Activity | None] = relationship()
