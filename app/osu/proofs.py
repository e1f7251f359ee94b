"""Replays that are to prove a report, play by play. Commits nothing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select

from .. import assets, audit
from ..accounts.identities.models import Identity
from ..accounts.models import User
from ..database import locked, now
from ..extensions import db
from ..jobs import enqueue
from . import beatmap_files
from .models import LostReplay, LostReplayState, Submission, SubmissionState
from .replays import Verdict

MOST = 500
"""How many a report may have."""
MICRO = Decimal("0.000001")


class TooMany(ValueError):
    pass


def add(submission: Submission, files: Sequence[tuple[str, bytes]], *, by: User) -> int:
    """Replays, and maps' files beside them, by their names. How many replays wait now. Raises TooMany."""
    from .jobs import verify_replay

    known = db.session.scalars(select(LostReplay.name).where(LostReplay.submission_id == submission.id)).all()
    for name, data in files:
        if name.casefold().endswith(".osu"):
            beatmap_files.keep(data)
    replays = [(name, data) for name, data in files if not name.casefold().endswith(".osu")]
    if len(known) + len(replays) > MOST:
        raise TooMany
    taken = set(known)
    for name, data in replays:
        free = _free_name(name, taken)
        taken.add(free)
        made = LostReplay(submission_id=submission.id, name=free, file=assets.put(data), made_at=now())
        made.state = LostReplayState.WAITING
        db.session.add(made)
        db.session.flush()
        enqueue(verify_replay, made.id)
    audit.record(None, "lost_scores.prove", by=by, subject=submission, payload={"replays": len(replays)})
    return len(replays)


def _free_name(name: str, taken: set[str]) -> str:
    plain = "".join(one if one.isalnum() or one in " ._-[]()" else "_" for one in name)[-150:].strip() or "replay.osr"
    free, number = plain, 1
    while free in taken:
        number += 1
        free = f"{number} {plain}"
    return free


def names_of(identity: Identity | None) -> list[str]:
    return [identity.username] if identity is not None else []


def settle(replay_id: int, found: Verdict, pp: Decimal | None) -> None:
    """Write the verdict, and call a report verified once every one of its plays is."""
    replay = db.session.get(LostReplay, replay_id)
    if replay is None or replay.state is not LostReplayState.WAITING:
        return
    submission = locked(Submission, replay.submission_id)
    replay.state, replay.reason, replay.position = found.state, found.reason, found.position
    replay.pp = pp.quantize(MICRO) if pp is not None else None
    db.session.flush()
    if submission.state is SubmissionState.CLAIMED and proven(submission) >= set(range(len(submission.lost))):
        submission.state = SubmissionState.VERIFIED
    db.session.flush()


def proven(submission: Submission) -> set[int]:
    """Which of its lost plays a replay has proven."""
    wanted = select(LostReplay.position).where(
        LostReplay.submission_id == submission.id, LostReplay.state == LostReplayState.VERIFIED
    )
    return {position for position in db.session.scalars(wanted) if position is not None}


def replays_of(submission: Submission) -> Sequence[LostReplay]:
    wanted = select(LostReplay).where(LostReplay.submission_id == submission.id)
    return db.session.scalars(wanted.order_by(LostReplay.id)).all()
