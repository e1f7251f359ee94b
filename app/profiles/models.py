from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..database import Enumerated, UtcDateTime
from ..events.models import Participant
from ..extensions import Model


class How(StrEnum):
    """By what it is known that a participant is this player; never by a name alone."""

    INVITATION = "invitation"
    OSU = "osu"
    ADMIN = "admin"
    CODE = "code"


class Tie(Model):
    """This participant is this player. A participant is one player at most; a player is many participants."""

    __tablename__ = "player_ties"

    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    how: Mapped[How] = mapped_column(Enumerated(How))
    tied_at: Mapped[datetime] = mapped_column(UtcDateTime)

    participant: Mapped[Participant] = relationship()
    user: Mapped[User] = relationship()


class InvitedPlayer(Model):
    """Whoever takes this invitation up is this participant."""

    __tablename__ = "invited_players"

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitations.id", ondelete="CASCADE"), primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), index=True)
