"""Judges without accounts: a private link opens one sheet or one group, for a time, under the name they type."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Role
from app.audit.models import AuditEntry
from app.database import now
from app.events.kinds import Checking, EventStatus
from app.events.models import Activity, Event, Group
from app.extensions import db
from app.scoring.judges.models import JudgeLink
from app.scoring.models import Record, RecordChange
from tests.conftest import AppFactory, SignIn
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def jump() -> Activity:
    event = make.event()
    make.group(event, "Foxes", people=2)
    return make.activity(event, name="Jump")


@pytest.fixture
def admin(sign_in: SignIn) -> FlaskClient:
    return sign_in(make.user(Role.ADMIN))


def foxes(jump: Activity) -> Group:
    return db.session.scalars(select(Group).where(Group.event_id == jump.event_id, Group.name == "Foxes")).one()


def make_link(admin: FlaskClient, jump: Activity, whole_group: bool = False) -> str:
    form = {"group": foxes(jump).id, "activity": 0 if whole_group else jump.id, "hours": "4"}
    page = admin.post(f"/events/{jump.event_id}/judges", data=form).text
    found = re.search(r"/judge/([\w-]{43})", page)
    assert found
    assert "<svg" in page
    return found[1]


def come(app: Flask, token: str, name: str = "Jana") -> FlaskClient:
    browser = app.test_client()
    assert "Your name" in browser.get(f"/judge/{token}").text
    assert browser.post("/judge", data={"token": token, "name": name}).status_code == 303
    return browser


def write(browser: FlaskClient, jump: Activity, text: str = "5") -> int:
    group = foxes(jump)
    person = group.participants[0].id
    form = {f"value-{person}-1": text, f"version-{person}": "0"}
    return browser.post(f"/sheets/{group.id}/{jump.id}/{person}", data=form, headers={"HX-Request": "true"}).status_code


def test_a_judge_types_a_name_and_scores_the_sheet_and_the_log_has_both(
    app: Flask, admin: FlaskClient, jump: Activity
) -> None:
    judge = come(app, make_link(admin, jump))
    assert "Jump" in judge.get(f"/sheets/{foxes(jump).id}/{jump.id}").text
    assert write(judge, jump) == 200
    [link] = db.session.scalars(select(JudgeLink))
    [change] = db.session.scalars(select(RecordChange))
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "records.save")).one()
    assert (change.by_name, change.by_id) == (f"Jana (link {link.id})", None)
    assert (entry.actor_name, entry.actor_id) == (f"Jana (link {link.id})", None)
    assert db.session.scalars(select(Record.updated_by_link_id)).one() == link.id


def test_no_other_sheet_and_no_other_page_opens(app: Flask, admin: FlaskClient, jump: Activity) -> None:
    run, bears = make.activity(jump.event, name="Run"), make.group(jump.event, "Bears", people=1)
    judge = come(app, make_link(admin, jump))
    group = foxes(jump)
    for path in (f"/sheets/{group.id}/{run.id}", f"/sheets/{bears.id}/{jump.id}"):
        assert judge.get(path).status_code == 404
        assert judge.post(path, data={}).status_code == 404
    for path in ("/sheets", f"/events/{jump.event_id}", "/account", f"/events/{jump.event_id}/judges"):
        assert judge.get(path).status_code == 303


def test_a_link_for_a_group_opens_all_its_sheets(app: Flask, admin: FlaskClient, jump: Activity) -> None:
    make.activity(jump.event, name="Run")
    judge = come(app, make_link(admin, jump, whole_group=True))
    page = judge.get("/judge").text
    assert "Jump" in page
    assert "Run" in page
    assert write(judge, jump) == 200


@pytest.mark.parametrize("how", ["revoked", "expired", "the event is over"])
def test_it_ends_at_once(app: Flask, admin: FlaskClient, jump: Activity, how: str) -> None:
    token = make_link(admin, jump)
    judge = come(app, token)
    [link] = db.session.scalars(select(JudgeLink))
    if how == "revoked":
        admin.post(f"/events/{jump.event_id}/judges/{link.id}/revoke")
    elif how == "expired":
        link.expires_at = now() - timedelta(seconds=1)
    else:
        db.session.get_one(Event, jump.event_id).status = EventStatus.ARCHIVED
    db.session.commit()
    assert write(judge, jump) == 204  # Sent to sign in.
    assert db.session.query(RecordChange).count() == 0
    assert "This link opens nothing" in app.test_client().get(f"/judge/{token}").text
    assert app.test_client().post("/judge", data={"token": token, "name": "Jana"}).status_code == 403


def test_a_name_is_asked_for_and_the_token_is_nowhere_in_the_database(
    app: Flask, admin: FlaskClient, jump: Activity
) -> None:
    token = make_link(admin, jump)
    assert app.test_client().post("/judge", data={"token": token, "name": " "}).status_code == 422
    rows = [str(row) for table in db.metadata.tables.values() for row in db.session.execute(select(table))]
    assert not any(token in row for row in rows)


def test_wrong_links_are_slowed_down(app: Flask, jump: Activity) -> None:
    statuses = [app.test_client().post("/judge", data={"token": "x", "name": "Jana"}).status_code for _ in range(61)]
    assert (statuses[0], statuses[-1]) == (403, 429)


def test_a_judge_needs_the_form_token_too(make_app: AppFactory, admin: FlaskClient, jump: Activity) -> None:
    token = make_link(admin, jump)
    guarded = make_app(extra={}).test_client()
    assert guarded.post("/judge", data={"token": token, "name": "Jana"}).status_code == 400


def test_whoever_comes_through_the_same_link_is_the_same_person(app: Flask, admin: FlaskClient, jump: Activity) -> None:
    jump.checking = Checking.REQUIRED
    token, other = make_link(admin, jump), make_link(admin, jump)
    write(come(app, token, "Jana"), jump)
    person = foxes(jump).participants[0].id
    url, form = f"/sheets/{foxes(jump).id}/{jump.id}/check", {f"value-{person}-1": "5"}
    assert come(app, token, "Somebody else").post(url, data=form).status_code == 403
    assert come(app, other, "Milan").post(url, data=form).status_code == 303
    assert db.session.scalars(select(Record.checked_by_name)).one().startswith("Milan")


def test_an_account_counts_more_than_a_link(app: Flask, sign_in: SignIn, admin: FlaskClient, jump: Activity) -> None:
    token = make_link(admin, jump)
    petra = make.user(name="Petra")
    make.assign(petra, foxes(jump))
    browser = sign_in(petra)
    browser.post("/judge", data={"token": token, "name": "Jana"})
    write(browser, jump)
    assert db.session.scalars(select(RecordChange.by_name)).one() == "Petra"
