"""What may go wrong on the way to osu! and back: each has a page that says so, and none is a crash."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.identities import services, trips
from app.accounts.identities.jobs import forget_used_trips
from app.accounts.identities.models import Identity, UsedState
from app.accounts.models import User
from app.database import now
from app.extensions import db
from app.sandbox import Sandbox
from tests.support.trips import LARKSPUR, Traveller, agree, words

pytestmark = pytest.mark.usefixtures("context")


def expect(answer: TestResponse, status: int, heading: str) -> None:
    """A page in words, with a way back, that stays in nobody's cache; and nobody came in."""
    assert (answer.status_code, words(answer)) == (status, heading)
    assert 'href="/sign-in"' in answer.text
    assert "/sign-in/osu" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert db.session.scalars(select(User)).all() == []


def test_whoever_says_no_is_taken_at_their_word(traveller: Traveller) -> None:
    answer = traveller.sign_in("no", next="/boards")
    expect(answer, 403, "You said no, and that is fine")
    assert "/sign-in/osu?next=/boards" in answer.text


@pytest.mark.parametrize(
    ("error", "status", "heading"),
    [
        ("server_error", 502, "osu! did not answer as expected"),
        ("temporarily_unavailable", 502, "osu! did not answer as expected"),
        ("invalid_scope", 400, "This sign-in is over"),
        ("<script>", 400, "This sign-in is over"),
    ],
)
def test_what_osu_says_instead_of_a_code(traveller: Traveller, error: str, status: int, heading: str) -> None:
    back = agree(traveller.set_out(), "no").replace("error=access_denied", f"error={error}")
    answer = traveller.come_back(back)
    expect(answer, status, heading)
    assert "<script>" not in answer.text


@pytest.mark.parametrize("state", ["", "state=", "state=nonsense", "state=%F0%9F%98%80", "state=gAAAAABo" + "A" * 300])
def test_a_state_that_is_not_ours(traveller: Traveller, state: str) -> None:
    traveller.set_out()
    expect(traveller.browser.get(f"/sign-in/osu/callback?code=x&{state}"), 400, "This sign-in did not begin here")


def test_a_state_that_began_in_another_browser(app: Flask, traveller: Traveller) -> None:
    """Else somebody could have others sign in as themselves, and read what they then write."""
    back = agree(traveller.set_out(), LARKSPUR)
    expect(Traveller(app.test_client()).come_back(back), 400, "This sign-in did not begin here")
    other = Traveller(app.test_client())
    other.set_out()
    expect(other.come_back(back), 400, "This sign-in did not begin here")


def test_a_state_that_is_for_another_service(traveller: Traveller) -> None:
    back = agree(traveller.set_out("github"), 501).replace("/sign-in/github/", "/sign-in/osu/")
    expect(traveller.come_back(back), 400, "This sign-in did not begin here")


