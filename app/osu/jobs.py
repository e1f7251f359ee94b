from __future__ import annotations

import structlog

from .. import assets, jobs
from ..accounts.identities import failures
from ..accounts.identities.models import Identity, Provider
from ..accounts.identities.queries import identity_at
from ..database import begin_writing
from ..extensions import db
from . import beatmap_files, beatmaps, proofs, replays
from .models import Beatmap, LostReplay, LostReplayState, Submission

log = structlog.get_logger()


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


@jobs.job
def verify_replay(replay_id: int) -> None:
    """One bad file says what is wrong with it, and stops no other."""
    waiting = db.session.get(LostReplay, replay_id)
    if waiting is None or waiting.state is not LostReplayState.WAITING:
        return
    submission = waiting.submission
    identity: Identity | None = identity_at(Provider.OSU, submission.user)
    names, plays, data = proofs.names_of(identity), submission.lost, assets.read(waiting.file)
    # Reading takes seconds, and the map may be asked for: nobody waits for that with a lock.
    db.session.rollback()
    try:
        replay = replays.read(data)
        beatmap = beatmap_files.of(replay.md5, next((play for play in plays if play["md5"] == replay.md5), None))
        replay = replays.read(data, beatmap) if beatmap else replay
        found, pp = replays.verdict(replay, plays, names), replay.pp
    except replays.BadReplay as problem:
        found, pp = replays.Verdict(LostReplayState.REJECTED, str(problem)), None
    begin_writing()
    proofs.settle(replay_id, found, pp)


@jobs.job
def work_out_beatmap(beatmap_id: int) -> None:
    """How hard a map is with each set of mods. Without its file that is not known, and may be asked for again."""
    beatmap = db.session.get(Beatmap, beatmap_id)
    if beatmap is None or beatmap.md5 is None or beatmap.with_mods is not None:
        return
    data = beatmap_files.of(beatmap.md5, {"beatmap_id": beatmap_id})
    db.session.rollback()
    try:
        found = replays.difficulties(data) if data else None
    except replays.BadReplay:
        found = None
    begin_writing()
    db.session.get_one(Beatmap, beatmap_id).with_mods = found


@jobs.chore
def forget_missing_beatmaps() -> int:
    return beatmaps.forget_missing()
