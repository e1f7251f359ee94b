"""The profile on one's own account page; language and theme on every device."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import Audience, Role, User
from app.audit.models import AuditEntry
from app.extensions import db
from tests.conftest import SignIn
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")

SAID = {
    "name": "Jan  Novák",
    "username": "JanN",
    "nickname": "Flash",
    "bio": "I run.\r\nI jump.",
    "visible_to": "only_me",
    "language": "en",
    "theme": "dark",
}


@pytest.fixture
def jan() -> User:
    return make.user(Role.PLAYER, "Jan", "jan@example.org")


@pytest.fixture
def browser(sign_in: SignIn, jan: User) -> FlaskClient:
    return sign_in(jan)


def save(browser: FlaskClient, **changed: str) -> TestResponse:
    return browser.post("/account", data={**SAID, **changed})


def kept(user: User) -> User:
    db.session.rollback()
    return db.session.get_one(User, user.id)


def chosen(browser: FlaskClient, name: str) -> str | None:
    cookie = browser.get_cookie(name)
    return cookie.value if cookie else None


def test_what_one_says_of_oneself_is_kept_and_shown_again(browser: FlaskClient, jan: User) -> None:
    assert save(browser).location == "/account"
    user = kept(jan)
    assert (user.name, user.username, user.nickname, user.bio) == ("Jan Novák", "jann", "Flash", "I run.\nI jump.")
    assert user.visible_to is Audience.ONLY_ME
    page = browser.get("/account").text
    assert 'value="Flash"' in page
    assert '<option selected value="only_me">' in page
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert entry.action == "user.profile"
    assert "Flash" not in str(entry.payload)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "Please fill this in."),
        ({"name": "x" * 121}, "This is longer than 120 characters."),
        ({"username": "šnek"}, "Letters a to z, digits"),
        ({"username": "Taken"}, "Somebody has this username already."),
        ({"nickname": "x" * 61}, "This is longer than 60 characters."),
        ({"bio": "x" * 501}, "This is longer than 500 characters."),
        ({"visible_to": "friends"}, "This is not a choice here."),
        ({"language": "de"}, "This is not a choice here."),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_changes_nothing(
    browser: FlaskClient, jan: User, wrong: dict[str, str], words: str
) -> None:
    make.user(name="taken")
    answer = save(browser, **{"bio": "Typed with care", **wrong})
    assert answer.status_code == 422
    assert words in answer.text
    assert "bio" in wrong or "Typed with care" in answer.text
    assert kept(jan).nickname == ""


def test_a_language_from_the_form_is_that_of_the_next_page(browser: FlaskClient, jan: User) -> None:
    save(browser, language="cs")
    assert "Váš účet" in browser.get("/account").text
    assert chosen(browser, "language") == "cs"
    assert kept(jan).language == "cs"


def test_a_choice_in_the_bar_reaches_the_account_and_other_devices(
    sign_in: SignIn, browser: FlaskClient, jan: User
) -> None:
    other = sign_in(jan)
    browser.get("/preferences?theme=light&next=/account")
    browser.get("/preferences?language=cs")
    assert (kept(jan).theme, kept(jan).language) == ("light", "cs")
    assert 'data-theme="light"' in browser.get("/account").text
    assert chosen(other, "theme") is None
    other.get("/account")
    assert (chosen(other, "theme"), chosen(other, "language")) == ("light", "cs")
    assert 'data-theme="light"' in other.get("/boards").text


def test_a_choice_made_before_the_sign_in_is_taken_along_where_there_is_none(client: FlaskClient, jan: User) -> None:
    client.get("/preferences?theme=dark")
    client.post("/sign-in", data={"email": "jan@example.org", "password": make.PASSWORD})
    assert kept(jan).theme == "dark"
    client.post("/sign-out")
    client.get("/preferences?theme=light")
    client.post("/sign-in", data={"email": "jan@example.org", "password": make.PASSWORD})
    assert kept(jan).theme == "dark"
    assert chosen(client, "theme") == "dark"


def test_a_choice_that_there_is_not_changes_nothing(browser: FlaskClient, jan: User) -> None:
    browser.get("/preferences?theme=pink&language=")
    assert (kept(jan).theme, kept(jan).language) == ("", "")
    assert chosen(browser, "theme") is None


def test_the_same_choice_again_writes_nothing(browser: FlaskClient) -> None:
    browser.get("/preferences?theme=dark")
    before = db.session.query(AuditEntry).count()
    browser.get("/preferences?theme=dark")
    assert db.session.query(AuditEntry).count() == before
