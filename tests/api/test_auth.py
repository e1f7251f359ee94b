"""Programs that people sign in to: accounts over JSON, access tokens for half an hour, and chains of refresh tokens."""

from __future__ import annotations

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts import access_tokens, second_step
from app.accounts.models import LoginSession, PersonalToken, RefreshToken, Role, SecondStep, User
from app.audit.models import AuditEntry
from app.database import now
from app.encryption import derived_key
from app.extensions import db
from tests.conftest import AppFactory, SignIn
from tests.support import make

from .test_access import assert_error

pytestmark = pytest.mark.usefixtures("context")

JAN = {"email": "Jan@Example.org", "password": "a good password"}


def send(client: FlaskClient, what: str, body: Any) -> TestResponse:
    return client.post(f"/api/v1/auth/{what}", json=body)


def tokens(answer: TestResponse) -> dict[str, str]:
    assert answer.status_code in {200, 201}, answer.text
    body = answer.get_json()
    assert list(body) == ["access_token", "refresh_token", "token_type", "token", "expires_at"]
    return dict(body)


def register(client: FlaskClient, **more: str) -> dict[str, str]:
    return tokens(send(client, "register", {**JAN, **more}))


def log_in(client: FlaskClient, **more: str) -> dict[str, str]:
    return tokens(send(client, "login", {**JAN, **more}))


def refresh(client: FlaskClient, token: str) -> TestResponse:
    return send(client, "refresh", {"refresh_token": token})


def me(client: FlaskClient, token: str) -> TestResponse:
    return client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})


def test_somebody_registers_and_is_who_they_said(client: FlaskClient) -> None:
    answer = send(client, "register", {**JAN, "username": "Jan.Novak", "name": "Jan Novák"})
    assert answer.status_code == 201
    body = tokens(answer)
    assert (body["token_type"], body["token"]) == ("Bearer", body["access_token"])
    assert me(client, body["access_token"]).get_json() == {
        "id": db.session.query(User).one().id,
        "username": "jan.novak",
        "email": "jan@example.org",
        "name": "Jan Novák",
        "image": None,
        "avatar": None,
    }
    assert db.session.query(User).one().role is Role.PLAYER


def test_the_access_token_is_over_after_half_an_hour_and_says_so(client: FlaskClient) -> None:
    body = register(client)
    assert body["expires_at"].endswith("Z")
    until = datetime.fromisoformat(body["expires_at"])
    assert timedelta(minutes=29) < until - now() <= timedelta(minutes=30)


@pytest.mark.parametrize(
    ("given", "username"),
    [
        ({}, "jan"),
        ({"name": "Žofie Růžičková"}, "zofie-ruzickova"),
        ({"username": "ŽOFIE"}, None),
        ({"username": "JAN_N"}, "jan_n"),
    ],
)
def test_a_username_is_folded_or_derived(client: FlaskClient, given: dict[str, str], username: str | None) -> None:
    answer = send(client, "register", {**JAN, **given})
    assert answer.status_code == (201 if username else 422)
    assert db.session.scalar(select(User.username)) == username


def test_a_derived_username_that_is_taken_gets_a_number(client: FlaskClient) -> None:
    register(client)
    answer = send(client, "register", {**JAN, "email": "jan@example.com"})
    assert me(client, tokens(answer)["token"]).get_json()["username"] == "jan-2"


@pytest.mark.parametrize(
    ("again", "code"),
    [({"email": "JAN@example.ORG"}, "email_taken"), ({"email": "x@example.org", "username": "JaN"}, "username_taken")],
)
def test_what_is_taken_is_told(client: FlaskClient, again: dict[str, str], code: str) -> None:
    register(client, username="jan")
    assert_error(send(client, "register", {**JAN, **again}), 409, code)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"email": "no address"}, "email"),
        ({"email": None}, "email"),
        ({"username": "a b"}, "username"),
        ({"name": "x" * 121}, "name"),
        ({"name": "a\x00b"}, "name"),
    ],
)
def test_what_is_weak_or_wrong_is_told_by_field(client: FlaskClient, wrong: dict[str, Any], field: str) -> None:
    answer = send(client, "register", {**JAN, **wrong})
    assert_error(answer, 422, "invalid")
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]
    assert db.session.query(User).count() == 0


@pytest.mark.both_databases
def test_of_two_that_register_the_same_at_one_instant_one_is_told(app: Flask) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: send(app.test_client(), "register", JAN).status_code, range(4)))
    assert sorted(answers) == [201, 409, 409, 409]
    assert db.session.query(User).count() == 1


@pytest.mark.parametrize("who", [{"email": "JAN@EXAMPLE.ORG"}, {"email": "", "username": "Jan"}])
def test_the_address_or_the_username_signs_in(client: FlaskClient, who: dict[str, str]) -> None:
    register(client)
    assert me(client, log_in(client, **who)["access_token"]).status_code == 200


def test_a_wrong_password_an_unknown_name_and_a_shut_account_get_one_answer(client: FlaskClient) -> None:
    register(client)
    wrong = send(client, "login", {**JAN, "password": "not the password"})
    unknown = send(client, "login", {**JAN, "email": "eve@example.org"})
    db.session.query(User).one().active = False
    db.session.commit()
    shut = send(client, "login", JAN)
    for answer in (wrong, unknown, shut):
        assert_error(answer, 401, "bad_credentials")


