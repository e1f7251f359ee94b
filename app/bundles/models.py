from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..assets import FileKey
from ..database import UtcDateTime
from ..events.models import Event
from ..extensions import Model
from ..jobs.models import Job


class BundleImport(Model):
    """A whole event on its way in from a file: looked through, then made as a whole by a job, or never.

    `holds` is what was found in it, for people to look at. `logs` names the file with the logs of where the event
    comes from, which stays with the event.
    """

    __tablename__ = "bundle_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    filename: Mapped[str] = mapped_column(String(200))
    file: Mapped[str] = mapped_column(FileKey(80))
    holds: Mapped[dict[str, Any]] = mapped_column(JSON)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"))
    refused: Mapped[bool] = mapped_column(default=False)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    logs: Mapped[str] = mapped_column(FileKey(80), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    job: Mapped[Job | None] = relationship()
    event: Mapped[Event | None] = relationship()
