from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..assets import FileKey
from ..database import Enumerated, UtcDateTime
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


class ScanState(StrEnum):
    """Waiting for the worker, read and waiting for a person, refused with a reason, saved, or put away."""

    WAITING = "waiting"
    READ = "read"
    REFUSED = "refused"
    SAVED = "saved"
    DISCARDED = "discarded"


class PaperScan(Model):
    """A photo of a page that came back. `file` is what was sent, `photo` a picture made anew from it, `flat` the page
    alone; `rows` what the reader made of it. `digest` tells a file that comes twice.

    Of a sheet that Laurel did not print, a person has said which group and activity it is of.
    """

    __tablename__ = "paper_scans"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("paper_sheets.id", ondelete="SET NULL"), index=True)
    page: Mapped[int | None]
    group_id: Mapped[int | None]
    activity_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[ScanState] = mapped_column(Enumerated(ScanState))
    reason: Mapped[str] = mapped_column(String(40), default="")
    file: Mapped[str] = mapped_column(FileKey(32), default="")
    photo: Mapped[str] = mapped_column(FileKey(32), default="")
    flat: Mapped[str] = mapped_column(FileKey(32), default="")
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    sent_by_name: Mapped[str] = mapped_column(String(120))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_name: Mapped[str] = mapped_column(String(120), default="")

    event: Mapped[Event] = relationship()
    sheet: Mapped[PaperSheet | None] = relationship()

    @property
    def subject(self) -> tuple[int, int] | None:
        """The group and the activity that it shows."""
        if self.sheet is not None:
            return self.sheet.group_id, self.sheet.activity_id
        return (self.group_id, self.activity_id) if self.group_id and self.activity_id else None

    @property
    def is_foreign(self) -> bool:
        return self.sheet is None and self.activity_id is not None


class PaperEvidence(Model):
    """Which row of which scan a value was read from, as somebody accepted it. `version` is the record's afterwards."""

    __tablename__ = "paper_evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    scan_id: Mapped[int] = mapped_column(ForeignKey("paper_scans.id", ondelete="CASCADE"), index=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id", ondelete="CASCADE"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), index=True)
    row: Mapped[int]
    version: Mapped[int]

    scan: Mapped[PaperScan] = relationship()
