"""One's own account: devices, password, tokens for scripts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import LoginSession, PersonalToken, Role
from app.database import now
from app.extensions import db
from tests.conftest import SignIn
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")

NEW = "another good password"
GATE = {"name": "Gate", "scopes": ["results:read"], "expires": "30"}


def change(browser, current: str, new: str, again: str | None = None):  # type: ignore[no-untyped-def]
    form = {"current": current, "password": new, "again": again or new}
    return browser.post("/account/password", data=form)


def test_a_new_password_signs_every_other_device_out(sign_in: SignIn) -> None:
    user = make.user()
    here, elsewhere = sign_in(user), sign_in(user)
    assert change(here, make.PASSWORD, NEW).status_code == 303
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "again", "words"),
    [
        ("wrong one", NEW, NEW, "This is not your password."),
        (make.PASSWORD, "short", "short", "A password has 8 to 128 characters."),
        (make.PASSWORD, "x" * 129, "x" * 129, "A password has 8 to 128 characters."),
        (make.PASSWORD, NEW, "something else", "The two are not the same."),
    ],
)
def test_a_password_is_changed_only_when_all_is_right(
    sign_in: SignIn, current: str, new: str, again: str, words: str
) -> None:
    answer = change(sign_in(make.user()), current, new, again)
    assert answer.status_code == 422
    assert words in answer.text


def test_a_device_is_signed_out_from_another_one(sign_in: SignIn) -> None:
    user = make.user()
    stolen, mine = sign_in(user), sign_in(user)
    first = db.session.scalars(select(LoginSession).order_by(LoginSession.id)).first()
    assert first is not None
    mine.post(f"/account/sessions/{first.id}/end")
    assert stolen.get("/account").status_code == 303
    assert mine.get("/account").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(sign_in: SignIn) -> None:
    victim = sign_in(make.user())
    [session] = db.session.scalars(select(LoginSession))
    assert sign_in(make.user()).post(f"/account/sessions/{session.id}/end").status_code == 404
    assert victim.get("/account").status_code == 200


def test_a_token_is_shown_once_and_kept_only_as_a_hash(sign_in: SignIn) -> None:
    browser = sign_in(make.user(Role.ADMIN))
    shown = browser.post("/account/tokens", data=GATE).text
    found = re.search(r'value="(laurel_[^"]+)"', shown)
    assert found
    assert found[1] not in browser.get("/account/tokens").text
    [token] = db.session.scalars(select(PersonalToken))
    assert found[1] not in (token.token_hash, token.hint)
    assert found[1].endswith(token.hint)


def test_a_token_opens_the_endpoints_for_scripts_until_it_is_revoked(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in(make.user(Role.ADMIN))
    found = re.search(r'value="(laurel_[^"]+)"', browser.post("/account/tokens", data=GATE).text)
    assert found
    headers = {"Authorization": f"Bearer {found[1]}"}
    assert app.test_client().get("/api/v1/events", headers=headers).status_code == 200
    [token] = db.session.scalars(select(PersonalToken))
    browser.post(f"/account/tokens/{token.id}/revoke")
    assert app.test_client().get("/api/v1/events", headers=headers).status_code == 401


def test_nobody_revokes_the_token_of_somebody_else(sign_in: SignIn) -> None:
    sign_in(make.user()).post("/account/tokens", data=GATE)
    [token] = db.session.scalars(select(PersonalToken))
    assert sign_in(make.user(Role.SUPER_ADMIN)).post(f"/account/tokens/{token.id}/revoke").status_code == 404


def test_a_token_needs_a_name(sign_in: SignIn) -> None:
    answer = sign_in(make.user()).post("/account/tokens", data={**GATE, "name": " "})
    assert answer.status_code == 422
    assert "Please fill this in." in answer.text


@pytest.mark.parametrize("wrong", [{"scopes": []}, {"scopes": ["account"]}, {"scopes": ["all"]}, {"expires": "1000"}])
def test_a_token_has_scopes_and_an_end_that_are_offered(sign_in: SignIn, wrong: dict[str, object]) -> None:
    answer = sign_in(make.user()).post("/account/tokens", data={**GATE, **wrong})
    assert answer.status_code == 422
    assert db.session.query(PersonalToken).count() == 0


def test_a_player_makes_tokens_for_what_players_do(sign_in: SignIn) -> None:
    browser = sign_in(make.user(Role.PLAYER))
    assert browser.post("/account/tokens", data=GATE).status_code == 422
    assert browser.post("/account/tokens", data={**GATE, "scopes": ["profile:read", "usage:write"]}).status_code == 200
    [token] = db.session.scalars(select(PersonalToken))
    assert token.scopes == "profile:read usage:write"


def test_a_token_ends_when_it_was_made_to(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in(make.user(Role.ADMIN))
    found = re.search(r'value="(laurel_[^"]+)"', browser.post("/account/tokens", data=GATE).text)
    assert found
    headers = {"Authorization": f"Bearer {found[1]}"}
    [token] = db.session.scalars(select(PersonalToken))
    assert token.expires_at is not None
    assert token.expires_at - token.created_at > timedelta(days=29)
    assert app.test_client().get("/api/v1/events", headers=headers).status_code == 200
    token.expires_at = now()
    db.session.commit()
    assert app.test_client().get("/api/v1/events", headers=headers).status_code == 401


def test_all_other_devices_are_signed_out_at_once(sign_in: SignIn) -> None:
    user, other = make.user(), make.user()
    here, elsewhere, somebody = sign_in(user), [sign_in(user), sign_in(user)], sign_in(other)
    assert "Sign all other devices out" in here.get("/account/sign-in").text
    here.post("/account/sessions/end-others")
    assert [browser.get("/account").status_code for browser in elsewhere] == [303, 303]
    assert (here.get("/account").status_code, somebody.get("/account").status_code) == (200, 200)
    assert "Sign all other devices out" not in here.get("/account/sign-in").text


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0 Safari/537.36 Edg/142.0", "Edge, Windows"),
        ("python-httpx/0.28", "A device"),
    ],
)
def test_each_device_is_listed_with_what_people_call_it(client: FlaskClient, agent: str, words: str) -> None:
    make.user(email="ann@example.org")
    form = {"email": "ann@example.org", "password": make.PASSWORD}
    client.post("/sign-in", data=form, headers={"User-Agent": agent}, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    page = client.get("/account/sign-in").text
    assert words in page
    assert "192.0.2.7" in page
    assert "this device" in page
