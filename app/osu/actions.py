"""Taking in reports. Commits nothing."""

from __future__ import annotations

import hmac
import uuid
from dataclasses import asdict
from decimal import Decimal
from hashlib import sha256
from typing import Any

from flask import current_app
from sqlalchemy import select

from .. import assets, audit
from ..accounts.identities.models import Identity, Provider
from ..accounts.models import User
from ..accounts.people.personal import Rows, row_of, source
from ..database import now
from ..extensions import db
from ..jobs import enqueue
from . import reports
from .jobs import enrich_submission
from .models import LostPlay, LostReplay, Submission, SubmissionState
from .reports import BadReport, Play

MICRO = Decimal("0.000001")


def is_signed(data: bytes, signature: str) -> bool:
    """Whether whoever holds the installation's key signed these very bytes. Without a key, nobody did."""
    key: str = current_app.config["SETTINGS"].hmac_secret_key
    if not key:
        return False
    expected = hmac.new(key.encode(), data, sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))


def submit(user: User, data: bytes) -> Submission:
    """Of a report as it came. Raises BadReport. The name on it is the account's, so it must be the report's too."""
    report = reports.read(data)
    identity = db.session.scalar(select(Identity).where(Identity.user_id == user.id, Identity.provider == Provider.OSU))
    if identity is None:
        raise BadReport("This account is not tied to an osu! account.")
    said = report.said_name.strip().casefold()
    if said and said not in {identity.username.casefold(), identity.subject}:
        raise BadReport(f"The report is of {report.said_name}, and this account is {identity.username}.")
    figures = report.figures
    made = Submission(
        number=str(uuid.uuid4()),
        user_id=user.id,
        made_at=now(),
        scanned_at=report.made_at,
        state=SubmissionState.CLAIMED,
        current_pp=figures.current_pp.quantize(MICRO),
        potential_pp=figures.potential_pp.quantize(MICRO),
        delta_pp=figures.delta_pp.quantize(MICRO),
        current_acc=report.current_acc.quantize(MICRO),
        potential_acc=figures.potential_acc.quantize(MICRO),
        weighted_current=figures.weighted_current,
        weighted_potential=figures.weighted_potential,
        lost_count=len(report.shown) or report.lost_found,
        lost=[play_json(play) for play in report.shown or report.lost],
        top=[play_json(play) for play in reports.merged(report.top, report.lost)],
        report=assets.put(data),
    )
    db.session.add(made)
    db.session.flush()
    ids = {play["beatmap_id"] for play in made.lost if play["beatmap_id"]}
    db.session.add_all(LostPlay(submission_id=made.id, beatmap_id=one) for one in sorted(ids))
    payload = {"delta": str(figures.delta_pp), "lost": made.lost_count}
    audit.record(None, "lost_scores.submit", by=user, subject=made, payload=payload)
    enqueue(enrich_submission, made.id)
    return made


def play_json(play: Play) -> dict[str, Any]:
    told = asdict(play)
    return {**told, "mods": list(play.mods), "pp": str(play.pp), "accuracy": str(play.accuracy)}


def judge(submission: Submission, state: SubmissionState, reason: str, *, by: User) -> None:
    """What a moderator says of a report."""
    submission.state, submission.reason = state, reason
    payload = {"state": state.value, "reason": reason, "player": submission.user.username}
    audit.record(None, "lost_scores.judge", by=by, subject=submission, payload=payload)


def delete(submission: Submission, *, by: User) -> None:
    """What somebody sent, taken back."""
    audit.record(None, "lost_scores.delete", by=by, subject=submission, payload={"delta": str(submission.delta_pp)})
    assets.delete_after_commit(submission.report)
    for replay in db.session.scalars(select(LostReplay).where(LostReplay.submission_id == submission.id)):
        assets.delete_after_commit(replay.file)
    db.session.delete(submission)
    db.session.flush()


# What is held of somebody -------------------------------------------------------------------------------------------


@source("lost_scores")
def _lost_scores(user: User) -> Rows:
    """Reports and the replays that came with them, by name."""
    wanted = select(Submission).where(Submission.user_id == user.id).order_by(Submission.id)
    shown = "number", "made_at", "scanned_at", "state", "reason", "current_pp", "potential_pp", "delta_pp", "lost"
    for one in db.session.scalars(wanted):
        replays = db.session.scalars(select(LostReplay.name).where(LostReplay.submission_id == one.id))
        yield {**row_of(one, *shown), "replays": list(replays)}
