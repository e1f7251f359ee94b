"""A tour that is given one of every secret, and then a look at every column of every table: none stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import MetaData, select
from werkzeug.test import TestResponse

from app.accounts.models import Role
from app.database import now
from app.extensions import db
from app.sandbox import Sandbox
from app.scoring.judges.actions import make_link
from tests.support import make, outbox, trips
from tests.support.trips import LARKSPUR, Traveller

pytestmark = pytest.mark.usefixtures("context")

ANN, NEW = "ann@example.org", "ann.new@example.org"
CHOSEN = "a passphrase of Ann's own"


@dataclass
class Tour:
    """A super admin's browser, and what it and others were given on the way, by its kind."""

    app: Flask
    browser: FlaskClient
    given: dict[str, list[str]] = field(default_factory=dict)

    def keep(self, kind: str, *secrets: str) -> None:
        assert all(len(secret) >= 6 for secret in secrets), (kind, secrets)
        assert secrets, f"no {kind} was given out"
        self.given.setdefault(kind, []).extend(secrets)

    def find(self, kind: str, pattern: str, answer: TestResponse) -> None:
        assert answer.status_code in {200, 201}, answer.text
        self.keep(kind, *re.findall(pattern, answer.text))

    def read_mail(self, kind: str, to: str) -> str:
        """The last part of the link in the newest mail to this address."""
        trips.run_jobs(self.app)
        path = outbox.last_link_to(to)
        self.keep(kind, path.rpartition("/")[2])
        return path


@pytest.fixture
def tour(app: Flask) -> Tour:
    make.user(Role.SUPER_ADMIN, "Věra", "vera@example.org")
    browser = app.test_client()
    assert browser.post("/sign-in", data={"email": "vera@example.org", "password": make.PASSWORD}).status_code == 303
    tour = Tour(app, browser)
    tour.keep("password", make.PASSWORD)
    keep_session(tour, "session", browser)
    return tour


@pytest.mark.both_databases
def test_no_secret_that_was_given_out_stands_in_the_database_in_the_clear(tour: Tour, sandbox: Sandbox) -> None:
    is_invited_and_forgets(tour)
    opens_a_team_and_a_judge(tour)
    makes_tokens(tour)
    sets_up_a_second_step(tour)
    comes_through_osu(tour, sandbox)
    stored = list(everything_stored())
    assert any(ANN in text for _where, text in stored), "the look sees what is stored"
    assert any("Larkspur" in text for _where, text in stored)
    found = {
        (kind, where)
        for kind, secrets in tour.given.items()
        for secret in secrets
        for where, text in stored
        if secret.casefold() in text.casefold()
    }
    assert found == set()
    assert len(tour.given) == 19, sorted(tour.given)


def is_invited_and_forgets(tour: Tour) -> None:
    tour.browser.post("/invitations", data={"mail-people": ANN, "mail-role": "admin", "mail-language": "en"})
    invited = tour.read_mail("invitation by mail", ANN)
    made = tour.browser.post("/invitations/links", data={"link-role": "player", "link-most": "3", "link-days": "7"})
    tour.find("invitation by a link", r"/invited/([\w-]{20,})", made)
    ann = tour.app.test_client()
    assert ann.post(invited, data={"name": "Ann", "password": CHOSEN}).status_code == 303
    tour.keep("password", CHOSEN)
    ann.post("/account/email", data={"email": NEW, "current": CHOSEN})
    tour.read_mail("confirmation of an address", NEW)
    tour.read_mail("stop of an address", ANN)
    ann.post("/forgotten-password", data={"email": ANN})
    reset = tour.read_mail("password reset", ANN)
    assert ann.post(reset, data={"password": CHOSEN + "!", "again": CHOSEN + "!"}).status_code == 303
    tour.browser.post("/forgotten-password", data={"email": "vera@example.org"})
    tour.read_mail("password reset", "vera@example.org")


