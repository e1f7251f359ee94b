from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from redis import RedisError
from sqlalchemy import exists, select

from ...accounts.tokens import token_hash
from ...events.models import Activity, Event, Group, Participant
from ...events.queries import is_staying
from ...extensions import db
from ...scoring.models import Record
from ..standings import Row
from ..whole import OverallRow, TeamRow
from . import pairing
from .contents import WINNERS_PLACES, Content
from .models import Scene, Screen, SponsorImage

NEXT_UP = 12


@dataclass(frozen=True)
class Seen:
    """`is_here` is None while nobody can tell."""

    screen: Screen
    is_here: bool | None


@dataclass(frozen=True)
class Place:
    """A place among the winners with all who share it; nobody is told while it is not announced."""

    number: int
    rows: tuple[Row | OverallRow | TeamRow, ...]
    is_announced: bool


def screen_with(token: str, *, is_overlay: bool) -> Screen | None:
    found = select(Screen).where(Screen.token_hash == token_hash(token), Screen.is_overlay == is_overlay)
    return db.session.scalars(found).one_or_none()


def screens(event: Event) -> list[Seen]:
    rows = db.session.scalars(select(Screen).where(Screen.event_id == event.id).order_by(Screen.name, Screen.id)).all()
    try:
        here = pairing.seen([screen.id for screen in rows])
    except RedisError:
        return [Seen(screen, None) for screen in rows]
    return [Seen(screen, screen.id in here) for screen in rows]


def scenes(event: Event) -> Sequence[Scene]:
    return db.session.scalars(select(Scene).where(Scene.event_id == event.id).order_by(Scene.name, Scene.id)).all()


def images(event_id: int) -> Sequence[SponsorImage]:
    found = select(SponsorImage).where(SponsorImage.event_id == event_id).order_by(SponsorImage.id)
    return db.session.scalars(found).all()


def image(key: str) -> SponsorImage | None:
    return db.session.scalars(select(SponsorImage).where(SponsorImage.file == key)).one_or_none()


def winners(rows: Sequence[Row | OverallRow | TeamRow], content: Content) -> list[Place]:
    """The first three places of the rows of a board, best first."""
    numbers = sorted({row.place for row in rows if row.place is not None and row.place <= WINNERS_PLACES})
    return [
        Place(number, tuple(row for row in rows if row.place == number), number >= content.down_to)
        for number in numbers
    ]


def next_up(group: Group, activity: Activity) -> list[str]:
    """Who of a group has nothing in an activity yet, in the order of its sheet."""
    done = exists().where(
        Record.participant_id == Participant.id,
        Record.activity_id == activity.id,
        Record.amount.is_not(None) | Record.status.is_not(None),
    )
    people = (
        select(Participant.display_name)
        .where(Participant.group_id == group.id, is_staying(), ~done)
        .order_by(Participant.position, Participant.id)
        .limit(NEXT_UP)
    )
    return list(db.session.scalars(people))
