"""Pools, and taking scores out of lobbies. Commits nothing; wants the event's row locked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from .. import audit
from ..accounts.models import User
from ..database import now
from ..events import actions as events
from ..events.kinds import Checking, EvaluationType, Formula
from ..events.models import Activity, Event, Participant
from ..extensions import db
from ..scoring.actions import Entry, Outcome, save_records
from ..scoring.models import Source
from . import matches, queries
from .matches import Checked, Match
from .models import MatchImport, PooledMap, Tournament
from .seeding import Method


def save_rules(event: Event, mode: str, least_players: int, method: Method, *, teams: bool = False, by: User) -> None:
    made = Tournament(event_id=event.id, mode=mode, least_players=least_players, method=method, teams=teams)
    db.session.merge(made)
    payload = {"mode": mode, "least_players": least_players, "method": method.value, "teams": teams}
    audit.record(event, "tournament.save", by=by, payload=payload)
    db.session.flush()


def add_map(
    event: Event, slot: str, beatmap_id: int | None, title: str, weight: Decimal, *, round_: str = "", by: User
) -> PooledMap:
    """With an activity of its own, which is named after it."""
    name = " · ".join(part for part in (round_, slot, title) if part)[:80]
    activity = events.create_activity(
        event,
        {
            "name": name,
            "description": f"https://osu.ppy.sh/beatmaps/{beatmap_id}" if beatmap_id else "",
            "evaluation_type": EvaluationType.NUMERIC_HIGH,
            "unit": "",
            "decimal_places": 0,
            "low": None,
            "high": None,
            "mark_count": 1,
            "formula": Formula.BEST,
            "higher_is_better": True,
            "checking": Checking.OFF,
            "rules": {},
        },
        by=by,
    )
    db.session.flush()
    made = PooledMap(
        activity_id=activity.id,
        event_id=event.id,
        round=round_,
        slot=slot,
        beatmap_id=beatmap_id,
        title=title,
        weight=weight,
        position=activity.position,
    )
    db.session.add(made)
    audit.record(
        event,
        "tournament.add_map",
        by=by,
        subject=activity,
        payload={"round": round_, "slot": slot, "beatmap": beatmap_id},
    )
    db.session.flush()
    return made


def remove_map(event: Event, pooled: PooledMap, *, by: User) -> None:
    """With its activity. Raises Refused once there are scores."""
    activity: Activity = pooled.activity
    audit.record(event, "tournament.remove_map", by=by, subject=activity, payload={"slot": pooled.slot})
    db.session.delete(pooled)
    db.session.flush()
    events.delete_activity(event, activity, by=by)


def hand_in(event: Event, match: Match, *, round_: str = "", by: User) -> MatchImport:
    made = MatchImport(
        event_id=event.id,
        name=match.name or "?",
        match_id=match.id,
        round=round_,
        data=matches.as_json(match),
        made_at=now(),
        taken=[],
    )
    db.session.add(made)
    db.session.flush()
    audit.record(event, "match.create", by=by, subject=made, payload={"name": made.name, "games": len(match.games)})
    return made


def checked(event: Event, lobby: MatchImport) -> list[Checked]:
    """Anew, with the pool, the roster and the scores as they are now."""
    match, slots = matches.from_json(lobby.data), queries.slots(event, lobby.round)
    rows = matches.check(match, slots, queries.roster(event), queries.rules(event))
    return matches.beside(rows, queries.stands(event, rows, lobby.round))


def take(event: Event, lobby: MatchImport, keys: Collection[str], *, by: User) -> list[Outcome]:
    """Save these rows as records; those that may not be taken are left out. Raises NotOpen of scoring."""
    chosen = [row for row in checked(event, lobby) if row.key in keys and row.can_be_taken]
    outcomes = save_records(event, _entries(chosen), by=by, source=Source.IMPORT)
    lobby.taken = sorted({*lobby.taken, *(row.key for row in chosen)})
    lobby.applied_at = now()
    audit.record(event, "match.apply", by=by, subject=lobby, payload={"name": lobby.name, "scores": len(chosen)})
    db.session.flush()
    return outcomes


def _entries(rows: Sequence[Checked]) -> list[Entry]:
    """Of somebody's several scores on a map, the best."""
    best: dict[tuple[int, int], int] = {}
    for row in rows:
        if row.slot is not None and row.participant_id is not None and row.line is not None:
            key = row.slot.activity_id, row.participant_id
            best[key] = max(best.get(key, 0), row.line.score)
    return [
        Entry(
            db.session.get_one(Participant, participant_id),
            db.session.get_one(Activity, activity_id),
            (str(score),),
            confirmed=True,
        )
        for (activity_id, participant_id), score in best.items()
    ]


def forget(event: Event, lobby: MatchImport, *, by: User) -> None:
    """Its scores stay."""
    audit.record(event, "match.delete", by=by, subject=lobby, payload={"name": lobby.name})
    db.session.delete(lobby)
    db.session.flush()