def test_the_browser_is_bound_by_a_cookie_that_no_script_reads(traveller: Traveller) -> None:
    answer = traveller.browser.get("/sign-in/osu")
    [cookie] = [text for text in answer.headers.getlist("Set-Cookie") if text.startswith("laurel-trip=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=600" in cookie


def test_two_tabs_may_be_under_way_at_once(traveller: Traveller) -> None:
    first, second = traveller.set_out(next="/boards"), traveller.set_out()
    assert traveller.come_back(agree(first, LARKSPUR)).location == "/boards"
    assert traveller.come_back(agree(second, LARKSPUR)).location == "/"


def test_a_trip_that_took_too_long(traveller: Traveller, monkeypatch: pytest.MonkeyPatch) -> None:
    back = agree(traveller.set_out(), LARKSPUR)
    later = time.time() + trips.SECONDS + 1
    monkeypatch.setattr("app.accounts.identities.trips.time.time", lambda: later)
    expect(traveller.come_back(back), 400, "This sign-in took too long")


def test_a_trip_ends_once(traveller: Traveller) -> None:
    back = agree(traveller.set_out(), LARKSPUR)
    assert traveller.come_back(back).status_code == 303
    answer = traveller.come_back(back)
    assert (answer.status_code, words(answer)) == (409, "This sign-in has been used")


@pytest.mark.both_databases
def test_of_two_who_come_back_at_the_same_instant_one_wins(app: Flask, traveller: Traveller, sandbox: Sandbox) -> None:
    back = agree(traveller.set_out(), LARKSPUR)
    cookie = traveller.browser.get_cookie("laurel-trip")
    assert cookie is not None
    sandbox.fault("/oauth/token", seconds=0.3)
    barrier, statuses = threading.Barrier(4), []

    def arrive() -> None:
        browser = app.test_client()
        browser.set_cookie("laurel-trip", cookie.value)
        barrier.wait()
        statuses.append(Traveller(browser).come_back(back).status_code)

    threads = [threading.Thread(target=arrive) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303, 409, 409, 409]
    assert sandbox.calls.count("POST /oauth/token") == 1
    assert len(db.session.scalars(select(User)).all()) == 1


@pytest.mark.both_databases
def test_one_person_who_arrives_in_two_browsers_at_once_is_one_account(app: Flask, sandbox: Sandbox) -> None:
    travellers = [Traveller(app.test_client()) for _ in range(3)]
    backs = [agree(traveller.set_out(), LARKSPUR) for traveller in travellers]
    sandbox.fault("/api/v2/me", seconds=0.3)
    barrier, statuses = threading.Barrier(3), []

    def arrive(traveller: Traveller, back: str) -> None:
        barrier.wait()
        statuses.append(traveller.come_back(back).status_code)

    threads = [threading.Thread(target=arrive, args=pair) for pair in zip(travellers, backs, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303, 303, 303]
    assert len(db.session.scalars(select(User)).all()) == len(db.session.scalars(select(Identity)).all()) == 1


def test_a_code_that_is_too_old(traveller: Traveller, sandbox: Sandbox) -> None:
    sandbox.code_seconds = -1
    expect(traveller.sign_in(), 400, "This sign-in is over")


def test_a_callback_without_a_code(traveller: Traveller) -> None:
    back = agree(traveller.set_out(), LARKSPUR)
    expect(traveller.come_back(back.replace("code=", "other=")), 400, "This sign-in is over")


def test_a_code_that_was_made_up_or_was_stolen_on_its_way(app: Flask, traveller: Traveller) -> None:
    """The one who stole it has no verifier: in their own trip it is worth nothing."""
    stolen = agree(traveller.set_out(), LARKSPUR).partition("code=")[2].partition("&")[0]
    thief = Traveller(app.test_client())
    own = agree(thief.set_out(), 7002)
    expect(
        thief.come_back(own.replace(own.partition("code=")[2].partition("&")[0], stolen)), 400, "This sign-in is over"
    )


@pytest.mark.parametrize("path", ["/oauth/token", "/api/v2/me"])
@pytest.mark.parametrize(
    ("status", "body", "answered", "heading"),
    [
        (500, "<html>oops</html>", 502, "osu! did not answer as expected"),
        (502, "", 502, "osu! did not answer as expected"),
        (404, "<html>not here</html>", 502, "osu! did not answer as expected"),
        (429, '{"error":"Too Many Attempts."}', 503, "osu! is busy"),
        (503, "<html>maintenance</html>", 503, "osu! is busy"),
        (None, "<html>login to the wifi</html>", 502, "osu! did not answer as expected"),
        (None, "[]", 502, "osu! did not answer as expected"),
        (None, "{}", 502, "osu! did not answer as expected"),
        (None, '{"access_token": 7, "id": "seven", "username": ""}', 502, "osu! did not answer as expected"),
        (None, "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), 502, "osu! did not answer as expected"),
    ],
)
def test_osu_is_broken(
    traveller: Traveller, sandbox: Sandbox, path: str, status: int | None, body: str, answered: int, heading: str
) -> None:
    sandbox.fault(path, status=status, body=body)
    answer = traveller.sign_in()
    expect(answer, answered, heading)
    assert answered != 503 or int(answer.headers["Retry-After"]) > 0


def test_osu_does_not_know_the_token_that_it_gave(traveller: Traveller, sandbox: Sandbox) -> None:
    sandbox.fault("/api/v2/me", status=401, body='{"authentication":"basic"}')
    answer = traveller.sign_in()
    expect(answer, 502, "osu! did not answer as expected")
    assert "did not recognise the sign-in" in answer.text


def test_the_keys_are_wrong(traveller: Traveller, sandbox: Sandbox) -> None:
    sandbox.fault("/oauth/token", status=401, body='{"error":"invalid_client","error_description":"no"}')
    expect(traveller.sign_in(), 502, "osu! does not know this Laurel")


def test_osu_is_not_waited_for_for_long(
    traveller: Traveller, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert services.SECONDS == 5
    monkeypatch.setattr(services, "SECONDS", 0.2)
    sandbox.fault("/oauth/token", seconds=1)
    expect(traveller.sign_in(), 504, "osu! takes too long")


def test_osu_is_not_there(app: Flask, traveller: Traveller, sandbox: Sandbox) -> None:
    back = agree(traveller.set_out(), LARKSPUR)
    sandbox.fault("/", status=500)
    expect(traveller.come_back(back), 502, "osu! did not answer as expected")


def test_whoever_fails_over_and_over_has_to_wait(traveller: Traveller) -> None:
    answers = {traveller.browser.get("/sign-in/osu/callback?state=x").status_code for _ in range(61)}
    assert answers == {400, 429}


def test_used_trips_are_forgotten_when_their_time_is_over(traveller: Traveller) -> None:
    traveller.sign_in()
    assert forget_used_trips() == 0
    db.session.scalars(select(UsedState)).one().expires_at = now() - timedelta(seconds=1)
    db.session.commit()
    assert forget_used_trips() == 1
