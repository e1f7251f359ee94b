from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ...assets import FileKey
from ...database import UtcDateTime
from ...extensions import Model
from .contents import Content


class Screen(Model):
    """A browser in the hall, known by the token in its cookie, or an overlay for a stream, by the one in its address.

    The token is kept as its hash; without the row it opens nothing.
    """

    __tablename__ = "screens"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    is_overlay: Mapped[bool]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    theme: Mapped[str] = mapped_column(String(10), default="dark")
    shows: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def content(self) -> Content:
        return Content.of(self.shows)


class Scene(Model):
    """What each screen of an event shows, by its id, to be called up for all of them at once."""

    __tablename__ = "scenes"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    shows: Mapped[dict[str, Any]] = mapped_column(JSON)


class SponsorImage(Model):
    """A picture that screens show, made anew when it came in."""

    __tablename__ = "sponsor_images"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    file: Mapped[str] = mapped_column(FileKey(80))
