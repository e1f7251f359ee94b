"""What a player achieved over all public events, as everybody may see it: through the same standings as the boards, so
that a freeze, a reveal and values that wait to be checked hold here too.

Standings are worked out, not stored. Of each event what its players reached is kept in Redis under its revision and
the freeze in force, so a page costs no standings while nothing changed, and one event's where it did.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import structlog
from flask import current_app
from redis import RedisError
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from ..accounts.models import User
from ..events import freezes
from ..events.kinds import EvaluationType, EventStatus, Visibility
from ..events.models import Event, Group, Participant
from ..extensions import db, redis
from ..leaderboards.queries import event_standings, wholes
from ..leaderboards.standings import StandingsOf
from ..scoring.values import Status, Value
from .models import Tie

log = structlog.get_logger()

KEPT_FOR = 7 * 24 * 3600
SHAPE = 1
"""Raised with every change of what is kept, so that an update reads nothing of before."""


@dataclass(frozen=True)
class Result:
    """`activity` is empty for the event as a whole. `place` is None beside DNF, DNS and DSQ.

    `of` is how many have a place; `category` and its place only where the event has categories.
    """

    activity: str
    place: int | None
    of: int
    category: str = ""
    category_place: int | None = None
    amount: str | None = None
    status: str | None = None
    kind: str = ""
    unit: str = ""
    places: int = 0

    @property
    def is_whole(self) -> bool:
        return not self.activity

    @property
    def value(self) -> Value | None:
        if self.status:
            return Value(None, Status(self.status))
        return Value.of(Decimal(self.amount)) if self.amount is not None else None

    @property
    def mark_type(self) -> EvaluationType:
        return EvaluationType(self.kind)


@dataclass(frozen=True)
class Appearance:
    """Somebody at an event: under which name, in which group, and what they reached. Overall comes first."""

    event_id: int
    event: str
    place: str
    on: date
    participant_id: int
    name: str
    group: str
    is_frozen: bool
    results: tuple[Result, ...]

    @cached_property
    def best(self) -> int | None:
        return min((one.place for one in self.results if one.place), default=None)


@dataclass(frozen=True)
class _At:
    """One of somebody's participants, with what names the state of their event."""

    participant_id: int
    name: str
    group: str
    event_id: int
    event: str
    event_place: str
    on: date
    token: str
    revision: int
    freezes: Any

    def key(self, moment: float) -> str:
        began = freezes.began(self.freezes, moment)
        return f"results:{SHAPE}:{self.token}:{self.event_id}:{self.revision}:{began}"


def appearances(user: User) -> list[Appearance]:
    """The newest event first. One statement, and a few more for each event that has changed since it was last seen."""
    found = _ties(user)
    moment = time.time()
    kept = _kept([one.key(moment) for one in found])
    made = []
    for one in found:
        known = kept.get(one.key(moment), {})
        if str(one.participant_id) not in known:
            known = _worked_out(one, moment)
            kept[one.key(moment)] = known
        results = tuple(Result(**each) for each in known.get(str(one.participant_id), ()))
        is_frozen = bool(freezes.began(one.freezes, moment))
        head = one.event_id, one.event, one.event_place, one.on, one.participant_id, one.name, one.group
        made.append(Appearance(*head, is_frozen, results))
    return made


def _ties(user: User) -> list[_At]:
    rows = db.session.execute(
        select(
            *(Participant.id, Participant.display_name, Group.name),
            *(Event.id, Event.name, Event.place, Event.starts_on, Event.link_token, Event.revision, Event.freezes),
        )
        .join(Tie, Tie.participant_id == Participant.id)
        .join(Group, Group.id == Participant.group_id)
        .join(Event, Event.id == Participant.event_id)
        .where(Tie.user_id == user.id, Event.visibility == Visibility.PUBLIC, Event.status != EventStatus.DRAFT)
        .order_by(Event.starts_on.desc(), Event.id.desc(), Participant.id)
    )
    return [_At(*row) for row in rows]


def _kept(keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return {}
    try:
        stored = redis.of(current_app).mget(wanted)
    except RedisError as error:
        log.warning("results_not_kept", error=str(error))
        return {}
    return {key: json.loads(text) for key, text in zip(wanted, stored, strict=True) if text}


def _worked_out(one: _At, moment: float) -> dict[str, Any]:
    """What all players of an event reached: the next one's page has no need to work it out again."""
    event = db.session.get_one(Event, one.event_id, options=[selectinload(Event.activities)], populate_existing=True)
    players = set(
        db.session.scalars(
            select(Tie.participant_id)
            .join(Participant, Participant.id == Tie.participant_id)
            .where(Participant.event_id == event.id)
        )
    )
    found: dict[int, list[Result]] = {participant_id: [] for participant_id in players}
    whole = wholes(event)
    if whole is not None:
        _add(found, whole.overall, Result("", None, 0))
    for each in event_standings(event):
        activity = each.activity
        shown = Result(
            activity.name, None, 0, kind=activity.mark_type.value, unit=activity.unit, places=activity.decimal_places
        )
        _add(found, each.standings, shown)
    told = {str(key): [asdict(result) for result in results] for key, results in found.items()}
    try:
        # As it was read: a save in between has raised the revision, and with it the key that is asked for next.
        redis.of(current_app).set(one.key(moment), json.dumps(told), ex=KEPT_FOR)
    except RedisError as error:
        log.warning("results_not_kept", error=str(error))
    return told


def _add(found: dict[int, list[Result]], standings: StandingsOf[Any], shown: Result) -> None:
    """A line for each player that the board has."""
    rows = standings.whole.rows
    placed = sum(row.place is not None for row in rows)
    mine = {row.participant.id: row for row in rows if row.participant.id in found}
    in_category = {
        row.participant.id: (bucket.category, row.place)
        for bucket in standings.buckets
        if bucket.bracket is not None and mine.keys() & {entrant.id for entrant in bucket.entrants}
        for row in bucket.rows
        if row.participant.id in mine
    }
    for participant_id, row in mine.items():
        category, place = in_category.get(participant_id, ("", None))
        value: Value | None = getattr(row, "value", None)
        found[participant_id].append(
            Result(
                **{
                    **asdict(shown),
                    "place": row.place,
                    "of": placed,
                    "category": category,
                    "category_place": place,
                    "amount": str(value.amount) if value is not None and value.amount is not None else None,
                    "status": value.status.value if value is not None and value.status else None,
                }
            )
        )