def test_whoever_guesses_is_held_here_as_on_the_page(client: FlaskClient) -> None:
    register(client)
    answers = [send(client, "login", {**JAN, "password": f"guess {number}"}) for number in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 30
    assert send(client, "login", {**JAN, "email": "", "username": "jan"}).status_code == 429
    page = client.post("/sign-in", data={"email": "jan@example.org", "password": JAN["password"]})
    assert page.status_code == 429


def test_a_refresh_token_is_exchanged_for_the_next_pair(client: FlaskClient) -> None:
    first = register(client)
    second = tokens(refresh(client, first["refresh_token"]))
    assert second["refresh_token"] != first["refresh_token"]
    assert me(client, second["access_token"]).status_code == 200
    assert tokens(refresh(client, second["refresh_token"]))


def test_reuse_of_an_old_one_ends_the_family_but_no_other_device(client: FlaskClient) -> None:
    first, other = register(client), log_in(client)
    second = tokens(refresh(client, first["refresh_token"]))
    assert_error(refresh(client, first["refresh_token"]), 401, "invalid_token")
    assert_error(refresh(client, second["refresh_token"]), 401, "invalid_token")
    assert_error(me(client, second["access_token"]), 401, "unauthorized")
    assert me(client, other["access_token"]).status_code == 200
    assert tokens(refresh(client, other["refresh_token"]))
    assert "session.reuse" in db.session.scalars(select(AuditEntry.action)).all()


@pytest.mark.both_databases
def test_of_two_uses_at_the_same_instant_one_wins_at_most_and_the_family_ends(app: Flask) -> None:
    client = app.test_client()
    first = register(client)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: refresh(app.test_client(), first["refresh_token"]), range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]
    [won] = [answer.get_json() for answer in answers if answer.status_code == 200]
    assert refresh(client, won["refresh_token"]).status_code == 401
    assert me(client, won["access_token"]).status_code == 401


def test_a_refresh_token_is_over_after_fourteen_days(client: FlaskClient) -> None:
    first = register(client)
    row = db.session.query(RefreshToken).one()
    assert timedelta(days=13) < row.expires_at - now() <= timedelta(days=14)
    row.expires_at = now()
    db.session.commit()
    assert_error(refresh(client, first["refresh_token"]), 401, "invalid_token")


@pytest.mark.parametrize("token", ["", "x", "laurel_refresh_made-up"])
def test_a_made_up_refresh_token_is_not_valid(client: FlaskClient, token: str) -> None:
    assert_error(refresh(client, token), 401, "invalid_token")


def test_many_devices_are_signed_in_at_once_and_listed_on_the_account_page(
    client: FlaskClient, sign_in: SignIn
) -> None:
    register(client)
    devices = [log_in(client) for _ in range(12)]
    assert {me(client, device["access_token"]).status_code for device in devices} == {200}
    browser = sign_in(db.session.query(User).one())
    assert browser.get("/account/sign-in").text.count("program") >= 13
    program = db.session.query(LoginSession).filter_by(is_program=True).order_by(LoginSession.id.desc()).first()
    assert program is not None
    browser.post(f"/account/sessions/{program.id}/end")
    assert me(client, devices[-1]["access_token"]).status_code == 401
    assert me(client, devices[0]["access_token"]).status_code == 200


def test_logging_out_ends_the_device_at_once_and_is_always_204(client: FlaskClient) -> None:
    first, other = register(client), log_in(client)
    old = first["refresh_token"]
    second = tokens(refresh(client, old))
    bodies: list[Any] = [{"refresh_token": text} for text in (second["refresh_token"], old, "x")]
    for body in [*bodies, {}, [], 1]:
        assert (send(client, "logout", body).status_code, send(client, "logout", body).data) == (204, b"")
    assert client.post("/api/v1/auth/logout", data=b"\xff{", content_type="application/json").status_code == 204
    assert me(client, second["access_token"]).status_code == 401
    bearer = {"Authorization": f"Bearer {other['access_token']}"}
    assert client.post("/api/v1/auth/logout", headers=bearer).status_code == 204
    assert me(client, other["access_token"]).status_code == 401


def test_a_new_password_or_a_shut_account_ends_programs_too(client: FlaskClient, sign_in: SignIn) -> None:
    first = register(client)
    new = {"current": JAN["password"], "password": "new words 1", "again": "new words 1"}
    sign_in(db.session.query(User).one()).post("/account/password", data=new)
    assert me(client, first["access_token"]).status_code == 401
    assert refresh(client, first["refresh_token"]).status_code == 401
    second = log_in(client, password="new words 1")
    db.session.query(User).one().active = False
    db.session.commit()
    assert me(client, second["access_token"]).status_code == 401
    assert refresh(client, second["refresh_token"]).status_code == 401


