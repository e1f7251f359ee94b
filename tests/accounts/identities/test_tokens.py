"""Players' own tokens for osu!'s API: kept fresh, by one at a time."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.identities import failures, osu_token, services, tokens
from app.accounts.identities.models import Identity
from app.accounts.models import User
from app.database import now
from app.extensions import db
from app.sandbox import Sandbox
from tests.conftest import AppFactory
from tests.support import make, trips
from tests.support.trips import LARKSPUR, Traveller

pytestmark = pytest.mark.usefixtures("context")

REFRESH = "POST /oauth/token"


@pytest.fixture
def player(traveller: Traveller, sandbox: Sandbox) -> int:
    """The id of somebody who signed in through osu! a moment ago."""
    traveller.sign_in(LARKSPUR)
    sandbox.calls.clear()
    return db.session.scalars(select(User.id)).one()


def the_identity() -> Identity:
    db.session.rollback()
    return db.session.scalars(select(Identity)).one()


def is_left(**time: float) -> None:
    """Have the token be valid for so long from now on, as far as Laurel knows."""
    the_identity().expires_at = now() + timedelta(**time)
    db.session.commit()


def ask(app: Flask, player: int, refused: str | None = None) -> str:
    with app.app_context():
        return osu_token(db.session.get_one(User, player), refused=refused)


def test_a_token_that_is_valid_is_given_without_asking(app: Flask, player: int, sandbox: Sandbox) -> None:
    assert ask(app, player) in sandbox.tokens
    assert sandbox.calls == []


def test_one_with_less_than_ten_minutes_left_is_exchanged(app: Flask, player: int, sandbox: Sandbox) -> None:
    [old] = sandbox.tokens
    is_left(minutes=9)
    new = ask(app, player)
    assert new != old
    assert list(sandbox.tokens) == [new]
    assert the_identity().expires_at > now() + timedelta(hours=23)  # type: ignore[operator]
    assert ask(app, player) == new
    assert sandbox.calls == [REFRESH]


@pytest.mark.both_databases
def test_many_who_need_it_at_once_refresh_it_once(app: Flask, player: int, sandbox: Sandbox) -> None:
    """Of two refreshes with one token the second fails, and with it all that would have followed."""
    is_left(seconds=-1)
    sandbox.fault("/oauth/token", seconds=0.3)
    barrier, got = threading.Barrier(8), []

    def work() -> None:
        barrier.wait()
        got.append(ask(app, player))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sandbox.calls == [REFRESH]
    assert len(got) == 8
    assert set(got) == set(sandbox.tokens)


def test_one_that_osu_refused_is_exchanged_though_it_looked_valid(app: Flask, player: int, sandbox: Sandbox) -> None:
    [old] = sandbox.tokens
    new = ask(app, player, refused=old)
    assert new != old
    assert ask(app, player, refused=old) == new
    assert sandbox.calls == [REFRESH]


def test_whoever_took_back_their_consent_has_to_sign_in_again(app: Flask, player: int, sandbox: Sandbox) -> None:
    sandbox.tokens.clear()
    is_left(seconds=-1)
    for _ in range(2):
        with pytest.raises(failures.SignInAgain):
            ask(app, player)
    assert sandbox.calls == [REFRESH]
    Traveller(app.test_client()).sign_in(LARKSPUR)
    assert ask(app, player) in sandbox.tokens


def test_with_osu_away_the_old_token_does_while_it_is_valid(app: Flask, player: int, sandbox: Sandbox) -> None:
    [old] = sandbox.tokens
    is_left(minutes=5)
    sandbox.fault("/oauth/token", status=502)
    assert ask(app, player) == old
    is_left(seconds=-1)
    with pytest.raises(failures.Away):
        ask(app, player)
    sandbox.faults.clear()
    assert ask(app, player) in sandbox.tokens


@pytest.mark.parametrize(
    ("status", "error"), [(429, failures.Busy), (503, failures.Busy), (404, failures.Away), (401, failures.Away)]
)
def test_what_osu_answers_has_a_name(
    app: Flask, player: int, sandbox: Sandbox, status: int, error: type[failures.Failure]
) -> None:
    is_left(seconds=-1)
    sandbox.fault("/oauth/token", status=status)
    with pytest.raises(error):
        ask(app, player)
    assert the_identity().refresh_token


def test_a_slow_osu_is_given_up(app: Flask, player: int, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    is_left(seconds=-1)
    sandbox.fault("/oauth/token", seconds=1)
    monkeypatch.setattr(services, "SECONDS", 0.2)
    with pytest.raises(failures.Slow):
        ask(app, player)


def test_whoever_was_killed_while_refreshing_holds_nobody_for_ever(
    app: Flask, player: int, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_left(seconds=-1)
    the_identity().refreshing_until = now() + timedelta(seconds=60)
    db.session.commit()
    monkeypatch.setattr(tokens, "PATIENCE", 0.1)
    with pytest.raises(failures.Slow):
        ask(app, player)
    the_identity().refreshing_until = now() - timedelta(seconds=1)
    db.session.commit()
    assert ask(app, player) in sandbox.tokens


def test_a_sign_in_meanwhile_goes_before_what_was_refreshed(app: Flask, player: int, sandbox: Sandbox) -> None:
    is_left(seconds=-1)
    sandbox.fault("/oauth/token", seconds=0.5)
    refreshing = threading.Thread(target=ask, args=(app, player))
    refreshing.start()
    traveller = Traveller(app.test_client())
    page = traveller.set_out()
    sandbox.faults.clear()
    traveller.come_back(trips.agree(page, LARKSPUR))
    refreshing.join()
    newest = ask(app, player)
    assert newest in sandbox.tokens
    assert ask(app, player, refused=newest) in sandbox.tokens


def test_an_account_without_osu_has_none(app: Flask) -> None:
    with pytest.raises(failures.NotLinked):
        ask(app, make.user().id)


def test_an_installation_without_keys_has_none(make_app: AppFactory, player: int) -> None:
    with pytest.raises(failures.NotLinked):
        ask(make_app(), player)


def test_with_another_secret_key_they_sign_in_again(make_app: AppFactory, player: int, sandbox: Sandbox) -> None:
    other = make_app(secret_key="another key, 0123456789 0123456789", **trips.settings_of(sandbox))
    with pytest.raises(failures.SignInAgain):
        ask(other, player)


def test_nothing_may_be_pending(app: Flask, player: int) -> None:
    with app.app_context():
        user = db.session.get_one(User, player)
        user.name = "Somebody else"
        with pytest.raises(RuntimeError, match="commit first"):
            osu_token(user)
        db.session.rollback()
