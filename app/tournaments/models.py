from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import Enumerated, ExactDecimal, UtcDateTime
from ..events.models import Activity, Event
from ..extensions import Model
from .seeding import Method


class Tournament(Model):
    """An event that is played in osu!: what its lobbies are checked for, and how it is seeded.

    With `teams`, groups are seeded, each with the sum of its players' scores on a map.
    """

    __tablename__ = "tournaments"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    mode: Mapped[str] = mapped_column(String(10), default="osu")
    least_players: Mapped[int] = mapped_column(default=1)
    method: Mapped[Method] = mapped_column(Enumerated(Method), default=Method.PERCENT_MAX)
    teams: Mapped[bool] = mapped_column(default=False)


class PooledMap(Model):
    """A map of a round's pool. Its scores are records of its activity, like any others. An event with one pool alone
    has one round, which has no name.
    """

    __tablename__ = "pooled_maps"
    __table_args__ = (
        UniqueConstraint("event_id", "round", "slot"),
        UniqueConstraint("event_id", "round", "beatmap_id"),
    )

    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id", ondelete="CASCADE"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    round: Mapped[str] = mapped_column(String(40), default="")
    slot: Mapped[str] = mapped_column(String(12))
    beatmap_id: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(300), default="")
    weight: Mapped[Decimal] = mapped_column(ExactDecimal, default=Decimal(1))
    position: Mapped[int] = mapped_column(default=0)

    activity: Mapped[Activity] = relationship()


class MatchImport(Model):
    """A lobby that was fetched or handed in, as `matches.as_json` writes it; its scores are taken one by one."""

    __tablename__ = "match_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    match_id: Mapped[int | None]
    round: Mapped[str] = mapped_column(String(40), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken: Mapped[list[str]] = mapped_column(JSON, default=list)
    """The rows that were taken, by their keys."""

    event: Mapped[Event] = relationship()
