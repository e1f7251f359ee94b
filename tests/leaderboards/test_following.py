"""Following with an account: one mail a change, of what the public board says, and only for as long as it is wanted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Role, User
from app.database import locked, now
from app.events.kinds import Visibility
from app.events.models import Event
from app.extensions import db
from app.jobs.models import Job
from app.leaderboards.following.actions import QUIET, look_after_followers
from app.leaderboards.following.models import Follow
from app.leaderboards.freezing.actions import freeze, reveal
from tests.conftest import SignIn
from tests.support import make, outbox

from .conftest import Games, Score

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def fan() -> User:
    return make.user(Role.PLAYER, "Vera")


@pytest.fixture
def watching(fan: User, sign_in: SignIn, games: Games, score: Score) -> FlaskClient:
    """Vera, who follows Eva since she saw her on the board of the run."""
    score(make.activity(games.event, name="Run"), {games.eva: "1"})
    browser = sign_in(fan)
    assert browser.post(address(games)).status_code == 303
    return browser


def address(games: Games) -> str:
    return f"/events/{games.event.id}/follow/{games.eva.id}"


def a_round(later: timedelta = timedelta(0)) -> list[str]:
    """The scheduler looks, so much later, and the worker does what it promised: all mail there is then."""
    for one in db.session.scalars(select(Follow)):
        one.changed_at = one.changed_at and one.changed_at - later
    db.session.commit()
    look_after_followers()
    messages = outbox.deliver()
    db.session.expire_all()
    return [" ".join(outbox.text_of(message).split()) for message in messages]


@pytest.mark.both_databases
def test_a_change_is_told_once_however_many_saves_it_took(watching: FlaskClient, games: Games, score: Score) -> None:
    assert a_round() == []
    for value in ("5", "6", "7.5"):
        score(games.sprint, {games.eva: value, games.jan: "9"})
        assert a_round() == [], "there may be more to come"
    [told] = a_round(QUIET)
    assert "Throw: 7.5 (2.)" in told
    assert "Jan" not in told
    assert a_round(QUIET) == [told]
    score(games.sprint, {games.jan: "1"})
    assert a_round() == a_round(QUIET) == [told], "what others reach is not theirs"
    score(games.sprint, {games.eva: "DNF"})
    a_round()
    assert len(a_round(QUIET)) == 2


def test_a_slip_that_is_put_right_at_once_is_not_told(watching: FlaskClient, games: Games, score: Score) -> None:
    score(games.sprint, {games.eva: "5"})
    a_round()
    score(games.sprint, {games.eva: ""})
    assert a_round() == a_round(QUIET) == []


@pytest.mark.both_databases
def test_nothing_later_than_a_freeze_is_told_before_it_is_revealed(
    watching: FlaskClient, games: Games, score: Score, admin: User
) -> None:
    freeze(locked(Event, games.event.id), None, None, by=admin)
    db.session.commit()
    score(games.sprint, {games.eva: "7770777"})
    assert a_round() == a_round(QUIET) == []
    reveal(locked(Event, games.event.id), None, by=admin)
    db.session.commit()
    a_round()
    [told] = a_round(QUIET)
    assert "7770777" in told


def test_it_ends_when_it_is_not_wanted_any_more(watching: FlaskClient, games: Games, score: Score) -> None:
    assert "Eva" in watching.get("/account/following").text
    assert "You are sent mail when a result of theirs changes." in watching.get(address(games)).text
    assert watching.post(f"/account/following/{games.eva.id}/delete").status_code == 303
    assert "You follow nobody" in watching.get("/account/following").text
    score(games.sprint, {games.eva: "5"})
    assert a_round() == a_round(QUIET) == []


def test_who_may_not_see_the_board_any_more_is_told_nothing(
    watching: FlaskClient, games: Games, score: Score, client: FlaskClient
) -> None:
    db.session.get_one(Event, games.event.id).visibility = Visibility.PRIVATE
    db.session.commit()
    assert watching.get(address(games)).status_code == 404
    score(games.sprint, {games.eva: "5"})
    a_round()
    assert a_round(QUIET) == []
    assert client.get(address(games)).status_code == 303, "to sign in"


def test_following_twice_is_following(watching: FlaskClient, games: Games) -> None:
    watching.post(address(games))
    assert db.session.query(Follow).count() == 1
    elsewhere = make.event("Winter games", visibility=Visibility.PUBLIC)
    assert watching.post(f"/events/{elsewhere.id}/follow/{games.eva.id}").status_code == 404


def test_the_board_offers_it_where_a_place_is_explained(client: FlaskClient, games: Games, score: Score) -> None:
    score(games.sprint, {games.eva: "5"})
    page = client.get(f"{games.url}?why={games.sprint.id}-{games.eva.id}").text
    assert f'href="{address(games)}"' in page


def test_events_that_stand_still_cost_one_statement(watching: FlaskClient, statements: list[str]) -> None:
    a_round()
    before = db.session.query(Job).count()
    assert look_after_followers() == 0
    assert db.session.query(Job).count() == before
    assert db.session.scalars(select(Follow)).one().made_at <= now()


def test_nobody_finds_out_the_name_of_somebody_who_stands_on_no_board(
    watching: FlaskClient, sign_in: SignIn, games: Games
) -> None:
    theirs = f"/events/{games.event.id}/follow/{games.jan.id}"
    assert watching.get(theirs).status_code == watching.post(theirs).status_code == 404
    helper = make.user()
    make.assign(helper, games.eva.group)
    assert sign_in(helper).get(theirs).status_code == 200


def test_promises_do_not_pile_up_while_no_worker_is_there(watching: FlaskClient, games: Games, score: Score) -> None:
    score(games.sprint, {games.eva: "5"})
    assert [look_after_followers() for _round in range(3)] == [1, 0, 0]
    assert len(outbox.deliver()) == 0
    score(games.sprint, {games.eva: "6"})
    assert look_after_followers() == 1
