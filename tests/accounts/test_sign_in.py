"""Signing in and out with email and password."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import LoginSession, Role
from app.audit.models import AuditEntry
from app.database import now
from app.extensions import db
from tests.conftest import AppFactory, SignIn
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")


def try_password(client: FlaskClient, email: str, password: str, **more: str) -> int:
    form = {"email": email, "password": password, **more}
    return client.post("/sign-in", data=form).status_code


def test_the_right_password_opens_a_session(client: FlaskClient) -> None:
    user = make.user(email="ann@example.org")
    answer = client.post("/sign-in", data={"email": " Ann@Example.ORG ", "password": make.PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/")
    assert db.session.query(LoginSession).one().user_id == user.id
    assert client.get("/account").status_code == 200


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client: FlaskClient) -> None:
    make.user(email="ann@example.org")
    wrong = client.post("/sign-in", data={"email": "ann@example.org", "password": "not the password"})
    unknown = client.post("/sign-in", data={"email": "eve@example.org", "password": "not the password"})
    assert wrong.status_code == unknown.status_code == 422
    assert "The email or the password is not right." in wrong.text
    assert wrong.text.replace("ann@", "eve@") == unknown.text


def test_what_was_typed_as_address_is_kept_but_the_password_is_not(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"email": "ann@example.org", "password": "secret words"})
    assert "ann@example.org" in answer.text
    assert "secret words" not in answer.text


def test_an_empty_form_says_what_to_fill_in(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={})
    assert answer.status_code == 422
    assert answer.text.count("Please fill this in.") >= 2


def test_a_shut_account_cannot_sign_in(client: FlaskClient) -> None:
    user = make.user(email="ann@example.org")
    user.active = False
    db.session.commit()
    assert try_password(client, "ann@example.org", make.PASSWORD) == 422


@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", ""])
def test_after_signing_in_nobody_is_sent_to_another_site(client: FlaskClient, address: str) -> None:
    make.user(email="ann@example.org")
    form = {"email": "ann@example.org", "password": make.PASSWORD, "next": address}
    assert client.post("/sign-in", data=form).location == "/"


def test_a_page_that_asks_for_a_sign_in_is_come_back_to(client: FlaskClient) -> None:
    make.user(Role.ADMIN, email="ann@example.org")
    asked = client.get("/account?x=1")
    assert asked.location == "/sign-in?next=/account?x%3D1"
    form = {"email": "ann@example.org", "password": make.PASSWORD, "next": "/account?x=1"}
    assert client.post("/sign-in", data=form).location == "/account?x=1"


def test_an_open_page_whose_session_ended_is_sent_to_sign_in_by_htmx(client: FlaskClient) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/account"}
    answer = client.get("/account", headers=headers)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/sign-in?next=/account")


def test_a_sign_in_starts_a_new_session_and_forgets_what_was_planted_before(client: FlaskClient) -> None:
    make.user(email="ann@example.org")
    with client.session_transaction() as session:
        session["_user_id"], session["planted"] = "a token that an attacker knows", "yes"
    try_password(client, "ann@example.org", make.PASSWORD)
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["_user_id"] != "a token that an attacker knows"


def test_the_cookie_alone_does_not_open_the_database(client: FlaskClient) -> None:
    make.user(email="ann@example.org")
    try_password(client, "ann@example.org", make.PASSWORD)
    with client.session_transaction() as session:
        token = session["_user_id"]
    stored = db.session.query(LoginSession).one().token_hash
    assert token not in stored
    assert client.get("/account", headers={"Cookie": f"laurel={stored}"}).status_code == 200


def test_signing_out_ends_the_session_on_the_server_too(sign_in: SignIn) -> None:
    browser = sign_in(make.user())
    with browser.session_transaction() as session:
        token = session["_user_id"]
    browser.post("/sign-out")
    with browser.session_transaction() as session:
        session["_user_id"] = token
    assert browser.get("/account").status_code == 303


def test_a_session_that_was_idle_for_too_long_is_over(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in(make.user())
    session = db.session.query(LoginSession).one()
    session.last_seen_at = now() - app.config["SETTINGS"].session_idle
    db.session.commit()
    assert browser.get("/account").status_code == 303


def test_a_session_ends_for_good_after_its_longest_time(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in(make.user())
    session = db.session.query(LoginSession).one()
    session.created_at = now() - app.config["SETTINGS"].session_absolute
    db.session.commit()
    assert browser.get("/account").status_code == 303


def test_a_visit_is_noted_now_and_then(sign_in: SignIn) -> None:
    browser = sign_in(make.user())
    session = db.session.query(LoginSession).one()
    long_ago = session.last_seen_at = now() - timedelta(minutes=10)
    db.session.commit()
    browser.get("/account")
    db.session.expire_all()
    assert db.session.query(LoginSession).one().last_seen_at > long_ago


def test_with_redis_away_signing_in_still_works(make_app: AppFactory) -> None:
    make.user(email="ann@example.org")
    client = make_app(redis_url="redis://127.0.0.1:1/0").test_client()
    assert try_password(client, "ann@example.org", "wrong password") == 422
    assert try_password(client, "ann@example.org", make.PASSWORD) == 303


def test_a_form_without_its_token_is_refused(make_app: AppFactory) -> None:
    client = make_app(extra={"WTF_CSRF_ENABLED": True}).test_client()
    answer = client.post("/sign-in", data={"email": "ann@example.org", "password": "x"})
    assert answer.status_code == 400
    assert "open for too long" in answer.text


def test_sign_ins_and_refusals_are_in_the_audit_log_without_what_was_typed(client: FlaskClient) -> None:
    make.user(email="ann@example.org")
    try_password(client, "ann@example.org", "my secret typo")
    try_password(client, "ann@example.org", make.PASSWORD)
    entries = db.session.query(AuditEntry).order_by(AuditEntry.id).all()
    assert [entry.action for entry in entries] == ["user.create", "session.refuse", "session.open"]
    assert "my secret typo" not in str([entry.payload for entry in entries])
