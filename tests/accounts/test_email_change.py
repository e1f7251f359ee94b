"""A new address: confirmed from the new one, and to be stopped from the old one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.accounts.models import LoginSession, User
from app.accounts.recovery.models import EmailChange
from app.database import now
from app.extensions import db
from tests.conftest import SignIn
from tests.support import make, outbox

pytestmark = pytest.mark.usefixtures("context")

OLD, NEW = "ann@example.org", "ann@new.example"


@pytest.fixture
def ann() -> User:
    return make.user(name="Ann", email=OLD)


def ask(browser: FlaskClient, email: str = NEW, current: str = make.PASSWORD) -> int:
    return browser.post("/account/email", data={"email": email, "current": current}).status_code


def email_of(user: User) -> str | None:
    db.session.rollback()
    return db.session.get_one(User, user.id, populate_existing=True).email


def test_nothing_changes_until_the_new_address_is_confirmed(ann: User, sign_in: SignIn, client: FlaskClient) -> None:
    browser = sign_in(ann)
    assert ask(browser) == 303
    confirm = outbox.last_link_to(NEW)
    assert (email_of(ann), NEW in browser.get("/account/email").text) == (OLD, True)
    assert client.get(confirm).status_code == 200
    assert email_of(ann) == OLD
    assert [client.post(confirm).status_code for _ in range(2)] == [303, 410]
    assert email_of(ann) == NEW


def test_the_old_address_is_told_and_can_stop_it(ann: User, sign_in: SignIn, client: FlaskClient) -> None:
    thief = sign_in(ann)
    ask(thief)
    confirm, stop = outbox.last_link_to(NEW), outbox.last_link_to(OLD)
    assert client.post(stop).location == f"/forgotten-password?email={OLD}"
    assert (client.post(confirm).status_code, email_of(ann)) == (410, OLD)
    assert thief.get("/account").status_code == 303


def test_stopped_after_it_was_confirmed_the_old_address_is_back(
    ann: User, sign_in: SignIn, client: FlaskClient
) -> None:
    thief = sign_in(ann)
    ask(thief)
    confirm, stop = outbox.last_link_to(NEW), outbox.last_link_to(OLD)
    client.post(confirm)
    assert [client.post(stop).status_code, client.post(stop).status_code] == [303, 410]
    assert email_of(ann) == OLD
    assert thief.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("email", "current", "words"),
    [
        ("no address", make.PASSWORD, "This is not an email address."),
        (NEW, "wrong password", "This is not your password."),
        ("BEN@example.org", make.PASSWORD, "Somebody with this address is here already."),
    ],
)
def test_an_address_is_asked_for_only_when_all_is_right(
    ann: User, sign_in: SignIn, email: str, current: str, words: str
) -> None:
    make.user(email="ben@example.org")
    answer = sign_in(ann).post("/account/email", data={"email": email, "current": current})
    assert answer.status_code == 422
    assert words in answer.text


def test_who_has_the_address_by_then_keeps_it(ann: User, sign_in: SignIn, client: FlaskClient) -> None:
    ask(sign_in(ann))
    confirm = outbox.last_link_to(NEW)
    make.user(email=NEW)
    assert client.post(confirm).status_code == 409
    assert email_of(ann) == OLD


def test_asking_again_ends_what_was_asked_before(ann: User, sign_in: SignIn, client: FlaskClient) -> None:
    browser = sign_in(ann)
    ask(browser)
    first = outbox.last_link_to(NEW)
    ask(browser, "third@example.org")
    assert client.post(first).status_code == 410
    assert client.post(outbox.last_link_to("third@example.org")).status_code == 303


def test_links_end_a_day_and_a_week_later(ann: User, sign_in: SignIn, client: FlaskClient) -> None:
    ask(sign_in(ann))
    confirm, stop = outbox.last_link_to(NEW), outbox.last_link_to(OLD)
    change = db.session.query(EmailChange).one()
    change.created_at, change.expires_at = now() - timedelta(days=7), now() - timedelta(days=6)
    db.session.commit()
    assert [client.get(confirm).status_code, client.get(stop).status_code] == [410, 410]


def test_a_link_to_a_new_password_in_the_old_mailbox_ends(ann: User, sign_in: SignIn, client: FlaskClient) -> None:
    client.post("/forgotten-password", data={"email": OLD})
    reset = outbox.last_link_to(OLD)
    ask(sign_in(ann))
    client.post(outbox.last_link_to(NEW))
    assert client.get(reset).status_code == 410


def test_without_a_password_a_sign_in_of_just_now_is_needed(ann: User, sign_in: SignIn) -> None:
    ann.password_hash, ann.email = None, None
    browser = sign_in(ann)
    assert browser.post("/account/email", data={"email": NEW}).status_code == 303
    assert [message["To"] for message in outbox.deliver()] == [NEW]
    db.session.query(LoginSession).one().created_at -= timedelta(minutes=16)
    db.session.commit()
    assert "#sessions" in browser.get("/account/email").location
