"""The super admin's page of people, and the command that makes the first of them."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.actions import create_token
from app.accounts.models import Role, User
from app.accounts.passwords import verify_password
from app.accounts.queries import user_by_email
from app.audit.models import AuditEntry
from app.extensions import db
from tests.conftest import SignIn
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def vera(sign_in: SignIn) -> FlaskClient:
    return sign_in(make.user(Role.SUPER_ADMIN, "Věra"))


def add(browser: FlaskClient, **changes: str) -> int:
    form = {"name": "Tom Baker", "email": "tom@example.org", "role": "evaluator", "password": "good password"}
    return browser.post("/people", data={**form, **changes}).status_code


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_somebody_is_added_with_a_role_and_can_sign_in(vera: FlaskClient, client: FlaskClient) -> None:
    assert add(vera, email=" Tom@Example.org ") == 303
    assert "Tom Baker can sign in now." in vera.get("/people").text
    signed_in = client.post("/sign-in", data={"email": "tom@example.org", "password": "good password"})
    assert signed_in.status_code == 303
    assert client.get("/").location == "/sheets"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"email": "no address"},
        {"email": ""},
        {"role": "king"},
        {"password": "short"},
        {"name": "x" * 121},
    ],
)
def test_a_wrong_form_makes_nobody(vera: FlaskClient, wrong: dict[str, str]) -> None:
    assert add(vera, **wrong) == 422
    assert db.session.query(User).count() == 1


def test_one_address_is_one_person_whatever_its_case(vera: FlaskClient) -> None:
    add(vera)
    assert add(vera, email="TOM@EXAMPLE.ORG") == 422


def test_a_role_is_changed_and_audited_with_old_and_new(vera: FlaskClient) -> None:
    tom = make.user(Role.EVALUATOR, "Tom")
    vera.post(f"/people/{tom.id}/role", data={"role": "admin"})
    assert db.session.get_one(User, tom.id).role is Role.ADMIN
    [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "user.role"))
    assert entry.payload == {"old": "evaluator", "new": "admin"}


def test_who_is_shut_out_is_signed_out_at_once_and_may_be_let_in_again(vera: FlaskClient, sign_in: SignIn) -> None:
    tom = make.user(Role.EVALUATOR, "Tom")
    browser = sign_in(tom)
    vera.post(f"/people/{tom.id}/deactivate")
    assert browser.get("/account").status_code == 303
    vera.post(f"/people/{tom.id}/activate")
    assert sign_in(tom).get("/account").status_code == 200
    assert actions()[-3:] == ["user.deactivate", "user.activate", "session.open"]


@pytest.mark.parametrize("what", ["role", "deactivate"])
def test_nobody_lowers_or_shuts_out_themselves(vera: FlaskClient, what: str) -> None:
    [me] = db.session.scalars(select(User))
    assert vera.post(f"/people/{me.id}/{what}", data={"role": "player"}).status_code == 409
    assert (me.role, me.active) == (Role.SUPER_ADMIN, True)


@pytest.mark.parametrize("people", [1, 300])
def test_the_page_takes_the_same_statements_for_any_number_of_people(
    vera: FlaskClient, statements: list[str], people: int
) -> None:
    db.session.add_all(
        User(
            email=f"{number}@example.org",
            username=f"x{number}",
            name="X",
            role=Role.PLAYER,
            active=True,
            created_at=make.now(),
        )
        for number in range(people)
    )
    db.session.commit()
    statements.clear()
    assert vera.get("/people").status_code == 200
    assert len(statements) == 4, statements


def test_people_are_found_by_name_address_and_role(vera: FlaskClient) -> None:
    make.user(Role.ADMIN, "Žofie Růžičková", "zofie@example.org")
    make.user(Role.PLAYER, "Tom Baker", "tom@example.org")
    for query in ("q=růžičk", "q=RUZICKOVA", "q=zofie@", "role=admin", "q=zof&role=admin"):
        page = vera.get(f"/people?{query}").text
        assert ("zofie@example.org" in page, "tom@example.org" in page) == (True, False), query
    assert "Nobody is found" in vera.get("/people?q=100%25").text
    assert "tom@example.org" in vera.get("/people?role=king").text


def test_the_list_is_paged_through(vera: FlaskClient) -> None:
    for number in range(51):
        db.session.add(
            User(
                email=f"p{number}@example.org",
                username=f"p{number}",
                name=f"Person {number:02}",
                role=Role.PLAYER,
                active=True,
                created_at=make.now(),
            )
        )
    db.session.commit()
    assert "p50@example.org" not in vera.get("/people").text
    assert "p50@example.org" in vera.get("/people?page=2").text
    piece = vera.get("/people?q=Person+49", headers={"HX-Request": "true"})
    assert piece.text.strip().startswith('<div class="stack" id="people">')


@pytest.mark.parametrize("what", ["role", "deactivate", "delete"])
@pytest.mark.both_databases
def test_of_two_super_admins_who_remove_each_other_one_stays(app: Flask, sign_in: SignIn, what: str) -> None:
    vera, dan = make.user(Role.SUPER_ADMIN, "Věra"), make.user(Role.SUPER_ADMIN, "Dan")
    pairs = [(sign_in(vera), dan), (sign_in(dan), vera)]
    start, answers = threading.Barrier(2), []

    def remove(browser: FlaskClient, user_id: int, username: str) -> None:
        start.wait()
        form = {"role": "player", "username": username}
        answers.append(browser.post(f"/people/{user_id}/{what}", data=form).status_code)

    threads = [threading.Thread(target=remove, args=(browser, who.id, who.username)) for browser, who in pairs]
    db.session.commit()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = db.session.query(User).filter_by(role=Role.SUPER_ADMIN, active=True).count()
    assert left == 1, answers


def test_tokens_and_devices_of_who_is_shut_out_are_dead_at_once(vera: FlaskClient, app: Flask) -> None:
    tom = make.user(Role.ADMIN, "Tom")
    _token, text = create_token(tom, "script")
    db.session.commit()
    headers = {"Authorization": f"Bearer {text}"}
    assert app.test_client().get("/api/v1/events", headers=headers).status_code == 200
    vera.post(f"/people/{tom.id}/deactivate")
    assert app.test_client().get("/api/v1/events", headers=headers).status_code == 401


def create(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["users", "create", *arguments])
    return result.exit_code, result.output


def test_the_command_makes_somebody_who_can_sign_in(app: Flask) -> None:
    code, output = create(
        app, "Vera@Example.org", "--name", "Věra", "--role", "super_admin", "--password", "good password"
    )
    assert (code, output) == (0, "Věra can sign in as vera@example.org.\n")
    user = user_by_email("vera@example.org")
    assert user is not None
    assert user.role is Role.SUPER_ADMIN
    with app.app_context():
        assert verify_password("good password", user.password_hash)
    assert user.password_hash is not None
    assert user.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense", "--name", "X", "--password", "good password"], "not an email address"),
        (["x@example.org", "--name", "X", "--password", "short"], "8 to 128 characters"),
    ],
)
def test_the_command_says_what_is_wrong(app: Flask, arguments: list[str], words: str) -> None:
    code, output = create(app, *arguments)
    assert code != 0
    assert words in output


def test_the_command_does_not_make_one_person_twice(app: Flask) -> None:
    make.user(email="vera@example.org")
    code, output = create(app, "VERA@example.org", "--name", "X", "--password", "good password")
    assert (code, "has an account already" in output) == (1, True)
