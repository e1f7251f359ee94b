from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..assets import FileKey
from ..database import Enumerated, ExactDecimal, UtcDateTime
from ..extensions import Model


class Beatmap(Model):
    """A map as osu! described it last. `id` is osu!'s own; `md5` is of the newest version of its file."""

    __tablename__ = "osu_beatmaps"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    beatmapset_id: Mapped[int]
    md5: Mapped[str | None] = mapped_column(String(32), unique=True)
    status: Mapped[int]
    """As osu! counts them: -2 graveyard, 1 ranked, 2 approved, 3 qualified, 4 loved."""
    mode: Mapped[str] = mapped_column(String(10))
    artist: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200))
    creator: Mapped[str] = mapped_column(String(60))
    version: Mapped[str] = mapped_column(String(120))
    stars: Mapped[Decimal] = mapped_column(ExactDecimal)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    """`cs`, `ar`, `od`, `hp`, `bpm`, `length` in seconds, `circles`, `sliders`, `spinners`, `max_combo`."""
    with_mods: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """`stars`, and the `pp` of a perfect play, by mods as `difficulty.MODS` names them; once worked out."""
    fetched_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def hit_objects(self) -> int:
        return sum(self.figures.get(name) or 0 for name in ("circles", "sliders", "spinners"))


class MissingBeatmap(Model):
    """osu! said that it has no map with this file."""

    __tablename__ = "osu_missing_beatmaps"

    md5: Mapped[str] = mapped_column(String(32), primary_key=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class BeatmapFile(Model):
    """A map's own file, as it was played: kept under the md5 that replays name it by."""

    __tablename__ = "osu_beatmap_files"

    md5: Mapped[str] = mapped_column(String(32), primary_key=True)
    file: Mapped[str] = mapped_column(FileKey(80))


COVERS = "https://assets.ppy.sh"
"""Where osu! has the pictures of its maps."""


class SubmissionState(StrEnum):
    """What is known of a report: only said so, proven by its replays, or found to be wrong."""

    CLAIMED = "claimed"
    VERIFIED = "verified"
    REJECTED = "rejected"


class Submission(Model):
    """A report that added up. `lost` are its lost plays and `top` what would count, as `play_json` writes them.

    `number` is what other programs know it by.
    """

    __tablename__ = "lost_score_submissions"
    __table_args__ = (Index("ix_lost_score_submissions_user_id_made_at", "user_id", "made_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(36), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    scanned_at: Mapped[str] = mapped_column(String(40))
    state: Mapped[SubmissionState] = mapped_column(Enumerated(SubmissionState), default=SubmissionState.CLAIMED)
    reason: Mapped[str] = mapped_column(String(300), default="")
    current_pp: Mapped[Decimal] = mapped_column(ExactDecimal)
    potential_pp: Mapped[Decimal] = mapped_column(ExactDecimal)
    delta_pp: Mapped[Decimal] = mapped_column(ExactDecimal, index=True)
    current_acc: Mapped[Decimal] = mapped_column(ExactDecimal)
    potential_acc: Mapped[Decimal] = mapped_column(ExactDecimal)
    weighted_current: Mapped[Decimal] = mapped_column(ExactDecimal)
    weighted_potential: Mapped[Decimal] = mapped_column(ExactDecimal)
    lost_count: Mapped[int]
    lost: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    top: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    report: Mapped[str] = mapped_column(FileKey(80))

    user: Mapped[User] = relationship()


class LostPlay(Model):
    """A submission has a lost play on this map."""

    __tablename__ = "lost_plays"

    submission_id: Mapped[int] = mapped_column(
        ForeignKey("lost_score_submissions.id", ondelete="CASCADE"), primary_key=True
    )
    beatmap_id: Mapped[int] = mapped_column(primary_key=True, index=True)


class LostReplayState(StrEnum):
    """Of one uploaded replay, beside the play that the report claims."""

    WAITING = "waiting"
    VERIFIED = "verified"
    UNPROVEN = "unproven"
    REJECTED = "rejected"


class LostReplay(Model):
    """A replay that is to prove one of a submission's plays. `position` is which, once that is known."""

    __tablename__ = "lost_score_replays"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("lost_score_submissions.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    file: Mapped[str] = mapped_column(FileKey(80))
    state: Mapped[LostReplayState] = mapped_column(Enumerated(LostReplayState), default=LostReplayState.WAITING)
    reason: Mapped[str] = mapped_column(String(300), default="")
    position: Mapped[int | None]
    pp: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    submission: Mapped[Submission] = relationship()
