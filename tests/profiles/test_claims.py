"""With a diploma in their hands, a player brings its event to their page; and the page gives the diploma back."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Audience, Role, User
from app.database import locked, now
from app.diplomas.models import Diploma
from app.events.models import Event
from app.extensions import db
from app.leaderboards.freezing.actions import freeze
from app.profiles.models import How, Tie
from tests.conftest import SignIn
from tests.diplomas.world import World
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")

CLAIM = "/players/me/claim"


@pytest.fixture
def eva() -> User:
    made = make.user(Role.PLAYER, "Eva Novotná")
    made.visible_to = Audience.EVERYONE
    db.session.commit()
    return made


@pytest.fixture
def first(world: World) -> Diploma:
    world.rule(world.template())
    return world.diplomas(world.print())[0]


@pytest.mark.both_databases
def test_a_number_brings_the_event_to_the_page_and_the_page_gives_the_diploma_back(
    sign_in: SignIn, client: FlaskClient, eva: User, first: Diploma
) -> None:
    browser = sign_in(eva)
    answer = browser.post(CLAIM, data={"number": first.number.lower().replace("-", " ")}, follow_redirects=True)
    assert "is on your page now" in answer.text
    db.session.expire_all()
    tie = db.session.get_one(Tie, first.participant_id)
    assert (tie.user_id, tie.how) == (eva.id, How.CODE)
    assert f"/players/eva-novotna/diplomas/{first.id}.pdf" in client.get("/players/eva-novotna").text
    paper = client.get(f"/players/eva-novotna/diplomas/{first.id}.pdf")
    assert (paper.status_code, paper.mimetype, paper.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert browser.post(CLAIM, data={"number": first.number}).status_code == 303


def test_a_frozen_event_gives_no_diplomas_away(
    client: FlaskClient, sign_in: SignIn, eva: User, first: Diploma, world: World
) -> None:
    sign_in(eva).post(CLAIM, data={"number": first.number})
    freeze(locked(Event, world.event.id), None, now(), by=world.admin)
    db.session.commit()
    assert first.number not in client.get("/players/eva-novotna").text
    assert client.get(f"/players/eva-novotna/diplomas/{first.id}.pdf").status_code == 404


def test_another_players_diploma_stays_theirs(sign_in: SignIn, eva: User, first: Diploma) -> None:
    sign_in(eva).post(CLAIM, data={"number": first.number})
    answer = sign_in(make.user(Role.PLAYER)).post(CLAIM, data={"number": first.number})
    assert answer.status_code == 409
    assert "Another player has this diploma already." in answer.text
    assert db.session.get_one(Tie, first.participant_id).user_id == eva.id


@pytest.mark.parametrize("number", ["0000-0000-0000-0000", "Eva", "x" * 39])
def test_a_made_up_number_brings_nothing_and_stays_typed(sign_in: SignIn, eva: User, number: str) -> None:
    answer = sign_in(eva).post(CLAIM, data={"number": number})
    assert answer.status_code == 422
    assert "No valid diploma of a person has this number." in answer.text
    assert number in answer.text


def test_a_revoked_diploma_brings_nothing(sign_in: SignIn, eva: User, first: Diploma, world: World) -> None:
    world.browser.post(f"{world.url}/{first.id}/revoke")
    assert sign_in(eva).post(CLAIM, data={"number": first.number}).status_code == 422


def test_another_players_page_does_not_give_it(client: FlaskClient, eva: User, first: Diploma) -> None:
    assert client.get(f"/players/{eva.username}/diplomas/{first.id}.pdf").status_code == 404
