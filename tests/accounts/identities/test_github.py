"""Signing in through GitHub: an address opens nothing by itself, whoever says that it is theirs."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.identities.models import Identity
from app.accounts.models import Role, User
from app.extensions import db
from app.sandbox import Sandbox
from app.sandbox.people import Coder
from tests.conftest import SignIn
from tests.support import make
from tests.support.trips import ADA, MALLORY, QUIET, Traveller, words

pytestmark = pytest.mark.usefixtures("context")


def users() -> list[User]:
    return list(db.session.scalars(select(User).order_by(User.id)))


def test_somebody_signs_up_with_the_address_that_github_has_verified(app: Flask, traveller: Traveller) -> None:
    assert traveller.sign_in(ADA, "github").status_code == 303
    [user] = users()
    assert (user.name, user.username, user.email, user.role) == (
        "Ada Example",
        "ada-example",
        "ada@example.net",
        Role.PLAYER,
    )
    assert Traveller(app.test_client()).sign_in(ADA, "github").status_code == 303
    assert users() == [user]


def test_no_token_of_github_is_kept(traveller: Traveller) -> None:
    traveller.sign_in(ADA, "github")
    identity = db.session.scalars(select(Identity)).one()
    assert (identity.access_token, identity.refresh_token, identity.expires_at) == (None, None, None)


def test_whoever_shows_no_address_comes_in_without_one(traveller: Traveller) -> None:
    assert traveller.sign_in(QUIET, "github").status_code == 303
    assert users()[0].email is None


def test_an_unverified_address_opens_nothing_and_is_not_taken(traveller: Traveller) -> None:
    """The account takeover of systems that believed it."""
    vera = make.user(Role.SUPER_ADMIN, email="vera@demo.example")
    assert traveller.sign_in(MALLORY, "github").status_code == 303
    assert [(user.name, user.email) for user in users()] == [
        (vera.name, "vera@demo.example"),
        ("mallory-example", None),
    ]
    assert traveller.browser.get("/people").status_code == 403


def test_a_verified_address_that_is_known_here_proposes_to_sign_in_and_link(app: Flask, sign_in: SignIn) -> None:
    ada = make.user(email="ada@example.net")
    answer = Traveller(app.test_client()).sign_in(ADA, "github")
    assert (answer.status_code, words(answer)) == (409, "You have an account here already")
    assert users() == [ada]
    linking = Traveller(sign_in(ada))
    assert linking.link(ADA, "github").status_code == 303
    assert Traveller(app.test_client()).sign_in(ADA, "github").status_code == 303
    assert users() == [ada]


def test_an_address_that_is_not_the_primary_one_is_not_taken(traveller: Traveller, sandbox: Sandbox) -> None:
    addresses = (("first@example.net", False), ("second@example.net", True))
    sandbox.add_coder(Coder(777, "two-addresses", None, addresses))
    traveller.sign_in(777, "github")
    assert users()[0].email is None


def test_whoever_says_no_is_taken_at_their_word(traveller: Traveller) -> None:
    answer = traveller.sign_in("no", "github")
    assert (answer.status_code, words(answer)) == (403, "You said no, and that is fine")
    assert "GitHub told Laurel nothing" in answer.text


@pytest.mark.parametrize(
    ("body", "status", "heading"),
    [
        ('{"error":"bad_verification_code"}', 400, "This sign-in is over"),
        ('{"error":"incorrect_client_credentials"}', 502, "GitHub does not know this Laurel"),
        ("<html>a unicorn</html>", 502, "GitHub did not answer as expected"),
    ],
)
def test_github_says_with_a_200_what_is_wrong(
    traveller: Traveller, sandbox: Sandbox, body: str, status: int, heading: str
) -> None:
    sandbox.fault("/login/oauth/access_token", body=body)
    answer = traveller.sign_in(ADA, "github")
    assert (answer.status_code, words(answer)) == (status, heading)


def test_with_the_addresses_refused_the_rest_still_works(traveller: Traveller, sandbox: Sandbox) -> None:
    sandbox.fault("/api/v3/user/emails", status=403, body='{"message":"Resource not accessible"}')
    assert traveller.sign_in(ADA, "github").status_code == 303
    assert users()[0].email is None
