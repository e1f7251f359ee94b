"""The page of progress: every group and activity, live, who is on it, and who is missing."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Role
from app.events.kinds import EvaluationType
from app.extensions import db
from tests.conftest import AppFactory, SignIn
from tests.support import make

from .test_sheet import PIECE, Day, start_day

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def day(sign_in: SignIn) -> Day:
    return start_day(sign_in, EvaluationType.TIME_LOW)


@pytest.fixture
def admin(sign_in: SignIn) -> FlaskClient:
    return sign_in(make.user(Role.ADMIN))


def page_of(day: Day) -> str:
    return f"/events/{day.event.id}/progress"


def state_in(text: str) -> str:
    found = re.search(r"state=([\w-]+)", text)
    assert found
    return found[1]


def test_each_sheet_says_how_far_it_is_and_who_is_on_it(day: Day, admin: FlaskClient) -> None:
    day.type(0, "80")
    day.browser.get(day.url)
    text = admin.get(page_of(day)).text
    assert "1 of 3" in text
    assert "33 %" in text
    assert "1 of 3 values" in text
    assert re.search(r"On it now.*?Petra", text, re.DOTALL)


def test_nothing_is_sent_again_until_something_changes(day: Day, admin: FlaskClient) -> None:
    day.browser.get(day.url)
    state = state_in(admin.get(page_of(day)).text)
    assert admin.get(f"{page_of(day)}?state={state}", headers=PIECE).status_code == 204
    day.type(0, "80")
    answer = admin.get(f"{page_of(day)}?state={state}", headers=PIECE)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert state_in(answer.text) != state


def test_who_is_missing_is_named_by_activity_with_the_way_to_the_sheet(day: Day, admin: FlaskClient) -> None:
    day.type(0, "80")
    text = admin.get(f"{page_of(day)}/{day.group.id}").text
    assert "Matěj Krejčí, Jan Novák" in text
    assert "Anežka" not in text
    assert f'href="{day.url}"' in text
    for who in (1, 2):
        day.type(who, "90")
    assert "Nobody is missing in this group." in admin.get(f"{page_of(day)}/{day.group.id}").text


def test_only_groups_with_something_missing_are_left_when_asked_for(day: Day, admin: FlaskClient) -> None:
    other = make.group(day.event, "Foxes", people=1)
    for who in range(3):
        day.type(who, "80")
    text = admin.get(f"{page_of(day)}?only=open").text
    assert f"progress-{other.id}" in text
    assert f"progress-{day.group.id}" not in text


def test_without_redis_the_page_works_and_nobody_is_on_a_sheet(day: Day, make_app: AppFactory, sign_in: SignIn) -> None:
    browser = make_app(redis_url="redis://127.0.0.1:1/0").test_client()
    with sign_in(make.user(Role.ADMIN)).session_transaction() as known, browser.session_transaction() as session:
        session.update(known)
    assert browser.get(day.url).status_code == 200
    answer = browser.get(page_of(day))
    assert answer.status_code == 200
    assert "On it now" not in answer.text


def test_any_number_of_groups_takes_the_same_statements(day: Day, admin: FlaskClient, statements: list[str]) -> None:
    counts = []
    for groups in (2, 57):
        for _group in range(groups):
            make.group(day.event, people=1)
        db.session.commit()
        admin.get(page_of(day))
        statements.clear()
        admin.get(page_of(day))
        counts.append(len(statements))
    assert max(counts) <= 9


def test_an_evaluator_is_not_let_in(day: Day) -> None:
    assert day.browser.get(page_of(day)).status_code == 403
