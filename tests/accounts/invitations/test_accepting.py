"""Taking an invitation up: as somebody new or with an account, once, and only while it is open."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.actions import change_role, set_active
from app.accounts.invitations import actions
from app.accounts.invitations.addresses import Invited
from app.accounts.invitations.models import Acceptance, Invitation
from app.accounts.models import Role, User
from app.accounts.queries import user_by_email
from app.extensions import db
from tests.conftest import SignIn
from tests.support import make, outbox

pytestmark = pytest.mark.usefixtures("context")

NEW = {"name": "Jana Nová", "password": "new words 1"}


@pytest.fixture
def ivan() -> User:
    return make.user(Role.ADMIN, "Ivan")


def mailed(by: User, role: Role = Role.EVALUATOR, email: str = "jana@example.org") -> str:
    actions.invite([Invited(email, email, "Jana Nová")], role, language="en", by=by)
    return outbox.last_link_to(email)


def linked(by: User, most: int = 2, role: Role = Role.PLAYER) -> str:
    _made, token = actions.invite_by_link(role, most=most, good_for=timedelta(days=1), language="en", by=by)
    db.session.commit()
    return f"/invited/{token}"


def test_somebody_new_chooses_a_password_and_is_in(ivan: User, client: FlaskClient) -> None:
    link = mailed(ivan)
    assert "Ivan invites you to Laurel." in client.get(link).text
    assert client.post(link, data=NEW).status_code == 303
    jana = user_by_email("jana@example.org")
    assert jana is not None
    assert (jana.name, jana.role) == ("Jana Nová", Role.EVALUATOR)
    assert client.get("/account").status_code == 200
    assert [one.user_id for one in db.session.query(Acceptance)] == [jana.id]
    assert "Welcome to Laurel" in [message["Subject"] for message in outbox.deliver()]


def test_the_address_is_the_invited_one_whatever_is_sent(ivan: User, client: FlaskClient) -> None:
    client.post(mailed(ivan), data={**NEW, "email": "eve@example.org"})
    assert user_by_email("jana@example.org") is not None
    assert user_by_email("eve@example.org") is None


@pytest.mark.parametrize("wrong", [{"name": " "}, {"password": "short"}, {"password": "x" * 129}, {"name": "x" * 121}])
def test_a_wrong_form_keeps_the_invitation_open(ivan: User, client: FlaskClient, wrong: dict[str, str]) -> None:
    link = mailed(ivan)
    answer = client.post(link, data={**NEW, **wrong})
    assert answer.status_code == 422
    assert "new words 1" not in answer.text
    assert client.post(link, data=NEW).status_code == 303


def test_an_invitation_is_good_once(ivan: User, app: Flask) -> None:
    link = mailed(ivan)
    assert app.test_client().post(link, data=NEW).status_code == 303
    assert app.test_client().get(link).status_code == 410
    assert app.test_client().post(link, data=NEW).status_code == 410
    assert db.session.query(User).count() == 2


@pytest.mark.both_databases
def test_of_two_at_the_same_instant_one_comes_in(ivan: User, app: Flask) -> None:
    link = linked(ivan, most=1)
    start, answers = threading.Barrier(4), []

    def take(number: int) -> None:
        form = {**NEW, "email": f"p{number}@example.org"}
        start.wait()
        answers.append(app.test_client().post(link, data=form).status_code)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 410, 410, 410]
    assert db.session.query(User).count() == 2
    assert db.session.query(Invitation).one().taken == 1


def test_a_link_is_good_for_as_many_as_it_says(ivan: User, app: Flask) -> None:
    link = linked(ivan, most=2)
    answers = [
        app.test_client().post(link, data={**NEW, "email": f"p{number}@example.org"}).status_code for number in range(3)
    ]
    assert answers == [303, 303, 410]


def test_by_a_link_nobody_takes_an_address_that_is_here(ivan: User, client: FlaskClient) -> None:
    make.user(email="ann@example.org")
    answer = client.post(linked(ivan), data={**NEW, "email": "Ann@Example.org"})
    assert answer.status_code == 422
    assert "Somebody with this address is here already." in answer.text


def test_who_has_an_account_signs_in_and_comes_back_to_accept(ivan: User, client: FlaskClient, sign_in: SignIn) -> None:
    player = make.user(Role.PLAYER, "Jana", "jana@example.org")
    link = mailed(ivan)
    assert f"/sign-in?next={link}" in client.get(link).text
    browser = sign_in(player)
    assert "Accept as Jana" in browser.get(link).text
    assert browser.post(f"{link}/join").status_code == 303
    assert db.session.get_one(User, player.id).role is Role.EVALUATOR


def test_an_invitation_never_lowers_a_role(ivan: User, sign_in: SignIn) -> None:
    boss = make.user(Role.SUPER_ADMIN)
    sign_in(boss).post(f"{linked(ivan)}/join")
    assert db.session.get_one(User, boss.id).role is Role.SUPER_ADMIN


def test_one_person_does_not_use_a_link_up(ivan: User, sign_in: SignIn) -> None:
    link, browser = linked(ivan, most=2), sign_in(make.user(Role.PLAYER))
    assert [browser.post(f"{link}/join").status_code for _ in range(2)] == [303, 410]
    assert db.session.query(Invitation).one().taken == 1


@pytest.mark.parametrize("what", ["shut out", "lowered"])
def test_who_may_not_invite_any_more_lets_nobody_in(ivan: User, client: FlaskClient, what: str) -> None:
    link = mailed(ivan)
    boss = make.user(Role.SUPER_ADMIN)
    if what == "shut out":
        set_active(ivan, False, by=boss)
    else:
        change_role(ivan, Role.PLAYER, by=boss)
    db.session.commit()
    assert client.get(link).status_code == 410
    assert client.post(link, data=NEW).status_code == 410


def test_a_link_that_nobody_made_opens_nothing(client: FlaskClient) -> None:
    assert client.get("/invited/made-up").status_code == 404
    assert client.post("/invited/made-up", data=NEW).status_code == 404


def test_a_team_login_takes_no_invitation_up(ivan: User, sign_in: SignIn) -> None:
    team = make.user(Role.EVALUATOR)
    team.shared = True
    link = linked(ivan)
    browser = sign_in(team)
    assert "Accept as" not in browser.get(link).text
    assert browser.post(f"{link}/join").status_code == 403
