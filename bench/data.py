"""Events of a given size, written straight into the tables."""

from __future__ import annotations

import secrets
from datetime import date
from decimal import Decimal

from sqlalchemy import insert

from app.database import now
from app.events.kinds import EvaluationType, EventStatus, Gender, Visibility
from app.events.models import Activity, Category, Event, Group, Participant
from app.events.names import name_key
from app.extensions import db
from app.scoring.models import Record

ACTIVITIES = 10
PER_GROUP = 30
FIRST = ("Anežka", "Benjamin", "Chloé", "David", "Eliška", "Filip", "Grace", "Hugo")
LAST = ("Nováková", "Taylor", "Dvořák", "Kowalska", "Müller", "Svobodová", "Procházka")


def event(people: int, *, with_records: bool = True) -> Event:
    """A public one with groups of 30, four categories and ten activities, everybody scored in all of them."""
    made = Event(
        name=f"Games of {people}",
        place="Lhota",
        starts_on=date(2026, 7, 4),
        status=EventStatus.ACTIVE,
        visibility=Visibility.PUBLIC,
        link_token=secrets.token_urlsafe(16),
        created_at=now(),
    )
    db.session.add(made)
    db.session.flush()
    names = [f"Team {number}" for number in range(1, -(-people // PER_GROUP) + 1)]
    made.groups = [
        Group(name=name, name_key=name_key(name), colour=n % 10 + 1, position=n) for n, name in enumerate(names)
    ]
    made.activities = [
        Activity(
            name=f"Activity {n}",
            name_key=f"activity {n}",
            evaluation_type=EvaluationType.NUMERIC_HIGH,
            unit="m",
            position=n,
        )
        for n in range(1, ACTIVITIES + 1)
    ]
    for gender in (Gender.F, Gender.M):
        for low, high in ((8, 10), (11, 13)):
            name = f"{gender} {low}-{high}"
            db.session.add(
                Category(event_id=made.id, name=name, name_key=name_key(name), age_from=low, age_to=high, gender=gender)
            )
    db.session.flush()
    rows = [
        {
            "event_id": made.id,
            "group_id": made.groups[n // PER_GROUP].id,
            "display_name": f"{FIRST[n % len(FIRST)]} {LAST[n % len(LAST)]} {n}",
            "external_id": str(n),
            "gender": (Gender.F, Gender.M)[n % 2],
            "age": 8 + n % 6,
            "position": n,
        }
        for n in range(people)
    ]
    ids = []
    if rows:
        stored = insert(Participant).returning(Participant.id, sort_by_parameter_order=True)
        ids = list(db.session.scalars(stored, rows))
    if ids and with_records:
        _records(made, ids)
    db.session.commit()
    return made


def _records(event: Event, participant_ids: list[int]) -> None:
    rows = [
        {
            "activity_id": activity.id,
            "participant_id": participant_id,
            "amount": Decimal((participant_id * 7919 + activity.id * 104729) % 5000) / 100,
            "status": None,
            "version": 1,
            "updated_at": now(),
            "updated_by_id": None,
            "updated_by_name": "bench",
        }
        for activity in event.activities
        for participant_id in participant_ids
    ]
    db.session.execute(insert(Record), rows)
