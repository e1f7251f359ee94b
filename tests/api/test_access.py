from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import web
from app.accounts import actions as accounts
from app.accounts.models import PersonalToken, Role
from app.extensions import db
from tests.conftest import AppFactory
from tests.support import make

from .conftest import Games, Script, script


def assert_error(answer: TestResponse, status: int, code: str) -> None:
    assert answer.status_code == status
    assert answer.mimetype == "application/json"
    assert answer.json is not None
    assert answer.json["error_code"] == code
    assert answer.json["detail"]
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer laurel_unknown", "Basic YTpi", "Bearer \u00ff"])
def test_without_a_token_that_is_known_nothing_is_told(app: Flask, games: Games, header: str) -> None:
    answer = app.test_client().get(games.url, headers={"Authorization": header})
    assert_error(answer, 401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_revoked_token_is_as_good_as_none(app: Flask, games: Games, evaluator: Script) -> None:
    with app.app_context():
        token = db.session.scalars(db.select(PersonalToken)).one()
        accounts.revoke_token(token, by=games.evaluator)
        db.session.commit()
    assert_error(evaluator.get(games.url), 401, "unauthorized")


def test_the_cookie_of_a_signed_in_browser_does_not_count(app: Flask, games: Games) -> None:
    client = app.test_client()
    with app.app_context():
        token = accounts.open_session(games.evaluator, address="127.0.0.1", browser="tests")
        db.session.commit()
    with client.session_transaction() as session:
        session["_user_id"] = token
    assert_error(client.get(games.url), 401, "unauthorized")
    assert_error(client.post(games.records, json={"records": []}), 401, "unauthorized")


def test_a_token_needs_no_csrf_token_beside_it(make_app: AppFactory) -> None:
    app = make_app(extra={"WTF_CSRF_ENABLED": True})
    with app.app_context():
        admin = script(app, make.user(Role.ADMIN))
    assert admin.post("/api/v1/events/1/records", {"records": []}).status_code == 404


def test_players_have_no_business_here(app: Flask, games: Games) -> None:
    with app.app_context():
        player = script(app, make.user(Role.PLAYER))
    assert_error(player.get("/api/v1/events"), 403, "forbidden")


@pytest.mark.parametrize("path", ["", "/participants", "/standings"])
def test_an_evaluator_outside_of_the_pool_sees_no_event(games: Games, outsider: Script, path: str) -> None:
    assert_error(outsider.get(games.url + path), 404, "not_found")
    assert_error(outsider.post(games.records, {"records": [{}]}), 404, "not_found")


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/", "/api/v1/events/0x1", f"/api/v1/events/{10**30}"])
def test_an_unknown_address_is_told_of_in_json(admin: Script, path: str) -> None:
    assert_error(admin.get(path), 404, "not_found")


def test_a_method_that_is_not_taken_is_told_of_with_those_that_are(admin: Script) -> None:
    answer = admin.post("/api/v1/events")
    assert_error(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


def test_a_crash_is_told_of_in_json(make_app: AppFactory) -> None:
    app = make_app(testing=False)
    app.add_url_rule("/api/v1/crash", view_func=crash)
    assert_error(app.test_client().get("/api/v1/crash"), 500, "server_error")


@web.public
def crash() -> str:
    raise ZeroDivisionError