def forged(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    def part(of: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(of).encode()).decode().rstrip("=")

    return f"{part(header)}.{part(claims)}.{signature}"


def good_claims() -> dict[str, Any]:
    session = db.session.query(LoginSession).one()
    exp = int(time.time()) + 600
    return {"iss": "laurel", "aud": "laurel-api", "sub": str(session.user_id), "sid": session.id, "exp": exp}


def test_only_what_we_signed_for_this_is_believed(client: FlaskClient, app: Flask) -> None:
    from joserfc import jwt
    from joserfc.jwk import OctKey

    register(client)
    good = good_claims()
    with app.app_context():
        own, other = OctKey.import_key(derived_key("access tokens")), OctKey.import_key(derived_key("something else"))
    secret = OctKey.import_key(app.config["SECRET_KEY"])

    def signed(key: OctKey = own, alg: str = "HS256", **changes: Any) -> str:
        claims = {name: value for name, value in {**good, **changes}.items() if value is not None}
        return jwt.encode({"alg": alg}, claims, key, algorithms=[alg])

    assert me(client, signed()).status_code == 200
    wrong = {
        "no signature": forged({"alg": "none"}, good),
        "an empty one": forged({"alg": "HS256"}, good),
        "another purpose": signed(other),
        "the key itself": signed(secret),
        "another algorithm": signed(alg="HS512"),
        "another issuer": signed(iss="somebody"),
        "another audience": signed(aud="elsewhere"),
        "no audience": signed(aud=None),
        "over": signed(exp=int(time.time()) - 1),
        "endless": signed(exp=None),
        "no session": signed(sid=None),
        "a session of nobody": signed(sid=99999),
        "words": signed(sid="one"),
    }
    assert {name: me(client, token).status_code for name, token in wrong.items()} == dict.fromkeys(wrong, 401)


def test_the_session_of_a_browser_is_not_that_of_a_program(client: FlaskClient, sign_in: SignIn, app: Flask) -> None:
    sign_in(make.user())
    session = db.session.query(LoginSession).one()
    with app.app_context():
        text = access_tokens._signed(session, now() + timedelta(minutes=5))
    assert me(client, text).status_code == 401


def test_who_has_a_second_step_sends_its_code_as_well(client: FlaskClient, sign_in: SignIn) -> None:
    register(client)
    user = db.session.query(User).one()
    sign_in(user)
    second_step.begin(user)
    db.session.commit()
    app = pyotp.TOTP(second_step.key_of(db.session.get_one(SecondStep, user.id)))
    codes = second_step.confirm(user, app.now(), keep=db.session.query(LoginSession).filter_by(is_program=False).one())
    db.session.commit()
    assert codes
    assert_error(send(client, "login", JAN), 401, "second_step_required")
    assert_error(send(client, "login", {**JAN, "code": "000000"}), 401, "bad_code")
    assert me(client, log_in(client, code=codes[0])["access_token"]).status_code == 200
    assert_error(send(client, "login", {**JAN, "code": codes[0]}), 401, "bad_code")


def test_where_admins_must_have_one_they_cannot_go_around_it(make_app: AppFactory) -> None:
    make.user(Role.ADMIN, email="ivan@example.org")
    body = {"email": "ivan@example.org", "password": make.PASSWORD}
    assert_error(send(make_app(second_step=True).test_client(), "login", body), 403, "second_step_missing")


def test_the_database_holds_no_token_in_the_clear(client: FlaskClient) -> None:
    held = register(client)
    refreshed = tokens(refresh(client, held["refresh_token"]))
    tables = (LoginSession, RefreshToken, PersonalToken, AuditEntry, User)
    rows = repr([vars(row) for table in tables for row in db.session.scalars(select(table))])
    for pair in (held, refreshed):
        assert pair["refresh_token"].removeprefix("laurel_refresh_") not in rows
        assert pair["access_token"] not in rows
    assert JAN["password"] not in rows


def test_a_browser_elsewhere_cannot_use_cookies_here(client: FlaskClient, sign_in: SignIn) -> None:
    assert sign_in(make.user()).get("/api/v1/auth/me").status_code == 401


def test_no_csrf_token_is_asked_of_programs(make_app: AppFactory) -> None:
    client = make_app(extra={"WTF_CSRF_ENABLED": True}).test_client()
    pair = register(client)
    assert log_in(client)
    assert refresh(client, pair["refresh_token"]).status_code == 200
    assert send(client, "logout", {}).status_code == 204


@pytest.mark.parametrize("what", ["register", "login", "refresh"])
def test_what_is_no_json_is_refused_in_json(client: FlaskClient, what: str) -> None:
    assert_error(client.post(f"/api/v1/auth/{what}", data={"email": "x"}), 415, "unsupported_media_type")
    assert_error(client.post(f"/api/v1/auth/{what}", data="{", content_type="application/json"), 400, "bad_request")
    assert_error(send(client, what, []), 422, "invalid")


def test_old_links_of_chains_are_swept_away(client: FlaskClient, app: Flask) -> None:
    register(client)
    db.session.query(RefreshToken).one().expires_at = now() - timedelta(days=1)
    db.session.commit()
    assert access_tokens.forget_old_links() == 1
    db.session.commit()
    assert db.session.query(LoginSession).count() == 0
