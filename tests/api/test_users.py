"""Oneself and, for a super admin, everybody, over JSON."""

from __future__ import annotations

import threading
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts import actions as accounts
from app.accounts.forms import SCOPES
from app.accounts.models import Audience, Role, User
from app.accounts.profile import public_names
from app.extensions import db
from tests.support import make
from tests.support.pictures import picture

from .test_access import assert_error

pytestmark = pytest.mark.usefixtures("context")

URL = "/api/v1/users"


class Program:
    """Something that its user has signed in to."""

    def __init__(self, client: FlaskClient, user: User) -> None:
        self.client, self.user = client, user
        body = {"username": user.username, "password": make.PASSWORD}
        self.headers = {"Authorization": f"Bearer {client.post('/api/v1/auth/login', json=body).get_json()['token']}"}

    def send(self, method: str, path: str, **options: Any) -> TestResponse:
        return self.client.open(path, method=method, headers=self.headers, **options)

    def change(self, **body: Any) -> TestResponse:
        return self.send("PATCH", f"{URL}/me", json=body)


@pytest.fixture
def jan(client: FlaskClient) -> Program:
    return Program(client, make.user(Role.PLAYER, "Jan"))


@pytest.fixture
def vera(client: FlaskClient) -> Program:
    return Program(client, make.user(Role.SUPER_ADMIN, "Věra"))


def test_one_changes_what_one_says_of_oneself(jan: Program) -> None:
    wanted = {"name": "Jan N.", "username": "JanN", "nickname": "jn", "bio": "a\nb", "visible_to": "everyone"}
    answer = jan.change(**wanted, language="cs", theme="dark")
    assert answer.status_code == 200
    body = answer.get_json()
    assert {name: body[name] for name in wanted} == {**wanted, "username": "jann"}
    assert (body["language"], body["theme"]) == ("cs", "dark")
    assert jan.change(bio="").get_json()["bio"] == ""
    assert jan.change().get_json()["nickname"] == "jn"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"username": "-"}, "username"),
        ({"bio": "x" * 501}, "bio"),
        ({"nickname": "x" * 61}, "nickname"),
        ({"visible_to": "friends"}, "visible_to"),
        ({"language": "de"}, "language"),
        ({"role": "admin"}, "role"),
        ({"email": "x@example.org"}, "email"),
    ],
)
def test_what_is_wrong_changes_nothing(jan: Program, wrong: dict[str, str], field: str) -> None:
    answer = jan.change(nickname="J", **wrong) if field != "nickname" else jan.change(**wrong)
    assert_error(answer, 422, "invalid")
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]
    assert db.session.get_one(User, jan.user.id).nickname == ""


def test_a_username_of_somebody_else_is_taken(jan: Program) -> None:
    other = make.user(name="Eva")
    assert_error(jan.change(username=other.username.upper()), 409, "username_taken")
    assert jan.change(username=jan.user.username.upper()).status_code == 200


def test_a_picture_comes_as_a_form_of_several_parts(jan: Program, client: FlaskClient) -> None:
    answer = jan.send("PATCH", f"{URL}/me", data={"bio": "hi", "avatar": (BytesIO(picture()), "me.png")})
    assert answer.status_code == 200
    body = answer.get_json()
    assert body["bio"] == "hi"
    path = body["avatar"].partition("://")[2].partition("/")[2]
    assert client.get(f"/{path}").mimetype == "image/webp"
    assert client.get(f"/{path}".replace("permit=", "permit=x")).status_code == 404
    assert client.get(f"/{path}".partition("?")[0]).status_code == 404


def test_a_picture_that_everybody_may_see_needs_no_permit(jan: Program) -> None:
    data = {"visible_to": Audience.EVERYONE.value, "avatar": (BytesIO(picture()), "me.png")}
    assert "permit" not in jan.send("PATCH", f"{URL}/me", data=data).get_json()["avatar"]


def test_a_picture_that_lies_is_refused_and_nothing_else_changed(jan: Program) -> None:
    answer = jan.send("PATCH", f"{URL}/me", data={"bio": "hi", "avatar": (BytesIO(b"<svg/>"), "me.png")})
    assert_error(answer, 422, "bad_picture")
    assert db.session.get_one(User, jan.user.id).bio == ""


