"""The first visit shows a living event."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import audit
from app.events.kinds import EvaluationType, EventStatus, Visibility
from app.events.models import Activity, Event, Group, Participant
from app.extensions import db
from app.scoring.checking.queries import unchecked_in
from app.scoring.flags.queries import flags_of
from app.scoring.models import Record
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")


def load(app: Flask) -> str:
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_day_half_way_through_one_finished_and_one_in_draft(app: Flask) -> None:
    load(app)
    events = {event.status: event for event in db.session.scalars(select(Event))}
    assert set(events) == set(EventStatus)
    running = events[EventStatus.ACTIVE]
    assert running.visibility is Visibility.PUBLIC
    in_it = {model: count(model, running) for model in (Group, Participant)}
    assert in_it == {Group: 6, Participant: 120}
    kinds = db.session.scalars(select(Activity.evaluation_type).where(Activity.event_id == running.id))
    assert set(kinds) == set(EvaluationType)
    scored = select(func.count()).select_from(Record).join(Activity).where(Activity.event_id == running.id)
    assert 0.4 < (db.session.scalar(scored) or 0) / 600 < 0.6
    assert list(audit.broken_rows()) == []


def test_some_of_it_is_checked_some_is_not_yet_and_one_result_is_doubted(app: Flask) -> None:
    load(app)
    running = db.session.scalars(select(Event).where(Event.status == EventStatus.ACTIVE)).one()
    unchecked = {activity.name: unchecked_in(activity) for activity in running.activities[:2]}
    assert unchecked["60 m sprint"] == 0
    assert unchecked["Ball throw"] > 0
    assert [flag.activity.name for flag in flags_of(running)] == ["Obstacle penalties"]


def count(model: type[Group | Participant], event: Event) -> int | None:
    return db.session.scalar(select(func.count()).where(model.event_id == event.id))


def test_who_may_sign_in_is_printed_at_every_start(app: Flask) -> None:
    first, second = load(app), load(app)
    assert first == second
    lines = [line.split() for line in first.splitlines()]
    assert {line[-2] for line in lines} >= {"vera@demo.example", "ivan@demo.example", "petra@demo.example"}
    email, password = lines[0][-2:]
    answer = app.test_client().post("/sign-in", data={"email": email, "password": password})
    assert answer.status_code == 303


def test_the_passwords_are_random_and_in_a_file_that_only_its_owner_reads(app: Flask) -> None:
    load(app)
    file = app.config["SETTINGS"].demo_sign_in
    assert file.stat().st_mode & 0o077 == 0


def test_an_installation_with_people_gets_no_demo(app: Flask) -> None:
    make.user()
    assert load(app) == ""
    assert db.session.query(Event).count() == 0
