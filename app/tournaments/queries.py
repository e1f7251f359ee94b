from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..events.models import Event, Participant
from ..events.queries import is_staying
from ..extensions import db
from ..leaderboards.queries import event_standings
from ..leaderboards.standings import Competitor
from . import seeding
from .matches import Roster, Rules, Slot
from .models import MatchImport, PooledMap, Tournament
from .seeding import Score, Seed

OSU_COLUMNS = ("osu", "osu id", "osu_id", "osu!", "osu! id")
"""Under which names a start list may have somebody's osu! id or name."""


def tournament(event: Event) -> Tournament:
    """What was chosen, or what is usual."""
    found = db.session.get(Tournament, event.id)
    return found or Tournament(event_id=event.id, mode="osu", least_players=1, method=seeding.Method.PERCENT_MAX)


def pool(event: Event) -> Sequence[PooledMap]:
    return db.session.scalars(
        select(PooledMap)
        .where(PooledMap.event_id == event.id)
        .options(joinedload(PooledMap.activity))
        .order_by(PooledMap.position, PooledMap.activity_id)
    ).all()


def slots(event: Event) -> list[Slot]:
    return [Slot(one.slot, one.beatmap_id, one.activity_id) for one in pool(event)]


def rules(event: Event) -> Rules:
    chosen = tournament(event)
    return Rules(chosen.mode, chosen.least_players)


def roster(event: Event) -> Roster:
    """By the number that a start list gives people, or a column of their osu! id or name; and by their own names."""
    ids: dict[int, int] = {}
    names: dict[str, int] = {}
    wanted = select(Participant).where(Participant.event_id == event.id, is_staying()).order_by(Participant.id)
    for person in db.session.scalars(wanted):
        names.setdefault(person.display_name.casefold(), person.id)
        told = [text for name, text in person.extra.items() if name.strip().casefold() in OSU_COLUMNS]
        for text in (person.external_id, *told):
            if text and text.strip().isdecimal():
                ids.setdefault(int(text.strip()), person.id)
            elif text:
                names.setdefault(text.strip().casefold(), person.id)
    return Roster(ids, names)


def imports(event: Event) -> Sequence[MatchImport]:
    wanted = select(MatchImport).where(MatchImport.event_id == event.id).order_by(MatchImport.id.desc())
    return db.session.scalars(wanted).all()


@dataclass(frozen=True)
class Seeding:
    """`maps` in the order of the pool; `seeds` are of competitors who have played at least one of them."""

    method: seeding.Method
    maps: Sequence[PooledMap]
    seeds: list[Seed[int]]
    people: dict[int, Competitor]
    is_frozen: bool


def seeds(event: Event) -> Seeding:
    """Worked out from the boards as everybody may see them, so it changes with every score, and keeps a freeze."""
    chosen, maps = tournament(event), pool(event)
    by_activity = {one.activity.id: one.standings for one in event_standings(event)}
    scores: dict[str, dict[int, Score]] = {}
    people: dict[int, Competitor] = {}
    frozen = False
    for one in maps:
        standings = by_activity[one.activity_id]
        multiplier = Slot(one.slot, one.beatmap_id, one.activity_id).multiplier
        frozen = frozen or standings.freeze is not None
        scores[one.slot] = {
            row.participant.id: Score(int(row.value.amount), multiplier)
            for row in standings.together
            if row.value.amount is not None
        }
        people |= {row.participant.id: row.participant for row in standings.together}
    weights = {one.slot: float(one.weight) for one in maps}
    # In the order of their names, so that equals stand the same way on every page.
    order = sorted(people, key=lambda key: (people[key].name.casefold(), key))
    found = seeding.seeds(scores, chosen.method, order, weights)
    return Seeding(chosen.method, maps, found, people, frozen)