def test_a_personal_token_does_not_change_its_owner(jan: Program) -> None:
    _token, text = accounts.create_token(jan.user, "script", [*SCOPES])
    db.session.commit()
    jan.headers = {"Authorization": f"Bearer {text}"}
    assert_error(jan.change(bio="x"), 403, "wrong_scope")
    assert jan.send("GET", "/api/v1/auth/me").get_json()["name"] == "Jan"


def test_a_super_admin_makes_finds_and_changes_people(vera: Program) -> None:
    new = {"email": "Tom@example.org", "name": "Tom Baker", "role": "evaluator", "password": "good password"}
    made = vera.send("POST", URL, json=new)
    assert made.status_code == 201
    tom = made.get_json()
    assert (tom["email"], tom["role"], tom["active"]) == ("tom@example.org", "evaluator", True)
    found = vera.send("GET", f"{URL}?q=baker&role=evaluator").get_json()
    assert (found["total"], found["users"]) == (1, [tom])
    changed = vera.send("PATCH", f"{URL}/{tom['id']}", json={"role": "admin", "active": False, "name": "Tom B."})
    assert {name: changed.get_json()[name] for name in ("role", "active", "name")} == {
        "role": "admin",
        "active": False,
        "name": "Tom B.",
    }
    assert vera.send("GET", f"{URL}/{tom['id']}").get_json() == changed.get_json()
    assert_error(vera.send("POST", URL, json=new), 409, "email_taken")
    assert_error(vera.send("GET", f"{URL}/99999"), 404, "not_found")


def test_a_super_admin_deletes_somebody(vera: Program) -> None:
    tom = f"{URL}/{make.user(Role.ADMIN, 'Tom').id}"
    assert vera.send("DELETE", tom).status_code == 204
    assert_error(vera.send("GET", tom), 404, "not_found")
    assert_error(vera.send("DELETE", tom), 404, "not_found")
    assert_error(vera.send("DELETE", f"{URL}/{vera.user.id}"), 409, "conflict")


@pytest.mark.parametrize("request_of", [{"json": {"role": "player"}}, {"json": {"active": False}}, {}])
@pytest.mark.both_databases
def test_of_two_super_admins_who_remove_each_other_one_stays(
    app: Flask, vera: Program, request_of: dict[str, Any]
) -> None:
    dan = Program(app.test_client(), make.user(Role.SUPER_ADMIN, "Dan"))
    start, answers = threading.Barrier(2), []

    def remove(program: Program, user_id: int) -> None:
        start.wait()
        method = "PATCH" if request_of else "DELETE"
        answers.append(program.send(method, f"{URL}/{user_id}", **request_of).status_code)

    pairs = [(vera, dan.user.id), (dan, vera.user.id)]
    db.session.commit()
    threads = [threading.Thread(target=remove, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = db.session.query(User).filter_by(role=Role.SUPER_ADMIN, active=True).count()
    assert left == 1, answers
    assert sorted(answers)[0] < 300
    assert sorted(answers)[1] in {401, 403, 409}


def test_nobody_lowers_or_shuts_out_themselves_here_either(vera: Program) -> None:
    assert_error(vera.send("PATCH", f"{URL}/{vera.user.id}", json={"active": False}), 409, "conflict")


@pytest.mark.parametrize("text", ["%", "_", "\\", "Věra'"])
def test_what_is_looked_for_is_meant_as_it_stands(vera: Program, text: str) -> None:
    assert vera.send("GET", URL, query_string={"q": text}).get_json()["total"] == 0


@pytest.mark.parametrize("role", [Role.PLAYER, Role.EVALUATOR, Role.ADMIN])
def test_people_are_nobody_elses_business(client: FlaskClient, role: Role) -> None:
    someone = Program(client, make.user(role))
    of_one = [(method, f"{URL}/1") for method in ("GET", "PATCH", "DELETE")]
    for method, path in (("GET", URL), ("POST", URL), *of_one):
        assert_error(someone.send(method, path, json={}), 403, "forbidden")


def test_public_lists_call_people_by_their_nickname(jan: Program) -> None:
    jan.change(nickname="Flash")
    eva = make.user(name="Eva")
    assert public_names([jan.user.id, eva.id]) == {jan.user.id: "Flash", eva.id: "Eva"}
