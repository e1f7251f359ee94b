"""Taking one's data along, and going: what goes, what stays, and what the log may keep."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app import audit
from app.accounts import actions, avatars
from app.accounts.invitations import actions as invitations
from app.accounts.invitations.addresses import Invited
from app.accounts.models import LoginSession, Role, User
from app.audit.models import AuditEntry
from app.events.kinds import Checking
from app.extensions import Model, db
from app.scoring.actions import Entry
from app.scoring.checking.actions import check
from app.scoring.flags.actions import raise_flag
from app.scoring.models import Record, RecordChange
from tests.conftest import SignIn
from tests.events.conftest import write
from tests.support import make, outbox, pictures

pytestmark = pytest.mark.usefixtures("context")

EMAIL = "tom.secret@example.org"


@pytest.fixture
def vera(sign_in: SignIn) -> FlaskClient:
    return sign_in(make.user(Role.SUPER_ADMIN, "Věra"))


@pytest.fixture
def tom() -> User:
    return make.user(Role.EVALUATOR, "Tom", EMAIL)


def delete(browser: FlaskClient, user: User, username: str | None = None) -> int:
    return browser.post(f"/people/{user.id}/delete", data={"username": username or user.username}).status_code


def everything() -> str:
    db.session.rollback()
    return str([db.session.execute(text(f"SELECT * FROM {table}")).all() for table in Model.metadata.tables])


@pytest.mark.both_databases
def test_values_stay_and_the_person_goes(vera: FlaskClient, tom: User, sign_in: SignIn) -> None:
    event = make.event()
    group, jump = make.group(event), make.activity(event)
    eva, browser = make.participant(group, "Eva"), sign_in(tom)
    make.assign(tom, group)
    write("7", eva, jump, tom)
    assert delete(vera, tom) == 303
    assert db.session.query(User).filter_by(email=EMAIL).count() == 0
    [record] = db.session.scalars(select(Record))
    [change] = db.session.scalars(select(RecordChange))
    assert (str(record.amount), record.updated_by_id, record.updated_by_name) == ("7", None, "")
    assert (change.by_id, change.by_name) == (None, "")
    assert browser.get("/account").status_code == 303
    assert "somebody who is gone" in vera.get(f"/sheets/{group.id}/{jump.id}/{eva.id}/history").text


@pytest.mark.both_databases
def test_who_checked_answered_and_changed_the_plan_is_forgotten_and_it_stays_done(
    vera: FlaskClient, sign_in: SignIn
) -> None:
    zoe = make.user(Role.ADMIN, "Zoe Unforgettable")
    event = make.event()
    group, jump = make.group(event), make.activity(event)
    jump.checking = Checking.OPTIONAL
    eva, browser = make.participant(group, "Eva"), sign_in(zoe)
    write("7", eva, jump, make.user())
    check(event, jump, [Entry(eva, jump, ("7",))], by=zoe)
    raise_flag(event, jump, eva, "It was 8.", None, by=make.user())
    db.session.commit()
    browser.post(f"/events/{event.id}/flags/1/answer", data={"answer": "It was not."})
    page = browser.get(f"/events/{event.id}/changes/new?kind=withdraw&one={eva.id}").text
    seen = page.partition('name="fingerprint" value="')[2].partition('"')[0]
    browser.post(f"/events/{event.id}/changes", data={"kind": "withdraw", "one": eva.id, "fingerprint": seen})
    browser.post(f"/events/{event.id}/changes/1/undo")
    assert delete(vera, zoe) == 303
    kept = [db.session.execute(text(f"SELECT * FROM {name}")).all() for name in ("records", "flags", "plan_changes")]
    assert "Unforgettable" not in str(kept)
    assert db.session.scalars(select(Record.checked_at)).one() is not None
    assert "Checked by somebody who is gone" in vera.get(f"/sheets/{group.id}/{jump.id}/{eva.id}/history").text
    assert "undone by somebody who is gone" in vera.get(f"/events/{event.id}/changes").text


@pytest.mark.both_databases
def test_the_log_still_verifies_and_holds_no_address(vera: FlaskClient, tom: User, sign_in: SignIn, app: Flask) -> None:
    sign_in(tom).post("/account/tokens", data={"name": "tom's laptop"})
    vera.post(f"/people/{tom.id}/role", data={"role": "admin"})
    invitations.invite([Invited(EMAIL, EMAIL)], Role.SUPER_ADMIN, language="en", by=db.session.get_one(User, 1))
    db.session.commit()
    outbox.deliver()
    assert EMAIL in everything()
    assert delete(vera, tom) == 303
    assert EMAIL not in everything()
    assert "laptop" not in everything()
    assert list(audit.broken_rows()) == []
    [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "user.delete"))
    assert entry.payload == {"role": "admin", "by_themselves": False}
    assert vera.get("/audit").status_code == 200


def test_what_others_did_keeps_its_values(vera: FlaskClient, tom: User) -> None:
    other = make.user(Role.EVALUATOR, "Eva")
    vera.post(f"/people/{other.id}/role", data={"role": "admin"})
    delete(vera, tom)
    [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "user.role"))
    assert entry.payload == {"old": "evaluator", "new": "admin"}


def test_their_picture_goes(vera: FlaskClient, tom: User, app: Flask) -> None:
    avatars.save(tom, pictures.picture())
    db.session.commit()
    files = app.config["SETTINGS"].files
    assert [file for file in files.rglob("*") if file.is_file()]
    delete(vera, tom)
    assert [file for file in files.rglob("*") if file.is_file()] == []


def test_what_they_invited_to_opens_nothing_more(vera: FlaskClient, client: FlaskClient) -> None:
    admin = make.user(Role.ADMIN)
    _made, token = invitations.invite_by_link(
        Role.EVALUATOR, most=5, good_for=timedelta(days=1), language="en", by=admin
    )
    db.session.commit()
    assert client.get(f"/invited/{token}").status_code == 200
    delete(vera, admin)
    assert client.get(f"/invited/{token}").status_code == 410


def test_a_slip_of_the_hand_deletes_nobody(vera: FlaskClient, tom: User) -> None:
    assert vera.get(f"/people/{tom.id}/delete").status_code == 200
    assert delete(vera, tom, "somebody") == 422
    assert db.session.get(User, tom.id) is not None


def test_nobody_deletes_themselves_on_the_page_of_people(vera: FlaskClient) -> None:
    [me] = db.session.scalars(select(User))
    assert delete(vera, me) == 409


def test_who_goes_by_themselves_gives_their_password(tom: User, sign_in: SignIn) -> None:
    browser = sign_in(tom)
    form = {"username": "tom", "current": "wrong password"}
    assert browser.post("/account/delete", data=form).status_code == 422
    assert browser.post("/account/delete", data={**form, "current": make.PASSWORD}).location == "/"
    assert db.session.query(User).count() == 0
    assert browser.get("/account").status_code == 303


def test_without_a_password_they_have_signed_in_just_now(tom: User, sign_in: SignIn) -> None:
    tom.password_hash = None
    browser = sign_in(tom)
    session = db.session.query(LoginSession).one()
    session.created_at -= timedelta(minutes=16)
    db.session.commit()
    assert browser.post("/account/delete", data={"username": "tom"}).location == "/account/sign-in#sessions"
    session = db.session.query(LoginSession).one()
    session.created_at += timedelta(minutes=10)
    db.session.commit()
    assert browser.post("/account/delete", data={"username": "tom"}).location == "/"


def test_the_last_super_admin_stays(vera: FlaskClient) -> None:
    [me] = db.session.scalars(select(User))
    form = {"username": me.username, "current": make.PASSWORD}
    answer = vera.post("/account/delete", data=form)
    assert answer.status_code == 409
    assert "The last super admin stays" in answer.text
    actions.set_active(make.user(Role.SUPER_ADMIN), False, by=me)
    db.session.commit()
    assert vera.post("/account/delete", data=form).status_code == 409
    make.user(Role.SUPER_ADMIN)
    assert vera.post("/account/delete", data=form).status_code == 303


@pytest.mark.both_databases
def test_somebody_takes_their_data_along(tom: User, sign_in: SignIn) -> None:
    event = make.event("Summer games")
    group, jump = make.group(event, "Foxes"), make.activity(event)
    make.assign(tom, group)
    write("7", make.participant(group), jump, tom)
    browser = sign_in(tom)
    answer = browser.get("/account/data")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="laurel-tom.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.data)) as zipped:
        found = {name: json.loads(zipped.read(name)) for name in zipped.namelist()}
    assert (found["account.json"]["email"], found["account.json"]["role"]) == (EMAIL, "evaluator")
    assert [(one["event"], one["group"]) for one in found["events.json"]] == [("Summer games", "Foxes")]
    assert [(one["old"], one["new"]) for one in found["values.json"]] == [([None], ["7"])]
    assert "session.open" in [one["action"] for one in found["log.json"]]
    assert "hash" not in answer.data.decode("latin-1")


def test_a_team_has_no_data_of_its_own(sign_in: SignIn) -> None:
    team = make.user(Role.EVALUATOR)
    team.shared = True
    browser = sign_in(team)
    assert [browser.get(f"/account/{what}").status_code for what in ("data", "delete", "email")] == [403] * 3
