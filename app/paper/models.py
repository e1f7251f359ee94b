from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UtcDateTime
from ..events.models import Activity, Event, Group
from ..extensions import Model


class PaperSheet(Model):
    """A sheet that was printed, with where everything is on it. A later one of the same group and activity has the next
    version, so that an older one is known when it comes back.
    """

    __tablename__ = "paper_sheets"
    __table_args__ = (UniqueConstraint("group_id", "activity_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    layout: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    event: Mapped[Event] = relationship()
    group: Mapped[Group] = relationship()
    activity: Mapped[Activity] = relationship()
