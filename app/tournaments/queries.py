from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..events.kinds import EventStatus, Visibility
from ..events.models import Event, Participant
from ..events.queries import is_staying
from ..extensions import db
from ..leaderboards.queries import event_standings, standings
from ..leaderboards.standings import Row
from ..scoring import queries as scoring
from . import seeding
from .matches import Checked, Roster, Rules, Slot
from .models import MatchImport, PooledMap, Tournament
from .seeding import Score, Seed

OSU_COLUMNS = ("osu", "osu id", "osu_id", "osu!", "osu! id")
"""Under which names a start list may have somebody's osu! id or name."""


def tournament(event: Event) -> Tournament:
    """What was chosen, or what is usual."""
    found = db.session.get(Tournament, event.id)
    return found or Tournament(
        event_id=event.id, mode="osu", least_players=1, method=seeding.Method.PERCENT_MAX, teams=False
    )


def pool(event: Event, round_: str | None = None) -> Sequence[PooledMap]:
    """Of one round, or of all of them."""
    wanted = select(PooledMap).where(PooledMap.event_id == event.id)
    if round_ is not None:
        wanted = wanted.where(PooledMap.round == round_)
    order = PooledMap.position, PooledMap.activity_id
    return db.session.scalars(wanted.options(joinedload(PooledMap.activity)).order_by(*order)).all()


def rounds(event: Event) -> list[str]:
    """In the order in which their first maps were added."""
    return list(dict.fromkeys(one.round for one in pool(event)))


def played(beatmap_id: int, events: int = 5, most: int = 10) -> list[tuple[PooledMap, tuple[Row, ...]]]:
    """The newest public tournaments that have this map in their pool, and who played it best, as the boards show it."""
    wanted = select(PooledMap).join(Event, Event.id == PooledMap.event_id).where(PooledMap.beatmap_id == beatmap_id)
    wanted = wanted.where(Event.visibility == Visibility.PUBLIC, Event.status != EventStatus.DRAFT)
    newest = wanted.options(joinedload(PooledMap.activity)).order_by(Event.starts_on.desc(), Event.id.desc())
    found = []
    for one in db.session.scalars(newest.limit(events)).all():
        event = db.session.get_one(Event, one.event_id)
        found.append((one, standings(event, one.activity).whole.rows[:most]))
    return found


def slots(event: Event, round_: str) -> list[Slot]:
    return [Slot(one.slot, one.beatmap_id, one.activity_id) for one in pool(event, round_)]


def stands(event: Event, rows: Sequence[Checked], round_: str) -> dict[tuple[int, int], Decimal]:
    """The scores that these rows would replace, by activity and participant."""
    people = {row.participant_id for row in rows if row.participant_id is not None}
    wanted = {row.slot.activity_id for row in rows if row.slot is not None}
    activities = [one.activity for one in pool(event, round_) if one.activity_id in wanted]
    found = scoring.standings(activities, people) if people and activities else {}
    return {
        key: standing.value.amount
        for key, standing in found.items()
        if standing.value is not None and standing.value.amount is not None
    }


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
    """`maps` in the order of the pool; `seeds` are of those who have played at least one of them, by what is in
    `names`: participants, or groups where teams play.
    """

    method: seeding.Method
    round: str
    rounds: list[str]
    maps: Sequence[PooledMap]
    seeds: list[Seed[int]]
    names: dict[int, str]
    is_frozen: bool


def seeds(event: Event, round_: str | None = None) -> Seeding:
    """Of a round, or else of the first: worked out from the boards as everybody may see them, so it changes with every
    score, and keeps a freeze.
    """
    chosen, known = tournament(event), rounds(event)
    at = round_ if round_ in known else (known[0] if known else "")
    maps = pool(event, at)
    by_activity = {one.activity.id: one.standings for one in event_standings(event)}
    scores: dict[str, dict[int, Score]] = {}
    names: dict[int, str] = {}
    frozen = False
    for one in maps:
        standings = by_activity[one.activity_id]
        multiplier = Slot(one.slot, one.beatmap_id, one.activity_id).multiplier
        frozen = frozen or standings.freeze is not None
        sums: dict[int, int] = {}
        for row in standings.together:
            who = row.participant.group if chosen.teams else row.participant
            names[who.id] = who.name
            if row.value.amount is not None:
                sums[who.id] = sums.get(who.id, 0) + int(row.value.amount)
        scores[one.slot] = {key: Score(total, multiplier) for key, total in sums.items()}
    weights = {one.slot: float(one.weight) for one in maps}
    # In the order of their names, so that equals stand the same way on every page.
    order = sorted(names, key=lambda key: (names[key].casefold(), key))
    found = seeding.seeds(scores, chosen.method, order, weights)
    return Seeding(chosen.method, at, known, maps, found, names, frozen)
