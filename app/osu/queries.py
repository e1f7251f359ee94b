from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from ..accounts import usernames
from ..accounts.identities.models import Identity, Provider
from ..accounts.models import User
from ..extensions import db
from .models import Beatmap, LostPlay, LostReplay, Submission, SubmissionState

HALL = 100


@dataclass(frozen=True)
class Entry:
    """A submission with whose it is: their account, and who they are at osu!."""

    submission: Submission
    user: User
    osu: Identity

    @property
    def name(self) -> str:
        return self.osu.username

    @property
    def osu_user_id(self) -> int:
        return int(self.osu.subject)


def _entries() -> Select[Submission, User, Identity]:
    at_osu = (Identity.user_id == User.id) & (Identity.provider == Provider.OSU)
    return (
        select(Submission, User, Identity)
        .join(User, User.id == Submission.user_id)
        .join(Identity, at_osu)
        .where(User.active, Submission.state != SubmissionState.REJECTED)
    )


def hall_of_fame(sought: str = "", country: str = "", *, verified: bool = False, most: int = HALL) -> list[Entry]:
    """The newest submission of each player, by what they would gain."""
    newest = (
        select(func.max(Submission.made_at).label("made_at"), Submission.user_id)
        .where(Submission.state != SubmissionState.REJECTED)
        .group_by(Submission.user_id)
        .subquery()
    )
    wanted = (
        _entries()
        .join(newest, (newest.c.user_id == Submission.user_id) & (newest.c.made_at == Submission.made_at))
        .order_by(Submission.delta_pp.desc(), Submission.made_at, Submission.id)
        .limit(most)
    )
    if sought:
        wanted = wanted.where(Identity.username.icontains(sought, autoescape=True))
    if country:
        wanted = wanted.where(Identity.country == country.upper())
    if verified:
        wanted = wanted.where(Submission.state == SubmissionState.VERIFIED)
    return [Entry(*row) for row in db.session.execute(wanted)]


def countries() -> list[str]:
    rows = db.session.scalars(
        select(Identity.country)
        .join(Submission, Submission.user_id == Identity.user_id)
        .where(Identity.provider == Provider.OSU, Identity.country != "")
        .distinct()
    )
    return sorted(rows)


def newest_submissions(most: int) -> list[Entry]:
    wanted = _entries().order_by(Submission.made_at.desc(), Submission.id).limit(most)
    return [Entry(*row) for row in db.session.execute(wanted)]


def submission_of(name: str) -> Entry | None:
    """The newest of a player, by their name at osu!, their id there, or their username here."""
    plain = name.strip()
    wanted = (
        _entries()
        .where(
            (func.lower(Identity.username) == plain.casefold())
            | (Identity.subject == plain)
            | (User.username == usernames.fold(plain))
        )
        .order_by(Submission.made_at.desc())
        .limit(1)
    )
    row = db.session.execute(wanted).first()
    return Entry(*row) if row else None


def newest_of(user: User) -> Submission | None:
    wanted = select(Submission).where(Submission.user_id == user.id, Submission.state != SubmissionState.REJECTED)
    return db.session.scalar(wanted.order_by(Submission.made_at.desc()).limit(1))


def lost_on(beatmap_id: int) -> list[tuple[Entry, dict[str, Any]]]:
    """Whose newest report has a lost play on this map, with that play; the most pp first."""
    wanted = _entries().join(LostPlay, LostPlay.submission_id == Submission.id)
    rows = db.session.execute(wanted.where(LostPlay.beatmap_id == beatmap_id).order_by(Submission.made_at.desc()))
    found: dict[int, tuple[Entry, dict[str, Any]]] = {}
    for row in rows:
        entry = Entry(*row)
        play = next(play for play in entry.submission.lost if play["beatmap_id"] == beatmap_id)
        found.setdefault(entry.user.id, (entry, play))
    return sorted(found.values(), key=lambda each: -float(each[1]["pp"]))


def waiting_for_a_moderator(most: int = 100) -> list[Entry]:
    """What is only claimed, the largest gain first."""
    wanted = _entries().where(Submission.state == SubmissionState.CLAIMED)
    wanted = wanted.order_by(Submission.delta_pp.desc()).limit(most)
    return [Entry(*row) for row in db.session.execute(wanted)]


def submission_with(submission_id: int) -> Submission | None:
    return db.session.get(Submission, submission_id, options=[joinedload(Submission.user)])


def beatmapset_ids(plays: Sequence[dict[str, Any]]) -> dict[int, int]:
    """Of the maps that are known, by the map's id."""
    return {one: known.beatmapset_id for one, known in beatmaps({play["beatmap_id"] for play in plays}).items()}


def beatmaps(ids: Collection[int | None]) -> dict[int, Beatmap]:
    wanted = [one for one in ids if one]
    if not wanted:
        return {}
    return {row.id: row for row in db.session.scalars(select(Beatmap).where(Beatmap.id.in_(wanted)))}


def replay(number: str, name: str) -> LostReplay | None:
    return db.session.scalar(
        select(LostReplay)
        .join(LostReplay.submission)
        .options(contains_eager(LostReplay.submission))
        .where(Submission.number == number, LostReplay.name == name)
        .limit(1)
    )
