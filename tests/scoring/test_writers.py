"""Eight evaluators who save at the same moment: none of them ever hears that the database is locked."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from app.events.models import Participant
from app.extensions import db
from app.scoring.models import RecordChange
from tests.conftest import StartServer
from tests.support import make
from tests.support.person import Person

WRITERS = 8
SAVES = 25


@pytest.mark.usefixtures("context")
@pytest.mark.both_databases
def test_eight_writers_at_once_are_all_served(serve: StartServer) -> None:
    event = make.event()
    activity, group = make.activity(event), make.group(event, people=WRITERS)
    people = list(db.session.scalars(select(Participant.id).where(Participant.group_id == group.id)))
    emails = []
    for _ in people:
        user = make.user()
        make.assign(user, group)
        emails.append(user.email)
    db.session.commit()
    url, sheet = serve().url, f"/sheets/{group.id}/{activity.id}"
    statuses: list[int] = []

    def write(email: str, who: int) -> None:
        person = Person(url)
        person.sign_in(email)
        for version in range(SAVES):
            # So near each other that nobody is asked whether they are right.
            form = {f"value-{who}-1": str(1000 + version), f"version-{who}": str(version)}
            statuses.append(person.post(f"{sheet}/{who}", piece=True, **form).status)

    threads = [threading.Thread(target=write, args=pair) for pair in zip(emails, people, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) == {200}
    db.session.rollback()
    assert db.session.query(RecordChange).count() == len(statuses) == WRITERS * SAVES
