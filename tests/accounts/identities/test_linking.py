"""osu! and GitHub as further ways in to an account that exists, and the last one of them stays."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import actions as accounts
from app.accounts import identities, second_step
from app.accounts.identities.models import Identity, Provider
from app.accounts.models import Role, SecondStep, User
from app.audit.models import AuditEntry
from app.database import locked, now
from app.extensions import db
from app.jobs.models import Job
from app.sandbox import Sandbox
from tests.conftest import SignIn
from tests.support import make
from tests.support.trips import ADA, BRAMBLE, LARKSPUR, NIGHTJAR, Traveller, agree, run_jobs, words

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def helper() -> User:
    return make.user(name="Hynek", email="hynek@example.org")


@pytest.fixture
def linking(sign_in: SignIn, helper: User) -> Traveller:
    """Somebody with a password, signed in."""
    return Traveller(sign_in(helper))


def linked_to(user: User) -> list[Provider]:
    return list(db.session.scalars(select(Identity.provider).where(Identity.user_id == user.id).order_by(Identity.id)))


def test_an_account_is_linked_and_then_opened_through_osu(app: Flask, linking: Traveller, helper: User) -> None:
    answer = linking.link(LARKSPUR)
    assert (answer.status_code, answer.location) == (303, "/account/sign-in")
    page = linking.browser.get("/account/sign-in").text
    assert "You can sign in through osu! now, as Larkspur." in page
    other = Traveller(app.test_client())
    other.sign_in(LARKSPUR)
    assert "hynek@example.org" in other.browser.get("/account").text
    assert helper.name == "Hynek"


def test_the_account_page_lets_its_forms_lead_there_and_no_other_page_does(
    app: Flask, linking: Traveller, sandbox: Sandbox
) -> None:
    assert (
        f"form-action 'self' {sandbox.url}"
        in linking.browser.get("/account/sign-in").headers["Content-Security-Policy"]
    )
    for path in ("/", "/sign-in", "/sheets"):
        assert "form-action 'self';" in linking.browser.get(path).headers["Content-Security-Policy"]


def test_linking_is_never_begun_by_a_mere_link(linking: Traveller) -> None:
    assert linking.browser.get("/account/services/osu").status_code == 405


def test_what_opens_another_account_is_not_linked(app: Flask, linking: Traveller, helper: User) -> None:
    Traveller(app.test_client()).sign_in(LARKSPUR)
    answer = linking.link(LARKSPUR)
    assert (answer.status_code, words(answer)) == (409, "This belongs to somebody else here")
    assert 'href="/account/sign-in"' in answer.text
    assert linked_to(helper) == []


def test_a_second_one_of_the_same_service_is_not_linked(linking: Traveller, helper: User) -> None:
    linking.link(LARKSPUR)
    answer = linking.link(BRAMBLE)
    assert (answer.status_code, words(answer)) == (409, "There is one linked already")
    assert linked_to(helper) == [Provider.OSU]


def test_linking_the_same_again_changes_nothing(linking: Traveller, helper: User) -> None:
    assert [linking.link(LARKSPUR).status_code for _ in range(2)] == [303, 303]
    assert linked_to(helper) == [Provider.OSU]


def test_a_restricted_player_is_not_linked(linking: Traveller, helper: User) -> None:
    assert linking.link(NIGHTJAR).status_code == 403
    assert linked_to(helper) == []


def test_whoever_is_signed_in_at_the_end_is_whoever_began(
    linking: Traveller, helper: User, sign_in: SignIn, app: Flask
) -> None:
    back = agree(linking.set_out_to_link(), LARKSPUR)
    linking.browser.post("/sign-out")
    answer = linking.come_back(back)
    assert (answer.status_code, words(answer)) == (403, "You are not signed in any more")
    assert linked_to(helper) == []


def test_unlinking_ends_the_tokens_at_osu_too(app: Flask, linking: Traveller, helper: User, sandbox: Sandbox) -> None:
    linking.link(LARKSPUR)
    assert len(sandbox.tokens) == 1
    answer = linking.browser.post("/account/services/osu/unlink", follow_redirects=True)
    assert "osu! opens this account no more." in answer.text
    assert linked_to(helper) == []
    run_jobs(app)
    assert sandbox.tokens == {}
    assert db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc())).first() == "identity.unlink"


def test_the_job_that_ends_them_holds_none_in_the_clear(linking: Traveller, sandbox: Sandbox) -> None:
    linking.link(LARKSPUR)
    [(access, token)] = sandbox.tokens.items()
    linking.browser.post("/account/services/osu/unlink")
    arguments = str(db.session.scalars(select(Job.arguments)).all())
    assert access not in arguments
    assert str(token.refresh) not in arguments


def test_tokens_that_have_run_out_are_ended_all_the_same(app: Flask, linking: Traveller, sandbox: Sandbox) -> None:
    linking.link(LARKSPUR)
    for token in sandbox.tokens.values():
        token.expires = 0
    linking.browser.post("/account/services/osu/unlink")
    run_jobs(app)
    assert sandbox.tokens == {}


def test_with_osu_away_the_tokens_are_ended_later(app: Flask, linking: Traveller, sandbox: Sandbox) -> None:
    linking.link(LARKSPUR)
    sandbox.fault("/api/v2/oauth", status=502)
    assert linking.browser.post("/account/services/osu/unlink").status_code == 303
    run_jobs(app)
    assert len(sandbox.tokens) == 1
    sandbox.faults.clear()
    run_jobs(app)
    assert sandbox.tokens == {}


def test_the_last_way_in_stays(traveller: Traveller) -> None:
    traveller.sign_in(LARKSPUR)
    answer = traveller.browser.post("/account/services/osu/unlink")
    assert (answer.status_code, words(answer)) == (409, "This is your only way in")
    traveller.link(ADA, "github")
    assert traveller.browser.post("/account/services/osu/unlink").status_code == 303
    assert traveller.browser.post("/account/services/github/unlink").status_code == 409


def test_a_password_without_an_address_is_no_way_in(traveller: Traveller) -> None:
    traveller.sign_in(LARKSPUR)
    user = db.session.scalars(select(User)).one()
    accounts.change_password(user, make.PASSWORD, by=user)
    db.session.commit()
    traveller.sign_in(LARKSPUR)
    assert traveller.browser.post("/account/services/osu/unlink").status_code == 409


@pytest.mark.both_databases
def test_of_two_ways_in_that_are_unlinked_at_once_one_stays(app: Flask, traveller: Traveller) -> None:
    traveller.sign_in(LARKSPUR)
    traveller.link(ADA, "github")
    with traveller.browser.session_transaction() as session:
        token = session["_user_id"]
    barrier, statuses = threading.Barrier(2), []

    def unlink(service: str) -> None:
        browser = app.test_client()
        with browser.session_transaction() as session:
            session["_user_id"] = token
        barrier.wait()
        statuses.append(browser.post(f"/account/services/{service}/unlink").status_code)

    threads = [threading.Thread(target=unlink, args=(service,)) for service in ("osu", "github")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303, 409]


def test_whoever_set_up_a_second_step_is_asked_for_it_this_way_too(
    app: Flask, linking: Traveller, helper: User, sandbox: Sandbox
) -> None:
    linking.link(LARKSPUR)
    second_step.begin(helper)
    db.session.get_one(SecondStep, helper.id).confirmed_at = now()
    db.session.commit()
    sandbox.rename(LARKSPUR, "Larkspur the Second")
    other = Traveller(app.test_client())
    assert other.sign_in(LARKSPUR).location == "/sign-in/code"
    assert other.browser.get("/account").status_code == 303
    assert db.session.scalars(select(Identity.username)).one() == "Larkspur the Second"


def test_what_is_not_linked_cannot_be_unlinked(linking: Traveller) -> None:
    assert linking.browser.post("/account/services/osu/unlink").status_code == 409
    assert linking.browser.post("/account/services/nothing/unlink").status_code == 404


def test_a_team_links_nothing(sign_in: SignIn) -> None:
    team = accounts.create_shared_user("Foxes", by=make.user(Role.ADMIN))
    db.session.commit()
    assert sign_in(team).post("/account/services/osu").status_code == 403


def test_tokens_are_given_back_before_an_account_goes(app: Flask, traveller: Traveller, sandbox: Sandbox) -> None:
    traveller.sign_in(LARKSPUR)
    user = db.session.scalars(select(User)).one()
    identities.forget(locked(User, user.id))
    db.session.commit()
    run_jobs(app)
    assert sandbox.tokens == {}
