"""Saves that race a lock, on every path there is: in the order in which all was written, none comes after it."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import actions as accounts
from app.accounts.models import Role, User
from app.audit.models import AuditEntry
from app.database import locked
from app.events.kinds import ActivityState
from app.events.models import Activity, Event, Group, Participant
from app.extensions import db
from app.scoring.actions import Entry, NotOpen, save_records
from app.scoring.lifecycle.actions import Move, move
from app.scoring.models import RecordChange, Source
from tests.conftest import AppFactory, StartServer
from tests.support import make
from tests.support.person import Person

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]

SAVES = 50


@dataclass
class Race:
    """Everybody waits for the start, and then does one thing."""

    url: str
    event: Event
    group: Group
    activity: Activity
    people: list[Participant]
    petra: User
    tokens: dict[str, str]
    start: threading.Barrier = field(default_factory=lambda: threading.Barrier(SAVES + 1))
    statuses: list[int] = field(default_factory=list)

    def by_hand(self, person: int) -> int:
        browser = self.signed_in()
        form = {f"value-{person}-1": "5", f"version-{person}": "0"}
        self.start.wait()
        return browser.post(f"/sheets/{self.group.id}/{self.activity.id}/{person}", piece=True, **form).status

    def as_a_sheet(self, person: int) -> int:
        browser = self.signed_in()
        form = {f"value-{person}-1": "5", f"version-{person}": "0"}
        self.start.wait()
        return browser.post(f"/sheets/{self.group.id}/{self.activity.id}", piece=False, **form).status

    def as_json(self, person: int) -> int:
        body = {"records": [{"participant": person, "activity": self.activity.id, "value": "5"}]}
        self.start.wait()
        return self.script("records", json.dumps(body).encode(), self.tokens["evaluator"], "application/json")

    def as_a_file(self, person: int) -> int:
        rows = f"external_id,display_name,group_name,Jump\nn{person},Person,Foxes,5\n"
        self.start.wait()
        return self.script("import", rows.encode(), self.tokens["admin"], "text/csv")

    def signed_in(self) -> Person:
        browser = Person(self.url)
        browser.sign_in(self.petra.email or "")
        return browser

    def script(self, what: str, body: bytes, token: str, kind: str) -> int:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
        request = urllib.request.Request(f"{self.url}/api/v1/events/{self.event.id}/{what}", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code


@pytest.fixture
def race(serve: StartServer) -> Race:
    event = make.event()
    group, activity = make.group(event, "Foxes"), make.activity(event, name="Jump")
    people = [make.participant(group, "Person") for _ in range(SAVES)]
    for person in people:
        person.external_id = f"n{person.id}"
    petra, admin = make.user(), make.user(Role.ADMIN)
    make.assign(petra, group)
    tokens = {name: accounts.create_token(who, "s")[1] for name, who in (("evaluator", petra), ("admin", admin))}
    db.session.commit()
    return Race(serve(LAUREL_API_RECORDS_LIMIT="1000").url, event, group, activity, people, petra, tokens)


def test_fifty_saves_on_all_paths_race_a_lock_and_none_is_taken_after_it(race: Race) -> None:
    ways: list[Callable[[int], int]] = [race.by_hand, race.as_a_sheet, race.as_json, race.as_json, race.as_a_file]

    def save(turn: int, person: int) -> None:
        race.statuses.append(ways[turn % len(ways)](person))

    threads = [threading.Thread(target=save, args=(turn, one.id)) for turn, one in enumerate(race.people)]
    admin = make.user(Role.ADMIN)
    boss = Person(race.url)
    boss.sign_in(admin.email or "")
    for thread in threads:
        thread.start()
    race.start.wait()
    where = f"/events/{race.event.id}/results/locked"
    assert boss.post(where, activities=str(race.activity.id), reason="Time is up.").status == 200
    for thread in threads:
        thread.join()

    db.session.rollback()
    log = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.event_id == race.event.id).order_by(AuditEntry.sequence)
    ).all()
    assert log.count("activity.state") == 1
    assert "records.save" not in log[log.index("activity.state") :]
    assert len(race.statuses) == SAVES
    assert set(race.statuses) <= {200, 409, 422, 429}
    assert db.session.query(RecordChange).count() == log.count("records.save")


def test_a_save_that_waited_for_the_lock_finds_the_activity_locked(app: Flask, make_app: AppFactory) -> None:
    event = make.event()
    person, jump, admin = make.participant(make.group(event)), make.activity(event), make.user(Role.ADMIN)
    ids = event.id, person.id, jump.id, admin.id
    refused: list[str] = []

    def save() -> None:
        with make_app().app_context():
            here, who, what = (
                db.session.get_one(Event, ids[0]),
                db.session.get_one(Participant, ids[1]),
                db.session.get_one(Activity, ids[2]),
            )
            by = db.session.get_one(User, ids[3])
            db.session.commit()
            try:
                save_records(here, [Entry(who, what, ("5",))], by=by, source=Source.HAND)
            except NotOpen as closed:
                refused.append(closed.reason)

    with app.app_context():
        held = locked(Event, ids[0])
        thread = threading.Thread(target=save)
        thread.start()
        thread.join(timeout=1.5)
        assert thread.is_alive(), "it does not wait in the queue of the event's writers"
        move(held, held.activities, Move(ActivityState.LOCKED, "Over."), by=db.session.get_one(User, ids[3]))
        db.session.commit()
    thread.join()
    assert refused == ["activity"]
