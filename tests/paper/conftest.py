"""A desk at which sheets are printed, filled in, photographed and sent."""

from __future__ import annotations

import html
import io
import re
from dataclasses import dataclass, field

import numpy as np
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Role, User
from app.events.kinds import EvaluationType
from app.events.models import Activity, Event
from app.extensions import db
from app.jobs.models import Job
from app.jobs.runner import run_job
from app.paper import layout as paper
from app.paper.layout import Layout
from app.paper.models import PaperScan, PaperSheet
from app.scoring.models import Record
from tests.conftest import SignIn
from tests.support import hand, make, photos

FIELD = re.compile(r'(name|value)="([^"]*)"')
NAMES = ("Anežka Růžičková", "Benjamin Taylor", "Chloé Dvořák", "David Wójcik", "Eliška Malá", "Filip Nový")


@dataclass
class Desk:
    """An event with one group, whose sheet for the run (00:00.00) is printed and can be filled in."""

    client: FlaskClient
    owner: User
    event: Event
    activity: Activity
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(5))

    @property
    def url(self) -> str:
        return f"/events/{self.event.id}/scans"

    def print(self) -> tuple[PaperSheet, Layout, photos.Grey]:
        answer = self.client.post(
            f"/events/{self.event.id}/paper", data={"group": 0, "activity": self.activity.id, "paper": "a4"}
        )
        db.session.expire_all()
        sheet = db.session.scalars(select(PaperSheet).order_by(PaperSheet.id.desc())).first()
        assert sheet is not None
        return sheet, paper.from_json(sheet.layout), photos.pages_of(answer.data)[0]

    def write(self, page: photos.Grey, layout: Layout, values: dict[int, str]) -> None:
        """By the number of the row: what is written into the boxes, or the box to tick."""
        for number, value in values.items():
            row = layout.pages[0].rows[number]
            if value in {"DNS", "DNF"}:
                photos.tick(page, photos.tick_box(row, value), self.rng)
                continue
            for box, one in photos.fill(photos.boxes_of(row), value):
                photos.write(page, box, hand.digit(one), self.rng)

    def photo(self, page: photos.Grey, layout: Layout, level: str = "easy") -> bytes:
        return photos.photograph(page, layout, photos.LEVELS[level], self.rng)

    def send(self, *files: bytes, name: str = "photo.jpg") -> list[PaperScan]:
        answer = self.client.post(self.url, data={"files": [(io.BytesIO(one), name) for one in files]})
        assert answer.status_code == 303, answer.text
        return self.work()

    def work(self) -> list[PaperScan]:
        for job_id in db.session.scalars(select(Job.id).where(Job.queue == "reads").order_by(Job.id)).all():
            run_job(job_id)
        db.session.expire_all()
        return list(db.session.scalars(select(PaperScan).order_by(PaperScan.id)))

    def form(self, scan: PaperScan) -> dict[str, str]:
        """What the review's page would send as it stands."""
        page = self.client.get(f"{self.url}/{scan.id}").text
        fields = [dict(FIELD.findall(tag)) for tag in re.findall(r"<input[^>]*>", page)]
        return {one["name"]: html.unescape(one.get("value", "")) for one in fields if "name" in one}

    def type(self, number: int, text: str) -> None:
        """Somebody writes a value down on the sheet itself."""
        person = self.event.groups[0].participants[number]
        answer = self.client.post(
            f"/sheets/{person.group_id}/{self.activity.id}/{person.id}",
            data={f"version-{person.id}": "0", f"value-{person.id}-1": text},
        )
        assert answer.status_code in {200, 303}, answer.text

    def value(self, number: int) -> Record | None:
        person = self.event.groups[0].participants[number]
        db.session.expire_all()
        return db.session.scalars(
            select(Record).where(Record.participant_id == person.id, Record.activity_id == self.activity.id)
        ).one_or_none()


@pytest.fixture
def desk(sign_in: SignIn) -> Desk:
    owner = make.user(Role.ADMIN)
    event = make.event("Summer games")
    group = make.group(event, "Foxes")
    for name in NAMES:
        make.participant(group, name)
    activity = make.activity(event, EvaluationType.TIME_LOW, "Run")
    return Desk(sign_in(owner), owner, event, activity)


WRITTEN = {0: "12340", 1: "5825", 2: "DNS", 3: "103560", 5: "6070"}
"""1:23.40, 58.25, did not start, 10:35.60, nothing, and 60.70: sixty seconds are more than a minute has."""


@pytest.fixture
def scan(desk: Desk) -> PaperScan:
    _sheet, layout, page = desk.print()
    desk.write(page, layout, WRITTEN)
    [found] = desk.send(desk.photo(page, layout))
    return found
