"""Saves that race a lock, on every path there is: in the order in which all was written, none comes after it."""

from __future__ import annotations

import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import actions as accounts
from app.accounts.models import Role, User
from app.audit.models import AuditEntry
from app.database import locked, now
from app.events.kinds import ActivityState, Checking
from app.events.models import Activity, Event, Group, Participant
from app.extensions import db
from app.scoring.actions import Entry, NotOpen, save_records
from app.scoring.judges.actions import make_link
from app.scoring.lifecycle.actions import Move, move
from app.scoring.models import RecordChange, Source
from tests.conftest import AppFactory, StartServer
from tests.support import make
from tests.support.person import Person

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]

SAVES = 50
WRITES = {"records.save", "records.check"}
PREVIEWED = re.compile(r'name="fingerprint" value="(\w+)"')


@dataclass
class Racer:
    """Somebody with a group of their own, in which `person` has no value and `other` has one by this user."""

    user: User
    admin: User
    group: Group
    person: Participant
    other: Participant
    link: str


@dataclass
class Race:
    """Everybody gets ready, waits for the start, and then does one thing."""

    url: str
    event: Event
    jump: Activity
    run: Activity
    tokens: dict[str, str]
    start: threading.Barrier = field(default_factory=lambda: threading.Barrier(SAVES + 1))
    statuses: list[int] = field(default_factory=list)

    def by_hand(self, racer: Racer) -> int:
        return self.write_a_row(self.signed_in(racer.user), racer)

    def as_a_sheet(self, racer: Racer) -> int:
        form = {f"value-{racer.person.id}-1": "5", f"version-{racer.person.id}": "0"}
        return self.form(self.signed_in(racer.user), self.sheet(racer), **form)

    def from_an_outbox(self, racer: Racer) -> int:
        edit = {"key": f"edit-of-{racer.person.id}", "participant": racer.person.id, "version": 0, "marks": ["5"]}
        body = json.dumps({"user": str(racer.user.id), "edits": [edit]}).encode()
        browser = self.signed_in(racer.user)
        self.start.wait()
        return browser.send(f"{self.sheet(racer)}/edits", body).status

    def undone(self, racer: Racer) -> int:
        return self.form(self.signed_in(racer.user), f"{self.sheet(racer)}/undo")

    def put_back(self, racer: Racer) -> int:
        browser, before = self.signed_in(racer.user), "2020-01-01T00:00:00+00:00"
        seen = self.previewed(browser, f"{self.sheet(racer)}/back?before={before.replace('+', '%2B')}")
        return self.form(browser, f"{self.sheet(racer)}/back", before=before, fingerprint=seen)

    def by_a_link(self, racer: Racer) -> int:
        browser = Person(self.url)
        browser.get(f"/judge/{racer.link}")
        assert browser.post("/judge", token=racer.link, name="Nela").status == 200
        return self.write_a_row(browser, racer)

    def as_who_quits(self, racer: Racer) -> int:
        return self.changed(racer, kind="quit", one=str(racer.person.id))

    def as_one_of_two(self, racer: Racer) -> int:
        return self.changed(racer, kind="merge", one=str(racer.person.id), other=str(racer.other.id))

    def checked(self, racer: Racer) -> int:
        url = f"/sheets/{racer.group.id}/{self.run.id}/check"
        return self.form(self.signed_in(racer.user), url, **{f"value-{racer.other.id}-1": "7"})

    def as_json(self, racer: Racer) -> int:
        item = {"participant": racer.person.id, "activity": self.jump.id, "value": "5", "confirmed": True}
        self.start.wait()
        body = json.dumps({"records": [item]}).encode()
        return self.script("records", body, self.tokens["json"], "application/json")

    def as_a_file(self, racer: Racer) -> int:
        rows = f"external_id,display_name,group_name,Jump\nn{racer.person.id},Person,{racer.group.name},5\n"
        self.start.wait()
        return self.script("import", rows.encode(), self.tokens["file"], "text/csv")

    # How they do it -----------------------------------------------------------------------------------------------

    def sheet(self, racer: Racer) -> str:
        return f"/sheets/{racer.group.id}/{self.jump.id}"

    def write_a_row(self, browser: Person, racer: Racer) -> int:
        form = {f"value-{racer.person.id}-1": "5", f"version-{racer.person.id}": "0"}
        return self.form(browser, f"{self.sheet(racer)}/{racer.person.id}", **form)

    def changed(self, racer: Racer, **wanted: str) -> int:
        browser, url = self.signed_in(racer.admin), f"/events/{self.event.id}/changes"
        seen = self.previewed(browser, f"{url}/new?" + "&".join(f"{name}={said}" for name, said in wanted.items()))
        return self.form(browser, url, fingerprint=seen, **wanted)

    def previewed(self, browser: Person, url: str) -> str:
        found = PREVIEWED.search(browser.get(url).text)
        assert found, url
        return found[1]

    def form(self, browser: Person, url: str, **form: Any) -> int:
        self.start.wait()
        return browser.post(url, piece=True, **form).status

    def signed_in(self, user: User) -> Person:
        browser = Person(self.url)
        browser.sign_in(user.email or "")
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
    jump, run = make.activity(event, name="Jump"), make.activity(event, name="Run")
    run.checking = Checking.OPTIONAL
    admin = make.user(Role.ADMIN)
    tokens = {name: accounts.create_token(admin, name)[1] for name in ("json", "file")}
    db.session.commit()
    return Race(serve(LAUREL_API_RECORDS_LIMIT="1000").url, event, jump, run, tokens)


