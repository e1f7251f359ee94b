"""Team logins: made in one step, shown once, typed from a card, for one group and one event."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.actions import open_session
from app.accounts.models import LoginSession, User
from app.audit.models import AuditEntry
from app.events.models import Event, EventEvaluator, Group, TeamLogin
from app.events.team_codes import LETTERS, code_hash, new_code
from app.extensions import db
from tests.conftest import AppFactory
from tests.events.conftest import log
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")

CODE = re.compile(r'class="team-card__code">([A-Z]{4}-[A-Z]{4})<')


@pytest.fixture
def games() -> Event:
    event = make.event()
    make.activity(event, name="Sprint")
    for name in ("Red team", "Blue team"):
        make.group(event, name, people=2)
    return event


def make_codes(browser: FlaskClient, event: Event, *groups: Group) -> list[str]:
    answer = browser.post(f"/events/{event.id}/teams", data={"groups": [group.id for group in groups]})
    assert answer.status_code == 200
    return CODE.findall(answer.text)


def join(app: Flask, code: str) -> tuple[FlaskClient, int]:
    browser = app.test_client()
    return browser, browser.post("/join", data={"code": code}).status_code


@pytest.mark.both_databases
def test_a_code_opens_the_sheets_of_its_group_and_nothing_else(app: Flask, browser: FlaskClient, games: Event) -> None:
    red, blue = games.groups
    codes = make_codes(browser, games, red, blue)
    assert len(set(codes)) == 2
    team, status = join(app, codes[0].lower().replace("-", " "))
    assert status == 303
    page = team.get("/sheets").text
    assert "Red team" in page
    assert "Blue team" not in page
    sprint = games.activities[0]
    assert team.get(f"/sheets/{red.id}/{sprint.id}").status_code == 200
    assert team.get(f"/sheets/{blue.id}/{sprint.id}").status_code == 404
    for path in ("/account", f"/events/{games.id}", "/people"):
        assert team.get(path).status_code == 403, path
    assert team.post("/account/tokens", data={"name": "x"}).status_code == 403
    assert team.post("/account/password").status_code == 403
    assert 'href="/account"' not in page


def test_what_a_team_writes_bears_its_name(app: Flask, browser: FlaskClient, games: Event) -> None:
    red, sprint = games.groups[0], games.activities[0]
    team, _status = join(app, make_codes(browser, games, red)[0])
    person = red.participants[0]
    answer = team.post(
        f"/sheets/{red.id}/{sprint.id}/{person.id}", data={f"value-{person.id}-1": "7", f"version-{person.id}": "0"}
    )
    assert answer.status_code == 303
    entry = db.session.scalars(select(AuditEntry).filter_by(action="records.save")).one()
    assert entry.actor_name == "Red team: helpers"


def test_only_a_keyed_hash_of_the_code_is_kept(browser: FlaskClient, games: Event) -> None:
    [code] = make_codes(browser, games, games.groups[0])
    kept = db.session.scalars(select(TeamLogin)).one().code_hash
    assert kept == code_hash(code)
    assert code not in browser.get(f"/events/{games.id}/teams").text
    logged = str([entry.payload for entry in db.session.scalars(select(AuditEntry))])
    assert code not in logged
    assert log(games) == ["team_login.make"]


def test_each_device_of_a_team_is_listed_and_one_alone_is_signed_out(
    app: Flask, browser: FlaskClient, games: Event
) -> None:
    red, blue = games.groups
    [code] = make_codes(browser, games, red)
    (lost, _status), (kept, _other) = join(app, code), join(app, code)
    teams = f"/events/{games.id}/teams"
    page = browser.get(teams).text
    ends = re.findall(rf'action="({teams}/{red.id}/devices/\d+/end)"', page)
    assert len(ends) == 2
    assert browser.post(ends[1].replace(f"/{red.id}/", f"/{blue.id}/")).status_code == 404
    assert browser.post(ends[1]).status_code == 303
    assert browser.post(ends[1]).status_code == 404
    assert (lost.get("/sheets").status_code, kept.get("/sheets").status_code) == (303, 200)
    actions = [entry.action for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert actions[-1] == "session.end"


def test_a_code_can_be_typed_by_a_child() -> None:
    for _turn in range(50):
        code = new_code()
        assert re.fullmatch(f"[{LETTERS}]{{4}}-[{LETTERS}]{{4}}", code)
    assert not set("AEIOUL01") & set(LETTERS)


def test_a_link_only_asks(app: Flask, browser: FlaskClient, games: Event) -> None:
    [code] = make_codes(browser, games, games.groups[0])
    visitor = app.test_client()
    page = visitor.get(f"/join/{code}")
    assert page.status_code == 200
    assert f'value="{code}"' in page.text
    assert "Set-Cookie" not in page.headers or visitor.get("/sheets").status_code == 303
    assert not db.session.scalars(select(LoginSession).join(User).where(User.shared)).all()


def test_the_card_carries_a_drawing_that_the_policy_allows(browser: FlaskClient, games: Event) -> None:
    answer = browser.post(f"/events/{games.id}/teams", data={"groups": [games.groups[0].id]})
    assert answer.text.count('<svg viewBox="0 0') >= 1
    assert 'class="qr"' in answer.text
    assert "style=" not in answer.text


def test_cards_that_no_phone_can_open_say_so(browser: FlaskClient, games: Event) -> None:
    before = browser.get(f"/events/{games.id}/teams")
    cards = browser.post(f"/events/{games.id}/teams", data={"groups": [games.groups[0].id]})
    for page in (before, cards):
        assert "No phone can open these squares: they lead to localhost/join" in page.text


def test_cards_bear_the_public_address(make_app: AppFactory, games: Event, owner: User) -> None:
    token = open_session(owner, address="127.0.0.1", browser="tests")
    db.session.commit()
    browser = make_app(public_url="https://laurel.example.org").test_client()
    with browser.session_transaction() as session:
        session["_user_id"] = token
    answer = browser.post(f"/events/{games.id}/teams", data={"groups": [games.groups[0].id]})
    assert "laurel.example.org/join" in answer.text
    assert "No phone can open" not in answer.text


def test_a_new_code_ends_the_old_one_and_who_used_it(app: Flask, browser: FlaskClient, games: Event) -> None:
    red = games.groups[0]
    [old] = make_codes(browser, games, red)
    team, _status = join(app, old)
    [new] = make_codes(browser, games, red)
    assert team.get("/sheets").status_code == 303
    assert join(app, old)[1] == 422
    assert join(app, new)[1] == 303
    assert len(db.session.scalars(select(TeamLogin)).all()) == 1


def test_a_revoked_code_opens_nothing_and_its_group_has_nobody(app: Flask, browser: FlaskClient, games: Event) -> None:
    red = games.groups[0]
    [code] = make_codes(browser, games, red)
    team, _status = join(app, code)
    assert browser.post(f"/events/{games.id}/teams/{red.id}/revoke").status_code == 303
    assert team.get("/sheets").status_code == 303
    answer = app.test_client().post("/join", data={"code": code})
    assert answer.status_code == 422
    assert "This code opens nothing." in answer.text
    assert not db.session.scalars(select(EventEvaluator)).all()
    assert log(games) == ["team_login.make", "team_login.revoke"]
    [again] = make_codes(browser, games, red)
    assert join(app, again)[1] == 303


def test_codes_end_with_the_event(app: Flask, browser: FlaskClient, games: Event) -> None:
    [code] = make_codes(browser, games, games.groups[0])
    team, _status = join(app, code)
    browser.post(f"/events/{games.id}/status", data={"status": "ARCHIVED"})
    assert team.get("/sheets").status_code == 303
    assert join(app, code)[1] == 422
    browser.post(f"/events/{games.id}/status", data={"status": "ACTIVE"})
    assert join(app, code)[1] == 303


@pytest.mark.both_databases
def test_codes_end_with_the_group_and_with_a_deleted_event(app: Flask, browser: FlaskClient) -> None:
    event = make.event()
    red, blue = make.group(event), make.group(event)
    first, second = make_codes(browser, event, red, blue)
    assert browser.post(f"/events/{event.id}/groups/{red.id}/delete").status_code == 303
    assert join(app, first)[1] == 422
    team, _status = join(app, second)
    browser.post(f"/events/{event.id}/delete", data={"name": event.name})
    assert team.get("/sheets").status_code == 303
    assert join(app, second)[1] == 422


def test_a_team_is_nobodys_to_assign_or_to_manage(browser: FlaskClient, games: Event, helper: User) -> None:
    red, blue = games.groups
    make_codes(browser, games, red)
    user = db.session.scalars(select(User).where(User.shared)).one()
    page = browser.get(f"/events/{games.id}/evaluators").text
    assert "team.invalid" not in page
    assert "One group has no evaluator" in page
    browser.post(f"/events/{games.id}/evaluators/groups", data={f"group_{user.id}": blue.id})
    login = db.session.scalars(select(TeamLogin)).one()
    assert login.group_id == red.id
    assert browser.post(f"/events/{games.id}/evaluators/{user.id}/delete").status_code == 404
    assert "team.invalid" not in browser.get(f"/events/{make.event().id}/evaluators").text


def test_guessing_is_slowed_down(app: Flask) -> None:
    browser = app.test_client()
    statuses = [browser.post("/join", data={"code": "BBBB-BBBB"}).status_code for _turn in range(62)]
    assert statuses[:60] == [422] * 60
    assert statuses[61] == 429


@pytest.mark.parametrize("code", ["", " ", "x" * 200, "\x00", "Ž" * 8])
def test_nonsense_is_refused_politely(app: Flask, code: str) -> None:
    assert app.test_client().post("/join", data={"code": code}).status_code == 422


def test_no_group_chosen_is_refused_beside_the_boxes(browser: FlaskClient, games: Event) -> None:
    answer = browser.post(f"/events/{games.id}/teams")
    assert answer.status_code == 422
    assert "Choose at least one." in answer.text
