"""Whoever guesses is held; whoever knows gets in, in a hall behind one router too."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from werkzeug.test import TestResponse

from app.accounts import throttle
from app.accounts.queries import user_by_email
from app.accounts.signing_in import guard_of
from app.accounts.throttle import network
from app.audit.models import AuditEntry
from app.extensions import db, redis
from tests.conftest import AppFactory
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")

NOBODY = "redis://127.0.0.1:1/0"
ANN = "ann@example.org"
HALL = "10.0.0.1"


@dataclass
class From:
    """A browser somewhere."""

    browser: FlaskClient
    address: str

    def tries(self, email: str, password: str) -> TestResponse:
        return self.browser.post(
            "/sign-in", data={"email": email, "password": password}, environ_base={"REMOTE_ADDR": self.address}
        )

    def guesses(self, email: str, number: int) -> str:
        """What comes of a wrong password: the first two at the two doors there are, the rest straight at the guard
        behind both of them, which is where a password gets looked at or not."""
        place = {"REMOTE_ADDR": self.address}
        if number == 0:
            status = self.tries(email, "guess").status_code
        elif number == 1:
            body = {"email": email, "password": "guess"}
            status = self.browser.post("/api/v1/auth/login", json=body, environ_base=place).status_code
        else:
            with self.browser.application.test_request_context(environ_base=place):
                user = user_by_email(email)
                status = 429 if guard_of(user, email).take() else 401
                db.session.remove()
        return {422: "looked at", 401: "looked at", 429: "held"}[status]

    def signs_in(self, email: str) -> int:
        return self.tries(email, make.PASSWORD).status_code


def fresh(app: Flask, address: str) -> From:
    return From(app.test_client(), address)


@pytest.fixture(params=["redis", "memory"])
def counted(request: pytest.FixtureRequest, make_app: AppFactory) -> Flask:
    """An application that counts in Redis, and one that has to count by itself."""
    return make_app() if request.param == "redis" else make_app(redis_url=NOBODY)


def test_a_thousand_wrong_passwords_from_fifty_addresses_against_one_account(counted: Flask) -> None:
    make.user(email=ANN)
    phone = fresh(counted, "192.0.2.7")
    assert phone.signs_in(ANN) == 303
    phone.browser.post("/sign-out")
    attackers = [fresh(counted, f"203.0.113.{number}") for number in range(50)]
    answers = Counter(attacker.guesses(ANN, number) for number in range(20) for attacker in attackers)
    assert answers["looked at"] <= 25, "this many passwords were looked at, of a thousand"
    assert answers["held"] == 1000 - answers["looked at"]
    assert attackers[0].signs_in(ANN) == 429, "the right one, guessed now, does not help"
    assert phone.signs_in(ANN) == 303, "the owner's phone is known, and gets in"
    assert fresh(counted, "192.0.2.7").signs_in(ANN) == 303, "so does a new device where the owner was before"


def test_a_thousand_wrong_passwords_from_one_address_while_sixty_people_there_sign_in(counted: Flask) -> None:
    people = [f"helper{number}@example.org" for number in range(60)]
    victims = [f"victim{number}@example.org" for number in range(50)]
    for email in people + victims:
        make.user(email=email)
    attacker, answers, got_in = fresh(counted, HALL), Counter[str](), []
    for number in range(20):
        answers.update(attacker.guesses(victim, number) for victim in victims)
        got_in += [fresh(counted, HALL).signs_in(email) for email in people[3 * number : 3 * number + 3]]
    assert got_in == [303] * 60
    assert sum(answers.values()) == 1000
    assert answers["looked at"] <= 150, "this many passwords were looked at, of a thousand"
    assert attacker.signs_in(victims[0]) == 429


def test_known_phones_of_those_who_are_attacked_get_in_from_the_same_hall(app: Flask) -> None:
    victims = [f"victim{number}@example.org" for number in range(5)]
    phones = {}
    for email in victims:
        make.user(email=email)
        phones[email] = fresh(app, HALL)
        phones[email].signs_in(email)
        phones[email].browser.post("/sign-out")
    attacker = fresh(app, HALL)
    for number in range(100):
        attacker.tries(victims[number % 5], f"guess {number}")
    assert attacker.signs_in(victims[0]) == 429
    assert {phone.signs_in(email) for email, phone in phones.items()} == {303}


def test_after_ten_wrong_passwords_the_eleventh_try_has_to_wait(app: Flask) -> None:
    make.user(email=ANN)
    someone = fresh(app, HALL)
    assert [someone.tries(ANN, "wrong password").status_code for _ in range(11)] == [422] * 10 + [429]
    held = someone.tries(ANN, make.PASSWORD)
    assert 0 < int(held.headers["Retry-After"]) <= 30
    assert ANN in held.text, "what was typed is kept"
    assert make.PASSWORD not in held.text, "but the password is not"
    assert "Try again in" in held.text


def test_the_wait_grows_with_every_try_and_has_an_end() -> None:
    limit = throttle.Limit("x", free=2, first=30, longest=900)
    assert [limit.wait(tries) for tries in range(9)] == [0, 0, 30, 60, 120, 240, 480, 900, 900]
    assert limit.wait(10_000) == 900


def test_when_the_wait_is_over_one_may_try_again(app: Flask) -> None:
    make.user(email=ANN)
    someone = fresh(app, HALL)
    for _ in range(11):
        someone.tries(ANN, "wrong password")
    let_time_pass(redis.of(app), 31)
    assert someone.tries(ANN, "wrong password").status_code == 422
    assert 30 < int(someone.tries(ANN, "wrong password").headers["Retry-After"]) <= 60
    let_time_pass(redis.of(app), 61)
    assert someone.signs_in(ANN) == 303


def let_time_pass(client: Redis, seconds: int) -> None:
    for key in client.keys("tries:*"):
        client.hincrby(key, "last", -seconds)


def test_a_right_password_counts_for_nothing(app: Flask) -> None:
    make.user(email=ANN)
    assert {fresh(app, HALL).signs_in(ANN) for _ in range(30)} == {303}
    assert redis.of(app).keys("tries:*") == []


def test_many_at_once_are_counted_before_their_passwords_are_looked_at(counted: Flask) -> None:
    make.user(email=ANN)
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda n: fresh(counted, HALL).tries(ANN, f"guess {n}").status_code, range(40)))
    assert Counter(statuses) == {422: 10, 429: 30}


def test_an_account_that_does_not_exist_is_held_just_the_same(app: Flask) -> None:
    make.user(email=ANN)
    answers = {
        email: [fresh(app, HALL).tries(email, "wrong password").status_code for _ in range(12)]
        for email in (ANN, "nobody@example.org")
    }
    assert answers[ANN] == answers["nobody@example.org"]


def test_a_device_cookie_that_somebody_made_up_or_of_another_account_helps_nobody(app: Flask) -> None:
    make.user(email=ANN)
    make.user(email="eve@example.org")
    eve = fresh(app, HALL)
    eve.signs_in("eve@example.org")
    eve.browser.post("/sign-out")
    assert [eve.tries(ANN, "wrong password").status_code for _ in range(11)][-1] == 429
    eve.browser.set_cookie("laurel-device", '{"id": "x", "people": [1]}.made-up')
    assert eve.signs_in(ANN) == 429


def test_a_device_that_is_known_has_tries_of_its_own_but_not_without_end(app: Flask) -> None:
    make.user(email=ANN)
    phone = fresh(app, HALL)
    phone.signs_in(ANN)
    phone.browser.post("/sign-out")
    assert [phone.tries(ANN, "wrong password").status_code for _ in range(11)] == [422] * 10 + [429]


def test_what_is_held_is_not_written_to_the_log_a_thousand_times(app: Flask) -> None:
    make.user(email=ANN)
    for _ in range(30):
        fresh(app, HALL).tries(ANN, "wrong password")
    assert db.session.query(AuditEntry).filter_by(action="session.refuse").count() == 10


def test_redis_learns_neither_addresses_nor_accounts(app: Flask) -> None:
    fresh(app, HALL).tries(ANN, "wrong password")
    kept = str(redis.of(app).keys("*"))
    assert "tries:" in kept
    assert "ann" not in kept
    assert HALL not in kept


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_a_subscriber_is_one_place_however_many_addresses_they_have(address: str, place: str) -> None:
    assert network(address) == place
