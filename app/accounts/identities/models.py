from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...database import Enumerated, UtcDateTime
from ...extensions import Model
from ..models import User

TOKENS = "tokens of other services"
"""What they are encrypted for."""


class Provider(StrEnum):
    """Another service that vouches for who somebody is."""

    OSU = "osu"
    GITHUB = "github"


class Identity(Model):
    """Who somebody is at another service: a way in to their account, and what that service said of them.

    `subject` is their id there, which stays when they change their name. The tokens are encrypted, and go with a
    service whose tokens Laurel does not use.
    """

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("provider", "subject"), UniqueConstraint("user_id", "provider"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    provider: Mapped[Provider] = mapped_column(Enumerated(Provider))
    subject: Mapped[str] = mapped_column(String(64))
    username: Mapped[str] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(2), default="")
    avatar_url: Mapped[str] = mapped_column(String(500), default="")
    picture: Mapped[str | None] = mapped_column(String(32))
    """What `User.avatar` was when it was last taken from there. When it is another now, it is their own choice."""
    hue: Mapped[int | None] = mapped_column()
    """Of their profile, in HSL degrees."""
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What osu! said of their play, as `services.Figures` has it, and when."""
    figures_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    access_token: Mapped[str | None] = mapped_column(Text)
    refresh_token: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refreshed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refreshing_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Until then somebody is exchanging the refresh token, which works once."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_in_at: Mapped[datetime] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship()


class UsedState(Model):
    """The trip to another service that ended with this number may not end a second time. Kept while it could."""

    __tablename__ = "used_states"

    number: Mapped[str] = mapped_column(String(43), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
