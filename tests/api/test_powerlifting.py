"""A real meet: every best lift through the JSON endpoint, and the ranks worked out beside it from the file."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask

from app.events.models import Participant
from app.extensions import db
from tests.support import make

from .conftest import Script

ENTRIES = Path(__file__).parents[3] / "shared" / "data" / "powerlifting" / "entries.csv"
LIFTS = {"Squat": "Best3SquatKg", "Bench": "Best3BenchKg", "Deadlift": "Best3DeadliftKg"}

Lifter = dict[str, str]


@pytest.fixture
def lifters() -> list[Lifter]:
    """Everybody once: one lifter stands in the file twice, first in the group of the start list."""
    if not ENTRIES.exists():
        pytest.skip("the file of the meet is not here")
    with ENTRIES.open(encoding="utf-8", newline="") as file:
        once: dict[str, Lifter] = {}
        for row in csv.DictReader(file):
            once.setdefault(row["LifterID"], row)
        return list(once.values())


@pytest.mark.both_databases
def test_every_best_lift_is_ranked_as_the_file_ranks_it(app: Flask, admin: Script, lifters: list[Lifter]) -> None:
    url = prepare(app, lifters)
    lifts = [
        {"external_id": row["LifterID"], "activity": lift, "value": row[column]}
        for lift, column in LIFTS.items()
        for row in lifters
        if row[column]
    ]
    saved = admin.post(f"{url}/records", {"records": lifts}, key="the-meet")
    assert saved.status_code == 200, saved.text
    assert saved.json is not None
    assert saved.json["saved"] == len(lifts)
    standings = admin.get(f"{url}/standings?by=group").json
    assert standings is not None
    ranks = {
        (activity["name"], row["participant"]["external_id"]): row["place"]
        for activity in standings["activities"]
        for bucket in activity["buckets"]
        for row in bucket["rows"]
    }
    assert ranks == {
        (lift, row["LifterID"]): 1 + sum(is_beaten(row, other, column) for other in lifters)
        for lift, column in LIFTS.items()
        for row in lifters
        if row[column]
    }


def prepare(app: Flask, lifters: list[Lifter]) -> str:
    with app.app_context():
        event = make.event("Nationals")
        groups = {name: make.group(event, name).id for name in dict.fromkeys(map(group_of, lifters))}
        for lift in LIFTS:
            make.activity(event, name=lift)
        db.session.add_all(
            Participant(
                event_id=event.id,
                group_id=groups[group_of(row)],
                display_name=row["Name"],
                external_id=row["LifterID"],
                extra={},
            )
            for row in lifters
        )
        db.session.commit()
        return f"/api/v1/events/{event.id}"


def group_of(lifter: Lifter) -> str:
    return f"{lifter['Division']} {lifter['WeightClassKg']}"


def is_beaten(lifter: Lifter, other: Lifter, column: str) -> bool:
    if not other[column] or group_of(lifter) != group_of(other):
        return False
    return Decimal(other[column]) > Decimal(lifter[column])
