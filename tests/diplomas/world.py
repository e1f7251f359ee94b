"""An event with results, a template and rules, as an admin sees it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Role, User
from app.database import locked
from app.diplomas.models import Diploma, DiplomaTemplate, PrintRun
from app.events.kinds import EvaluationType, Gender
from app.events.models import Activity, Event, Group, Participant
from app.extensions import db
from app.jobs import sweep
from app.jobs.models import Job, JobState
from app.jobs.runner import run_job
from app.scoring.actions import Entry, save_records
from app.scoring.models import Source
from tests.conftest import SignIn
from tests.support import make

NAMES = ("Anežka Růžičková", "Nguyễn Thị Ánh Tuyết", "Łukasz Wójcik", "محمد علي", "Eva <b>&amp; $x$ #let", "Ömer Şahin")


@dataclass
class World:
    admin: User
    browser: FlaskClient
    event: Event
    group: Group
    jump: Activity
    people: list[Participant]

    @property
    def url(self) -> str:
        return f"/events/{self.event.id}/diplomas"

    def score(self, person: Participant, value: str, activity: Activity | None = None) -> None:
        entry = Entry(person, activity or self.jump, (value,))
        save_records(locked(Event, self.event.id), [entry], by=self.admin, source=Source.HAND)
        db.session.commit()

    def template(self, starter: str = "laurel", language: str = "en") -> DiplomaTemplate:
        answer = self.browser.post(
            f"{self.url}/templates", data={"name": "Gold", "starter": starter, "language": language}
        )
        assert answer.status_code == 303, answer.text
        return db.session.scalars(select(DiplomaTemplate).order_by(DiplomaTemplate.id.desc())).first()  # type: ignore[return-value]

    def rule(self, template: DiplomaTemplate, basis: str = "activity", places: int = 3, activity_id: int = 0) -> None:
        data = {"basis": basis, "places": places, "activity_id": activity_id, "template_id": template.id}
        answer = self.browser.post(f"{self.url}/rules", data=data)
        assert answer.status_code == 303, answer.text

    def state(self) -> str:
        found = re.search(r'name="state" value="(\w+)"', self.browser.get(f"{self.url}/check").text)
        assert found
        return found[1]

    def ask(self, *chosen: str) -> PrintRun:
        """Print what is due, or what is chosen, without doing the job."""
        answer = self.browser.post(f"{self.url}/runs", data={"state": self.state(), "award": list(chosen)})
        assert answer.status_code == 303, answer.text
        return db.session.get_one(PrintRun, int(answer.location.rpartition("/")[2]), populate_existing=True)

    def print(self, *chosen: str) -> PrintRun:
        run = self.ask(*chosen)
        work()
        db.session.expire_all()
        return db.session.get_one(PrintRun, run.id)

    def diplomas(self, run: PrintRun) -> Sequence[Diploma]:
        return db.session.scalars(select(Diploma).where(Diploma.run_id == run.id).order_by(Diploma.position)).all()


def work() -> None:
    """Do all jobs that wait, and those that come of them."""
    sweep()
    while waiting := db.session.scalars(select(Job.id).where(Job.state == JobState.PENDING)).all():
        db.session.commit()
        for job_id in waiting:
            assert run_job(job_id), db.session.get_one(Job, job_id, populate_existing=True).error
    db.session.commit()


@pytest.fixture
def world(sign_in: SignIn) -> World:
    """Six people; the jump ends 5, 4, 4, 3, 2, and the last has no result."""
    admin, event = make.user(Role.ADMIN), make.event("Summer games")
    group = make.group(event, "Foxes")
    jump = make.activity(event, EvaluationType.NUMERIC_HIGH, "Jump")
    people = [make.participant(group, name, gender=Gender.F) for name in NAMES]
    made = World(admin, sign_in(admin), event, group, jump, people)
    for person, value in zip(people, ("5", "4", "4", "3", "2"), strict=False):
        made.score(person, value)
    return made
