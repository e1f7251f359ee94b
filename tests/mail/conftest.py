from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from flask import Flask
from sqlalchemy import select

from app import mail
from app.config import SmtpServer
from app.extensions import db
from app.jobs.models import Job, JobState
from app.jobs.runner import run_job
from app.mail.models import Mail
from tests.conftest import AppFactory
from tests.support import smtp

TOKEN = "a-token-that-opens-an-account"


@pytest.fixture
def server() -> Iterator[smtp.MailServer]:
    with smtp.running(smtp.MailServer()) as server:
        yield server


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate that this test trusts."""
    file = smtp.make_certificate(tmp_path / "certificate.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return file


class MailApp(Protocol):
    def __call__(self, url: str, **changes: object) -> Flask: ...


@pytest.fixture
def mail_app(make_app: AppFactory) -> MailApp:
    """An application that hands its mail in at this address."""

    def make(url: str, **changes: object) -> Flask:
        return make_app(smtp=SmtpServer.from_url(url), public_url="https://laurel.example.org", **changes)

    return make


def write(to: str = "ann@example.org", language: str = "en", **more: object) -> int:
    """A mail in the outbox, committed; its id. The token stands for what only its reader may know."""
    link = mail.Link("accounts.sign_in", next=TOKEN)
    made = mail.send("reset", to, language=language, link=link, name="Ann", **more)  # type: ignore[arg-type]
    db.session.commit()
    return made.id


def work(app: Flask) -> None:
    """Do all that waits, whenever it is due, each once."""
    with app.app_context():
        db.session.rollback()
        for job_id in db.session.scalars(select(Job.id).where(Job.state == JobState.PENDING)).all():
            db.session.commit()
            run_job(job_id)
        db.session.remove()


def stored(mail_id: int) -> Mail:
    db.session.rollback()
    return db.session.get_one(Mail, mail_id, populate_existing=True)