def make_racer(race: Race) -> Racer:
    user, admin, group = make.user(), make.user(Role.ADMIN), make.group(race.event)
    person, other = make.participant(group, "Person"), make.participant(group, "Other")
    person.external_id = f"n{person.id}"
    make.assign(user, group)
    save_records(race.event, [Entry(other, race.jump, ("6",), confirmed=True)], by=user, source=Source.HAND)
    save_records(race.event, [Entry(other, race.run, ("7",), confirmed=True)], by=admin, source=Source.HAND)
    _link, token = make_link(race.event, group, None, now() + timedelta(hours=1), by=admin)
    db.session.commit()
    return Racer(user, admin, group, person, other, token)


def ways_of(race: Race) -> list[Callable[[Racer], int]]:
    return [
        race.by_hand,
        race.as_a_sheet,
        race.from_an_outbox,
        race.undone,
        race.put_back,
        race.by_a_link,
        race.as_who_quits,
        race.as_one_of_two,
        race.checked,
        race.as_json,
        race.as_a_file,
    ]


def written(race: Race) -> int:
    db.session.rollback()
    return sum(
        entry.event_id == race.event.id and entry.action in WRITES for entry in db.session.scalars(select(AuditEntry))
    )


def test_every_way_writes_while_nothing_is_locked(race: Race) -> None:
    race.start = threading.Barrier(1)
    for way in ways_of(race):
        racer = make_racer(race)
        before = written(race)
        assert way(racer) in {200, 204}, way
        assert written(race) > before, way


def test_fifty_saves_on_all_paths_race_a_lock_and_none_is_taken_after_it(race: Race) -> None:
    ways = ways_of(race)
    racers = [make_racer(race) for _ in range(SAVES)]

    def save(turn: int, racer: Racer) -> None:
        race.statuses.append(ways[turn % len(ways)](racer))

    threads = [threading.Thread(target=save, args=turn) for turn in enumerate(racers)]
    boss = race.signed_in(make.user(Role.ADMIN))
    for thread in threads:
        thread.start()
    race.start.wait()
    where = f"/events/{race.event.id}/results/locked"
    chosen = [str(activity.id) for activity in (race.jump, race.run)]
    assert boss.post(where, activities=chosen, reason="Time is up.").status == 200
    for thread in threads:
        thread.join()

    db.session.rollback()
    log = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.event_id == race.event.id).order_by(AuditEntry.sequence)
    ).all()
    assert log.count("activity.state") == 2
    assert WRITES.isdisjoint(log[log.index("activity.state") :])
    assert len(race.statuses) == SAVES
    assert set(race.statuses) <= {200, 204, 409, 422, 429}
    saves = db.session.scalars(
        select(AuditEntry.payload).where(AuditEntry.event_id == race.event.id, AuditEntry.action == "records.save")
    )
    assert db.session.query(RecordChange).count() == sum(len(payload["changes"]) for payload in saves if payload)


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
