from __future__ import annotations

from .. import jobs
from ..accounts.identities import failures
from ..extensions import db
from . import beatmaps
from .models import Submission


@jobs.job
def enrich_submission(submission_id: int) -> None:
    """Ask osu! for the maps of a report, so that its page has their covers. Without osu! it does without."""
    submission = db.session.get(Submission, submission_id)
    if submission is None:
        return
    ids = {play["beatmap_id"] for play in (*submission.lost, *submission.top) if play["beatmap_id"]}
    try:
        beatmaps.enrich(ids)
    except failures.NotLinked:
        return


@jobs.chore
def forget_missing_beatmaps() -> int:
    return beatmaps.forget_missing()
