"""The second step of a sign-in: codes from an app, recovery codes, and what happens when either is guessed."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts import second_step
from app.accounts.models import LoginSession, RecoveryCode, Role, SecondStep, User
from app.audit.models import AuditEntry
from app.extensions import db
from tests.conftest import AppFactory, SignIn
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")

EMAIL = "ivan@example.org"
TYPED_KEY = re.compile(r'id="key" value="([A-Z2-7 ]+)"')
RECOVERY_CODE = re.compile(r"<code>([A-Z0-9]{5}-[A-Z0-9]{5})</code>")


class App:
    """The app on somebody's phone. Its clock can be put on, as no code is taken twice."""

    def __init__(self, key: str) -> None:
        self.totp, self.ahead = pyotp.TOTP(key.replace(" ", "")), 0
        self.started = int(time.time())

    @property
    def code(self) -> str:
        return self.totp.at(self.started + 30 * self.ahead)


def ivan(role: Role = Role.ADMIN) -> User:
    return make.user(role, "Ivan", EMAIL)


def set_up(browser: FlaskClient) -> tuple[App, list[str]]:
    browser.post("/account/second-step", data={"password": make.PASSWORD})
    found = TYPED_KEY.search(browser.get("/account/second-step").text)
    assert found
    app = App(found[1])
    confirmed = browser.post("/account/second-step/confirm", data={"code": app.code})
    assert confirmed.status_code == 200, confirmed.text
    app.ahead = 1
    return app, RECOVERY_CODE.findall(confirmed.text)


def password(browser: FlaskClient, **more: str) -> TestResponse:
    return browser.post("/sign-in", data={"email": EMAIL, "password": make.PASSWORD, **more})


def type_code(browser: FlaskClient, code: str) -> TestResponse:
    return browser.post("/sign-in/code", data={"code": code})


def is_in(browser: FlaskClient) -> bool:
    return browser.get("/account").status_code == 200


def test_after_the_password_a_code_is_asked_for(sign_in: SignIn, client: FlaskClient) -> None:
    app, _codes = set_up(sign_in(ivan()))
    assert password(client, next="/account").location == "/sign-in/code"
    assert not is_in(client)
    assert "type the code" in client.get("/sign-in/code").text
    assert type_code(client, app.code).location == "/account"
    assert is_in(client)


def test_until_a_first_code_confirms_it_nothing_is_asked_for(sign_in: SignIn, client: FlaskClient) -> None:
    browser = sign_in(ivan())
    browser.post("/account/second-step", data={"password": make.PASSWORD})
    assert browser.post("/account/second-step/confirm", data={"code": "000000"}).status_code == 422
    assert password(client).location == "/"


def test_the_square_holds_what_the_typed_key_does(sign_in: SignIn) -> None:
    user = ivan()
    browser = sign_in(user)
    browser.post("/account/second-step", data={"password": make.PASSWORD})
    page = browser.get("/account/second-step").text
    found = TYPED_KEY.search(page)
    step = db.session.get_one(SecondStep, user.id)
    assert found
    with browser.application.app_context():
        address = second_step.address_of(user, step)
    assert pyotp.parse_uri(address).secret == found[1].replace(" ", "")
    assert "ivan%40example.org" in address
    assert "<svg" in page


def test_a_device_left_open_cannot_set_one_up_without_the_password(sign_in: SignIn) -> None:
    answer = sign_in(ivan()).post("/account/second-step", data={"password": "a guess of mine"})
    assert (answer.status_code, "This is not your password." in answer.text) == (422, True)
    assert db.session.query(SecondStep).count() == 0


def test_switching_it_on_signs_other_devices_out(sign_in: SignIn) -> None:
    user = ivan()
    here, elsewhere = sign_in(user), sign_in(user)
    set_up(here)
    assert (is_in(here), is_in(elsewhere)) == (True, False)


def test_a_code_is_taken_once(sign_in: SignIn, client: FlaskClient) -> None:
    app, _codes = set_up(sign_in(ivan()))
    password(client)
    assert type_code(client, app.code).status_code == 303
    client.post("/sign-out")
    password(client)
    again = type_code(client, app.code)
    assert (again.status_code, "was used before" in again.text) == (422, True)


def test_the_code_that_confirmed_it_signs_nobody_in(sign_in: SignIn, client: FlaskClient) -> None:
    app, _codes = set_up(sign_in(ivan()))
    app.ahead = 0
    password(client)
    assert type_code(client, app.code).status_code == 422


@pytest.mark.parametrize(("ahead", "status"), [(-3, 422), (3, 422), (40, 422), (1, 303)])
def test_clocks_may_differ_by_half_a_minute(sign_in: SignIn, client: FlaskClient, ahead: int, status: int) -> None:
    app, _codes = set_up(sign_in(ivan()))
    app.ahead = ahead
    password(client)
    assert type_code(client, app.code).status_code == status


