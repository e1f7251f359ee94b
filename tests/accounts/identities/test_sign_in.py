"""Signing in, and up, through osu!."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts import second_step
from app.accounts.identities.models import Identity, Provider
from app.accounts.models import LoginSession, Role, SecondStep, User
from app.audit.models import AuditEntry
from app.extensions import db
from app.sandbox import Sandbox
from tests.conftest import AppFactory, SignIn
from tests.support import make, trips
from tests.support.trips import BRAMBLE, LARKSPUR, NIGHTJAR, OAK, Traveller, words

pytestmark = pytest.mark.usefixtures("context")


def the_identity() -> Identity:
    return db.session.scalars(select(Identity)).one()


@pytest.mark.both_databases
def test_a_player_signs_up_by_signing_in(traveller: Traveller) -> None:
    answer = traveller.sign_in(LARKSPUR)
    assert (answer.status_code, answer.location) == (303, "/")
    user = db.session.scalars(select(User)).one()
    assert (user.name, user.username, user.role, user.email) == ("Larkspur", "larkspur", Role.PLAYER, None)
    assert "Larkspur" in traveller.browser.get("/account").text
    identity = the_identity()
    assert (identity.provider, identity.subject, identity.username) == (Provider.OSU, "7001", "Larkspur")
    assert (identity.country, identity.hue) == ("CZ", 280)
    assert identity.avatar_url.endswith("/avatars/7001.png?1")


def test_the_second_time_it_is_the_same_account(app: Flask) -> None:
    for _ in range(2):
        assert Traveller(app.test_client()).sign_in(OAK).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(User)) == 1
    assert db.session.scalar(select(func.count()).select_from(LoginSession)) == 2


def test_a_name_with_brackets_and_spaces_makes_a_username(traveller: Traveller) -> None:
    traveller.sign_in(BRAMBLE)
    user = db.session.scalars(select(User)).one()
    assert (user.name, user.username) == ("[ Bramble ]", "bramble")


def test_one_comes_back_to_the_page_that_asked_for_a_sign_in(traveller: Traveller) -> None:
    page = traveller.browser.get("/sign-in?next=/account?x%3D1").text
    assert 'href="/sign-in/osu?next=/account?x%3D1"' in page
    assert traveller.sign_in(next="/account?x=1").location == "/account?x=1"


@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example", "/\\evil.example", "/" + "a" * 400])
def test_nobody_is_sent_to_another_site(traveller: Traveller, address: str) -> None:
    assert traveller.sign_in(next=address).location == "/"


def test_what_is_asked_for(app: Flask, traveller: Traveller) -> None:
    page = urlsplit(traveller.set_out())
    query = parse_qs(page.query)
    assert f"{page.scheme}://{page.netloc}{page.path}" == f"{app.config['SETTINGS'].osu_url}/oauth/authorize"
    assert (query["client_id"], query["response_type"], query["scope"]) == (["1"], ["code"], ["identify public"])
    assert query["redirect_uri"] == ["http://localhost/sign-in/osu/callback"]
    assert query["code_challenge_method"] == ["S256"]
    assert len(page.query) < 1000


def test_the_public_address_is_what_one_comes_back_to(make_app: AppFactory, sandbox: Sandbox) -> None:
    public = make_app(public_url="https://laurel.example.org", **trips.settings_of(sandbox))
    query = parse_qs(urlsplit(Traveller(public.test_client()).set_out()).query)
    assert query["redirect_uri"] == ["https://laurel.example.org/sign-in/osu/callback"]


def test_nothing_planted_before_survives_the_sign_in(traveller: Traveller) -> None:
    with traveller.browser.session_transaction() as session:
        session["planted"], session["_user_id"] = "yes", "a token that an attacker knows"
    traveller.sign_in()
    with traveller.browser.session_transaction() as session:
        assert "planted" not in session
        assert session["_user_id"] != "a token that an attacker knows"


def test_the_tokens_are_kept_encrypted(traveller: Traveller, sandbox: Sandbox) -> None:
    traveller.sign_in()
    [(access, token)] = sandbox.tokens.items()
    identity = the_identity()
    assert identity.access_token
    assert identity.refresh_token
    assert identity.expires_at
    stored = str([list(row) for table in db.metadata.sorted_tables for row in db.session.execute(select(table))])
    assert access not in stored
    assert str(token.refresh) not in stored


def test_a_new_name_is_taken_over_at_the_next_sign_in(app: Flask, traveller: Traveller, sandbox: Sandbox) -> None:
    traveller.sign_in(OAK)
    sandbox.rename(OAK, "Newest Oak")
    Traveller(app.test_client()).sign_in(OAK)
    identity = the_identity()
    assert (identity.username, identity.user.name) == ("Newest Oak", "Newest Oak")
    assert "identity.rename" in db.session.scalars(select(AuditEntry.action)).all()


def test_a_name_that_they_gave_themselves_stays(app: Flask, traveller: Traveller, sandbox: Sandbox) -> None:
    traveller.sign_in(OAK)
    the_identity().user.name = "Olga"
    db.session.commit()
    sandbox.rename(OAK, "Newest Oak")
    Traveller(app.test_client()).sign_in(OAK)
    assert (the_identity().username, the_identity().user.name) == ("Newest Oak", "Olga")


def test_a_restricted_player_is_told_why_not(traveller: Traveller) -> None:
    answer = traveller.sign_in(NIGHTJAR)
    assert (answer.status_code, words(answer)) == (403, "Your osu! account is restricted")
    assert db.session.scalars(select(User)).all() == []


def test_whoever_is_shut_out_here_is_told_so(app: Flask, traveller: Traveller) -> None:
    traveller.sign_in()
    the_identity().user.active = False
    db.session.commit()
    answer = Traveller(app.test_client()).sign_in()
    assert (answer.status_code, words(answer)) == (403, "Your account here is shut")
    assert db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc())).first() == "session.refuse"


def test_signing_up_and_in_is_on_the_log(app: Flask, traveller: Traveller) -> None:
    traveller.sign_in()
    Traveller(app.test_client()).sign_in()
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["user.create", "identity.link", "session.open", "session.open"]


def test_with_redis_away_it_still_works(make_app: AppFactory, sandbox: Sandbox) -> None:
    lonely = make_app(redis_url="redis://127.0.0.1:1/0", **trips.settings_of(sandbox))
    assert Traveller(lonely.test_client()).sign_in().status_code == 303


def test_without_keys_there_is_neither_a_button_nor_an_address(make_app: AppFactory) -> None:
    browser = make_app().test_client()
    assert "osu!" not in browser.get("/sign-in").text
    for path in ("/sign-in/osu", "/sign-in/osu/callback", "/sign-in/nothing"):
        assert browser.get(path).status_code == 404


def test_each_button_is_there_by_its_own_keys(make_app: AppFactory, sandbox: Sandbox) -> None:
    only_osu = {**trips.settings_of(sandbox), "github_client_id": "", "github_client_secret": ""}
    page = make_app(**only_osu).test_client().get("/sign-in").text
    assert "Sign in with osu!" in page
    assert "GitHub" not in page


def test_whoever_is_signed_in_need_not_do_so_again(app: Flask, sign_in: SignIn) -> None:
    answer = sign_in(make.user()).get("/sign-in/osu")
    assert (answer.status_code, answer.location) == (303, "/")


def test_an_admin_with_a_second_step_is_asked_for_the_code_here_too(traveller: Traveller) -> None:
    traveller.sign_in()
    admin = the_identity().user
    admin.role = Role.ADMIN
    second_step.begin(admin)
    app = pyotp.TOTP(second_step.key_of(db.session.get_one(SecondStep, admin.id)))
    own = db.session.scalars(select(LoginSession)).one()
    second_step.confirm(admin, app.now(), keep=own)
    db.session.commit()
    traveller.browser.post("/sign-out")
    assert traveller.sign_in(next="/account").location == "/sign-in/code"
    assert traveller.browser.get("/account").status_code == 303
    with traveller.browser.session_transaction() as session:
        planted = dict(session)
    answer = traveller.browser.post("/sign-in/code", data={"code": app.at(time.time() + 30)})
    assert (answer.status_code, answer.location) == (303, "/account")
    assert traveller.browser.get("/account").status_code == 200
    with traveller.browser.session_transaction() as session:
        assert not set(planted) & set(session) - {"csrf_token", "_permanent"}, "nothing of the session before is left"
