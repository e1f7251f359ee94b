"""An event in WCIF: persons, events, rounds and results. Whoever reads it does so as an admin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from ...events.kinds import EvaluationType
from ...events.models import Activity, Event, Participant
from ...extensions import db
from ...scoring.models import Record
from . import rounds
from .persons import person_of

VERSION = "1.0"

Round = tuple[dict[str, Any], Activity]


def rounds_of(event: Event) -> list[Round]:
    """The activities that are rounds, each with what its description says of it."""
    found = []
    for activity in event.activities:
        said = rounds.read_description(activity.description)
        if said and activity.evaluation_type is EvaluationType.SCORE_SET:
            found.append((said, activity))
    return found


def wcif_of(event: Event) -> dict[str, Any]:
    """Three statements, whatever there is."""
    people = db.session.scalars(
        select(Participant).where(Participant.event_id == event.id).order_by(Participant.position, Participant.id)
    ).all()
    numbers = _numbers(people)
    days = ((event.ends_on or event.starts_on) - event.starts_on).days + 1
    return {
        "formatVersion": VERSION,
        "id": "".join(char for char in event.name if char.isalnum()) or str(event.id),
        "name": event.name,
        "shortName": event.name[:32],
        "persons": [
            {
                **person_of(
                    one.display_name,
                    one.external_id,
                    one.gender,
                    one.born.isoformat() if one.born else None,
                    one.extra,
                ),
                "registrantId": numbers[one.id],
            }
            for one in people
        ],
        "events": _events(rounds_of(event), numbers),
        "schedule": {"startDate": event.starts_on.isoformat(), "numberOfDays": days, "venues": []},
    }


def _numbers(people: Sequence[Participant]) -> dict[int, int]:
    """By which results name people: their own number, or one that is free."""
    own = {one.id: int(number) for one in people if (number := one.external_id or "").isdecimal()}
    free = iter(range(max(own.values(), default=0) + 1, 2**31))
    return {one.id: own[one.id] if one.id in own else next(free) for one in people}


def _events(found: Iterable[Round], numbers: dict[int, int]) -> list[dict[str, Any]]:
    """The rounds of an event together, events in the order of their first."""
    events: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for said, activity in found:
        event_id = said["id"].partition("-")[0]
        format_ = rounds.format_of(activity.marking)
        results = rounds.ranked(_result(event_id, format_, record, numbers) for record in _records(activity))
        events[event_id].append({**said, "format": format_, "results": results})
    return [{"id": event_id, "rounds": found} for event_id, found in events.items()]


def _records(activity: Activity) -> Sequence[Record]:
    wanted = select(Record).where(Record.activity_id == activity.id, Record.marks.any())
    return db.session.scalars(wanted.options(selectinload(Record.marks))).all()


def _result(event_id: str, format_: str, record: Record, numbers: dict[int, int]) -> dict[str, Any]:
    by_position = {mark.position: rounds.result_of(event_id, mark.value) for mark in record.marks if mark.value}
    last = max(by_position, default=0)
    attempts = [by_position.get(position, 0) for position in range(1, last + 1)]
    averaged = format_ in {"a", "m"} and last == rounds.ATTEMPTS[format_] and all(attempts)
    return {
        "personId": numbers[record.participant_id],
        "attempts": [{"result": one, "reconstruction": None} for one in attempts],
        "best": rounds.best_of(attempts),
        "average": rounds.average_of(record.value) if averaged else 0,
    }
