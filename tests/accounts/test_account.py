"""One's own account: devices, password, tokens for scripts."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import LoginSession, PersonalToken, Role
from app.extensions import db
from tests.conftest import SignIn
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")

NEW = "another good password"


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
    shown = browser.post("/account/tokens", data={"name": "Timing gate"}).text
    found = re.search(r'value="(laurel_[^"]+)"', shown)
    assert found
    assert found[1] not in browser.get("/account").text
    [token] = db.session.scalars(select(PersonalToken))
    assert found[1] not in (token.token_hash, token.hint)
    assert found[1].endswith(token.hint)


def test_a_token_opens_the_endpoints_for_scripts_until_it_is_revoked(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in(make.user(Role.ADMIN))
    found = re.search(r'value="(laurel_[^"]+)"', browser.post("/account/tokens", data={"name": "Gate"}).text)
    assert found
    headers = {"Authorization": f"Bearer {found[1]}"}
    assert app.test_client().get("/api/v1/events", headers=headers).status_code == 200
    [token] = db.session.scalars(select(PersonalToken))
    browser.post(f"/account/tokens/{token.id}/revoke")
    assert app.test_client().get("/api/v1/events", headers=headers).status_code == 401


def test_nobody_revokes_the_token_of_somebody_else(sign_in: SignIn) -> None:
    sign_in(make.user()).post("/account/tokens", data={"name": "Gate"})
    [token] = db.session.scalars(select(PersonalToken))
    assert sign_in(make.user(Role.SUPER_ADMIN)).post(f"/account/tokens/{token.id}/revoke").status_code == 404


def test_a_token_needs_a_name(sign_in: SignIn) -> None:
    answer = sign_in(make.user()).post("/account/tokens", data={"name": " "})
    assert answer.status_code == 422
    assert "Please fill this in." in answer.text


def test_a_player_has_an_account_but_makes_no_tokens(sign_in: SignIn) -> None:
    browser = sign_in(make.user(Role.PLAYER))
    assert "Tokens for scripts" not in browser.get("/account").text
    assert browser.post("/account/tokens", data={"name": "x"}).status_code == 403
