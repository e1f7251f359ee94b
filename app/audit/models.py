from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..database import UtcDateTime
from ..extensions import Model

GENESIS = "0" * 64


class Chained:
    """A row that holds the head of an audit chain, and is locked by whoever appends to it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_head: Mapped[str] = mapped_column(String(64), default=GENESIS)
    audit_length: Mapped[int] = mapped_column(default=0)


class Installation(Chained, Model):
    """The one row that stands for this installation. Made by the first migration."""

    __tablename__ = "installation"


class AuditEntry(Model):
    """One thing that somebody did. `event_id` is no foreign key: the log outlives what it tells of."""

    __tablename__ = "audit_entries"
    __table_args__ = (UniqueConstraint("event_id", "sequence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int | None] = mapped_column(index=True)
    sequence: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(60), index=True)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None]
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    payload_hash: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
