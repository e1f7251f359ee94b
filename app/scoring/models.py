from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import Enumerated, ExactDecimal, UtcDateTime
from ..events.models import Activity, Participant
from ..extensions import Model
from .values import Status, Value


class Source(StrEnum):
    """The way a value came in."""

    HAND = "hand"
    JSON = "json"
    IMPORT = "import"
    PAPER = "paper"
    CHECK = "check"
    PLAN = "plan"
    DEMO = "demo"
    UNDO = "undo"
    BACK = "back"


def value_of(amount: Decimal | None, status: Status | None, ties: Sequence[str] | None = None) -> Value | None:
    """From the columns of a record or a mark."""
    if amount is None and status is None:
        return None
    return Value(amount, status, tuple(map(Decimal, ties or ())))


class Record(Model):
    """What a participant achieved in an activity. Once made it stays: a cleared one has neither amount nor status.

    `amount` is the total of the marks by the activity's formula, in the activity's unit, times in seconds; `ties` are
    the marks that decide between equal ones, best first, where the activity breaks ties. It is checked while it stands
    as two people have typed it.
    """

    __tablename__ = "records"
    __table_args__ = (UniqueConstraint("activity_id", "participant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id", ondelete="CASCADE"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), index=True)
    amount: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    status: Mapped[Status | None] = mapped_column(Enumerated(Status))
    ties: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    version: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    updated_by_name: Mapped[str] = mapped_column(String(120))
    updated_by_link_id: Mapped[int | None]
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_by_id: Mapped[int | None]
    checked_by_name: Mapped[str] = mapped_column(String(120), default="")

    activity: Mapped[Activity] = relationship(backref="records")
    participant: Mapped[Participant] = relationship(backref="records")
    marks: Mapped[list[Mark]] = relationship(order_by="Mark.position")

    @property
    def value(self) -> Value | None:
        return value_of(self.amount, self.status, self.ties)


class Mark(Model):
    """One written mark of a record: the value itself, an attempt, or a judge's. Positions count from 1."""

    __tablename__ = "marks"

    record_id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    status: Mapped[Status | None] = mapped_column(Enumerated(Status))

    @property
    def value(self) -> Value | None:
        return value_of(self.amount, self.status)


class RecordChange(Model):
    """One change of a record. `old` and `new` list its marks as plain text, None for a mark that is not there.

    `device` is what the browser or script calls itself, empty where a job wrote. `undoes` is the change that this one
    took back.
    """

    __tablename__ = "record_changes"
    __table_args__ = (UniqueConstraint("record_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"))
    version: Mapped[int]
    old: Mapped[list[Any]] = mapped_column(JSON)
    new: Mapped[list[Any]] = mapped_column(JSON)
    source: Mapped[Source] = mapped_column(Enumerated(Source))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    by_name: Mapped[str] = mapped_column(String(120))
    device: Mapped[str] = mapped_column(String(200), default="")
    undoes: Mapped[int | None] = mapped_column(index=True)