def test_ten_recovery_codes_are_shown_once_and_each_signs_in_once(sign_in: SignIn, client: FlaskClient) -> None:
    browser = sign_in(ivan())
    _app, codes = set_up(browser)
    assert len(set(codes)) == 10
    assert codes[0] not in browser.get("/account/second-step").text
    password(client)
    assert type_code(client, codes[0].lower().replace("-", " ")).status_code == 303
    password(client)
    assert type_code(client, codes[0]).status_code == 422
    assert "9 recovery codes are left." in browser.get("/account/second-step").text


def test_the_database_holds_neither_the_key_nor_a_code(sign_in: SignIn) -> None:
    user = ivan()
    app, codes = set_up(sign_in(user))
    kept = repr(
        [vars(row) for model in (SecondStep, RecoveryCode, AuditEntry) for row in db.session.scalars(select(model))]
    )
    assert app.totp.secret not in kept
    assert not [code for code in codes if code in kept or code.replace("-", "") in kept]


def test_new_recovery_codes_make_the_old_ones_worthless(sign_in: SignIn, client: FlaskClient) -> None:
    browser = sign_in(ivan())
    app, old = set_up(browser)
    new = RECOVERY_CODE.findall(browser.post("/account/second-step/codes", data={"code": app.code}).text)
    assert not set(old) & set(new)
    password(client)
    assert type_code(client, old[0]).status_code == 422
    assert type_code(client, new[0]).status_code == 303


@pytest.mark.parametrize("what", ["codes", "delete"])
def test_a_device_left_open_changes_nothing_without_a_code(sign_in: SignIn, what: str) -> None:
    browser = sign_in(ivan())
    set_up(browser)
    assert browser.post(f"/account/second-step/{what}", data={"code": "123456"}).status_code == 422
    assert db.session.query(RecoveryCode).count() == 10


def test_it_is_switched_off_with_a_code(sign_in: SignIn, client: FlaskClient) -> None:
    browser = sign_in(ivan())
    _app, codes = set_up(browser)
    assert browser.post("/account/second-step/delete", data={"code": codes[3]}).status_code == 303
    assert password(client).location == "/"


def test_whoever_guesses_codes_is_held_and_the_owner_on_a_known_device_is_not(
    sign_in: SignIn, client: FlaskClient
) -> None:
    app, codes = set_up(sign_in(ivan()))
    password(client)
    type_code(client, codes[0])
    thief = client.application.test_client()
    password(thief)
    answers = [type_code(thief, f"{number:06}") for number in range(12)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 2
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert "Try again in" in answers[-1].text
    assert type_code(thief, app.code).status_code == 429
    password(client)
    assert type_code(client, app.code).status_code == 303


def test_half_way_is_not_in(sign_in: SignIn, client: FlaskClient) -> None:
    set_up(sign_in(ivan()))
    password(client)
    assert client.get("/events").status_code == 303
    assert client.get("/api/v1/events").status_code == 401


def test_who_takes_too_long_or_changes_the_password_begins_again(sign_in: SignIn, client: FlaskClient) -> None:
    user = ivan()
    app, _codes = set_up(sign_in(user))
    password(client)
    with client.session_transaction() as session:
        session["half_way"] = {**session["half_way"], "at": time.time() - 601}
    assert type_code(client, app.code).location == "/sign-in"
    password(client)
    user.password_hash = "another"
    db.session.commit()
    assert type_code(client, app.code).location == "/sign-in"
    assert client.get("/sign-in/code").location == "/sign-in"


def test_a_super_admin_takes_it_off_for_somebody_whose_phone_is_gone(sign_in: SignIn, client: FlaskClient) -> None:
    user = ivan()
    lost = sign_in(user)
    set_up(lost)
    vera = sign_in(make.user(Role.SUPER_ADMIN))
    assert vera.post(f"/people/{user.id}/second-step/delete").status_code == 303
    assert not is_in(lost)
    assert password(client).location == "/"
    assert "second_step.remove" in db.session.scalars(select(AuditEntry.action)).all()


def test_admins_must_have_one_where_the_installation_says_so(make_app: AppFactory) -> None:
    ivan()
    make.user(Role.EVALUATOR, email="eva@example.org")
    strict = make_app(second_step=True)
    admin, helper = strict.test_client(), strict.test_client()
    password(admin)
    assert admin.get("/events").location == "/account/second-step"
    assert "Set yours up to go on." in admin.get("/account/second-step").text
    set_up(admin)
    assert admin.get("/events").status_code == 200
    helper.post("/sign-in", data={"email": "eva@example.org", "password": make.PASSWORD})
    assert helper.get("/sheets").status_code == 200


@pytest.mark.both_databases
def test_of_two_that_use_one_code_at_the_same_instant_one_gets_in(sign_in: SignIn, client: FlaskClient) -> None:
    app, codes = set_up(sign_in(ivan()))
    browsers = [client.application.test_client() for _ in range(4)]
    for browser in browsers:
        password(browser)
    for code in (app.code, codes[0]):
        with ThreadPoolExecutor(4) as pool:
            statuses = list(pool.map(lambda one, typed=code: type_code(one, typed).status_code, browsers))
        assert sorted(statuses) == [303, 422, 422, 422]
        for browser in browsers:
            password(browser)
    assert db.session.query(LoginSession).filter_by(revoked_at=None).count() == 3