def opens_a_team_and_a_judge(tour: Tour) -> None:
    event = make.event()
    group = make.group(event, "Foxes", people=1)
    make.activity(event)
    cards = tour.browser.post(f"/events/{event.id}/teams", data={"groups": [group.id]})
    tour.find("team code", r'class="team-card__code">([A-Z]{4}-[A-Z]{4})<', cards)
    code = tour.given["team code"][0]
    tour.keep("team code, as it is typed", code.replace("-", ""))
    team = tour.app.test_client()
    assert team.post("/join", data={"code": code}).status_code == 303
    keep_session(tour, "session of a team", team)
    _link, token = make_link(event, group, None, now() + timedelta(hours=1), by=make.user(Role.ADMIN))
    db.session.commit()
    tour.keep("judge's link", token)
    assert team.post("/judge", data={"token": token, "name": "Nela"}).status_code == 303


def makes_tokens(tour: Tour) -> None:
    made = tour.browser.post("/account/tokens", data={"name": "Gate", "scopes": ["results:read"], "expires": "30"})
    tour.find("personal token", r'value="(laurel_[^"]+)"', made)
    api = "/api/v1/auth"
    pair = tour.browser.post(f"{api}/register", json={"email": "tom@example.org", "password": CHOSEN + "?"}).get_json()
    tour.keep("password", CHOSEN + "?")
    following = tour.browser.post(f"{api}/refresh", json={"refresh_token": pair["refresh_token"]}).get_json()
    for one in (pair, following):
        tour.keep("access token", one["access_token"])
        tour.keep("refresh token", one["refresh_token"])


def sets_up_a_second_step(tour: Tour) -> None:
    tour.browser.post("/account/second-step", data={"password": make.PASSWORD})
    page = tour.browser.get("/account/second-step")
    tour.find("key of a second step, as it is shown", r'id="key" value="([A-Z2-7 ]+)"', page)
    key = tour.given["key of a second step, as it is shown"][0].replace(" ", "")
    tour.keep("key of a second step", key)
    confirmed = tour.browser.post("/account/second-step/confirm", data={"code": pyotp.TOTP(key).now()})
    tour.find("recovery code", r"<code>([A-Z0-9]{5}-[A-Z0-9]{5})</code>", confirmed)
    tour.keep("recovery code", *(code.replace("-", "") for code in tour.given["recovery code"]))


def comes_through_osu(tour: Tour, sandbox: Sandbox) -> None:
    player = Traveller(tour.app.test_client())
    assert player.sign_in(LARKSPUR).status_code == 303
    keep_session(tour, "session", player.browser)
    trips.run_jobs(tour.app)
    tour.keep("token of osu!", *sandbox.tokens)
    tour.keep("refresh token of osu!", *(token.refresh for token in sandbox.tokens.values() if token.refresh))
    # Gone again, with its tokens on their way back to osu! in a job.
    unlinked = Traveller(tour.app.test_client())
    unlinked.sign_in(trips.OAK)
    tour.keep("token of osu!", *sandbox.tokens)
    [username] = re.findall(r'name="username"[^>]* value="([^"]+)"', unlinked.browser.get("/account").text)
    assert unlinked.browser.post("/account/delete", data={"username": username}).status_code == 303


def keep_session(tour: Tour, kind: str, browser: FlaskClient) -> None:
    with browser.session_transaction() as session:
        tour.keep(kind, session["_user_id"])
    cookie = browser.get_cookie("laurel")
    assert cookie is not None
    tour.keep(kind, cookie.value)


def everything_stored() -> Iterator[tuple[str, str]]:
    """Where it stands and what stands there, of all that the database itself says that it has."""
    db.session.rollback()
    tables = MetaData()
    tables.reflect(db.engine)
    assert len(tables.tables) > 25
    for name, table in tables.tables.items():
        for row in db.session.execute(select(table)).mappings():
            for column, value in row.items():
                text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                yield f"{name}.{column}", text
