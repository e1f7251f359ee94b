"""The outbox on a page, for super admins."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import mail
from app.accounts.models import Role
from app.audit.models import AuditEntry
from app.extensions import db
from app.jobs.models import Job, JobState
from app.mail.models import MailState
from tests.conftest import AppFactory, SignIn
from tests.support import make

from .conftest import MailApp, stored, work, write

pytestmark = pytest.mark.usefixtures("context")

NOWHERE = "smtp://127.0.0.1:1"


@pytest.fixture
def vera(sign_in: SignIn) -> FlaskClient:
    return sign_in(make.user(Role.SUPER_ADMIN, "Věra"))


def test_what_waits_is_shown_with_why_and_tried_again(vera: FlaskClient, mail_app: MailApp) -> None:
    with mail_app(NOWHERE).app_context():
        mail_id = write()
        mail.deliver(mail_id)
    page = vera.get("/people/mail?state=pending").text
    assert "ann@example.org" in page
    assert "The mail server cannot be reached." in page
    db.session.query(Job).update({"state": JobState.DONE})
    db.session.commit()
    assert vera.post(f"/people/mail/{mail_id}/retry").status_code == 303
    [job] = db.session.scalars(select(Job).where(Job.state == JobState.PENDING))
    assert (job.kind, job.arguments) == ("deliver", [mail_id])
    last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert last is not None
    assert (last.action, last.subject_id) == ("mail.retry", mail_id)


def test_what_has_left_is_not_tried_again(vera: FlaskClient, app: Flask) -> None:
    with app.app_context():
        mail_id = write()
    work(app)
    assert stored(mail_id).state is MailState.SENT
    assert "sent" in vera.get("/people/mail?state=sent").text
    assert "ann@example.org" not in vera.get("/people/mail?state=pending").text
    assert vera.post(f"/people/mail/{mail_id}/retry").status_code == 409
    assert vera.post("/people/mail/999/retry").status_code == 404


@pytest.mark.parametrize("role", [Role.PLAYER, Role.EVALUATOR, Role.ADMIN])
def test_mail_is_nobody_elses_business(sign_in: SignIn, role: Role) -> None:
    assert sign_in(make.user(role)).get("/people/mail").status_code == 403


@pytest.mark.parametrize("mails", [1, 40])
def test_the_page_takes_the_same_statements_for_any_number(
    vera: FlaskClient, app: Flask, statements: list[str], mails: int
) -> None:
    with app.app_context():
        for _ in range(mails):
            write()
    statements.clear()
    assert vera.get("/people/mail").status_code == 200
    assert len(statements) <= 4, statements


def test_a_link_that_was_sent_to_somebody_stays_in_sight(vera: FlaskClient, make_app: AppFactory) -> None:
    tom = make.user(name="Tom")
    assert "Link for a new password" not in vera.get(f"/people/{tom.id}").text
    vera.post(f"/people/{tom.id}/reset")
    assert "on its way" in vera.get(f"/people/{tom.id}").text
    work(make_app())
    page = vera.get(f"/people/{tom.id}").text
    assert "Link for a new password" in page
    assert "on its way" not in page
