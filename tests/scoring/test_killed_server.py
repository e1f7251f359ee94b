"""Nothing acknowledged is lost: evaluators save while the server is killed and started again."""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count

import pytest
from sqlalchemy import select

from app import audit
from app.events.models import Group, Participant
from app.extensions import db
from app.scoring.models import Record, RecordChange
from tests.conftest import StartServer
from tests.support import make
from tests.support.person import Person

CLIENTS = 8
SECONDS = 15
KILLS = 3
VERSION = re.compile(r'name="version-\d+" value="(\d+)"')


@dataclass
class Evaluator:
    """Saves one value after another on the rows of their sheet; `acknowledged` is what was answered 2xx."""

    url: str
    email: str
    sheet: str
    people: list[int]
    acknowledged: list[tuple[int, str]] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)

    def work(self, until: float, numbers: count[int], seed: int) -> None:
        chance = random.Random(seed)
        person = Person(self.url)
        versions: defaultdict[int, int] = defaultdict(int)
        signed_in = False
        while time.monotonic() < until:
            try:
                if not signed_in:
                    person.sign_in(self.email)
                    signed_in = True
                self.save(person, chance.choice(self.people), str(next(numbers)), versions)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)  # Killed: whether it was saved, nobody knows, and nobody was told.

    def save(self, person: Person, who: int, value: str, versions: defaultdict[int, int]) -> None:
        form = {f"value-{who}-1": value, f"version-{who}": str(versions[who])}
        answer = person.post(f"{self.sheet}/{who}", piece=True, **form)
        if answer.status == 200:
            self.acknowledged.append((who, value))
        elif answer.status != 409:
            self.surprises.append(f"{answer.status}: {answer.text[:300]}")
        version = VERSION.search(answer.text)
        if version:
            versions[who] = int(version[1])


@pytest.mark.usefixtures("context")
@pytest.mark.both_databases
def test_every_save_that_was_answered_survives_a_killed_server_once_and_with_its_history(serve: StartServer) -> None:
    event = make.event()
    activity = make.activity(event)
    evaluators = []
    for _ in range(CLIENTS):
        group, user = make.group(event, people=10), make.user()
        make.assign(user, group)
        evaluators.append((str(user.email), group))
    server = serve()
    working = [
        Evaluator(server.url, email, f"/sheets/{group.id}/{activity.id}", ids_of(group)) for email, group in evaluators
    ]
    db.session.commit()
    until, numbers = time.monotonic() + SECONDS, count(1_000_000)  # Near each other: nobody asks about them.
    threads = [
        threading.Thread(target=evaluator.work, args=(until, numbers, seed)) for seed, evaluator in enumerate(working)
    ]
    for thread in threads:
        thread.start()
    for _ in range(KILLS):
        time.sleep(SECONDS / (KILLS + 1))
        server.kill()
        server.start()
    for thread in threads:
        thread.join()
    assert [surprise for evaluator in working for surprise in evaluator.surprises] == []
    check([saved for evaluator in working for saved in evaluator.acknowledged])


def ids_of(group: Group) -> list[int]:
    return list(db.session.scalars(select(Participant.id).where(Participant.group_id == group.id)))


def check(acknowledged: list[tuple[int, str]]) -> None:
    db.session.expire_all()
    assert len(acknowledged) > 100
    histories: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for record, change in db.session.execute(
        select(Record, RecordChange)
        .join(RecordChange, RecordChange.record_id == Record.id)
        .order_by(RecordChange.version)
    ):
        histories[record.participant_id].append((change.version, change.new[0]))
    for record in db.session.scalars(select(Record)):
        history = histories[record.participant_id]
        assert [version for version, _value in history] == list(range(1, record.version + 1))
        assert history[-1][1] == str(record.amount)
    written = [(who, value) for who, history in histories.items() for _version, value in history]
    assert len(written) == len(set(written))
    assert set(acknowledged) <= set(written)
    assert list(audit.broken_rows()) == []
