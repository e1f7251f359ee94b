"""A desk at which an admin imports files, and the worker beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import Role, User
from app.events.kinds import EventStatus
from app.events.models import Event, Group, Import, Participant
from app.extensions import db
from app.jobs.models import Job, JobState
from app.jobs.runner import run_job
from tests.conftest import SignIn
from tests.support import make

PIECE = {"HX-Request": "true"}


@dataclass
class Desk:
    event: Event
    admin: User
    browser: FlaskClient

    @property
    def url(self) -> str:
        return f"/events/{self.event.id}/imports"

    def upload(self, content: str | bytes, name: str = "list.csv") -> TestResponse:
        """As a browser sends it; the client of the tests would leave a temporary file open."""
        data = content.encode() if isinstance(content, str) else content
        head = f'--laurel\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = b"".join([head.encode(), data, b"\r\n--laurel--\r\n"])
        return self.browser.post(self.url, data=body, content_type="multipart/form-data; boundary=laurel")

    def preview(self, content: str | bytes) -> str:
        """The address of the preview of an uploaded file."""
        answer = self.upload(content)
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def confirm(self, url: str, page: str | None = None) -> TestResponse:
        """Press the button of the preview, as it is now or as it was."""
        found = re.search(r'name="fingerprint" value="(\w+)"', page or self.browser.get(url).text)
        assert found, "there is nothing to confirm"
        return self.browser.post(f"{url}/apply", data={"fingerprint": found[1]})

    def bring_in(self, content: str | bytes) -> str:
        """The page that tells what came of it."""
        url = self.preview(content)
        self.confirm(url)
        work()
        return self.browser.get(url).text

    def people(self) -> list[Participant]:
        listed = select(Participant).where(Participant.event_id == self.event.id).order_by(Participant.position)
        return list(db.session.scalars(listed))

    def groups(self) -> list[Group]:
        return list(db.session.scalars(select(Group).where(Group.event_id == self.event.id).order_by(Group.position)))

    def written(self) -> tuple[int, int]:
        return len(self.groups()), len(self.people())


def work() -> None:
    """What the worker does with what waits."""
    for job_id in db.session.scalars(select(Job.id).where(Job.state == JobState.PENDING).order_by(Job.id)).all():
        run_job(job_id)


def last_import() -> Import:
    return db.session.scalars(select(Import).order_by(Import.id.desc()).limit(1)).one()


def last_job() -> Job:
    return db.session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()


def words(page: str) -> str:
    """What a reader sees of a page, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def rows(page: str) -> list[str]:
    """The table's body, one text a row."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [words(f"<tr{row}") for row in body.split("<tr")[1:]]


def start_list(count: int) -> str:
    lines = (f"P{number};Person {number};Group {number % 7};{number % 90}" for number in range(count))
    return "\n".join(["Startovní číslo;Jméno;Kategorie;Věk", *lines])


@pytest.fixture
def desk(sign_in: SignIn) -> Desk:
    admin = make.user(Role.ADMIN, "Věra")
    return Desk(make.event(status=EventStatus.DRAFT), admin, sign_in(admin))
