"""Taking back: one's own last save, never a colleague's, and a sheet as it stood at a time."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import audit
from app.accounts.models import Role
from app.events.kinds import ActivityState, EvaluationType
from app.extensions import db
from app.scoring.models import RecordChange, Source
from tests.conftest import SignIn
from tests.support import make

from .test_sheet import Day, start_day

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def day(sign_in: SignIn) -> Day:
    return start_day(sign_in, EvaluationType.NUMERIC_HIGH)


def undo(day: Day, browser: FlaskClient | None = None) -> str:
    """Press the button; the words that come back."""
    browser = browser or day.browser
    answer = browser.post(f"{day.url}/undo")
    assert answer.status_code == 303
    return browser.get(answer.location).text


def stands(day: Day, who: int) -> str | None:
    amount = day.record(who).amount
    return None if amount is None else str(amount)


def changes() -> list[RecordChange]:
    return list(db.session.scalars(select(RecordChange).order_by(RecordChange.id)))


@pytest.mark.both_databases
def test_the_last_save_is_taken_back_and_then_the_one_before_it(day: Day) -> None:
    day.type(0, "5")
    day.type(1, "6")
    day.type(0, "5.5", version=1)
    assert "Undone: Anežka Dvořáková" in undo(day)
    assert (stands(day, 0), stands(day, 1)) == ("5", "6")
    undo(day)
    assert (stands(day, 0), stands(day, 1)) == ("5", None)
    undo(day)
    assert stands(day, 0) is None
    assert "nothing of yours to undo" in undo(day)
    assert [change.source for change in changes()] == [Source.HAND] * 3 + [Source.UNDO] * 3
    assert list(audit.broken_rows()) == []


def test_what_a_colleague_has_written_since_is_left_alone(day: Day, sign_in: SignIn) -> None:
    tom = sign_in(make.user(Role.ADMIN, "Tom"))
    day.type(0, "5")
    day.type(0, "5.2", version=1, browser=tom)
    assert "Tom has changed Anežka Dvořáková since, so nothing was undone." in undo(day)
    assert stands(day, 0) == "5.2"
    undo(day, tom)
    assert stands(day, 0) == "5"
    assert "Tom has changed" in undo(day)


def test_a_whole_sheet_saved_at_once_is_taken_back_at_once(day: Day) -> None:
    form = {f"value-{person.id}-1": str(5 + place) for place, person in enumerate(day.people)}
    day.browser.post(day.url, data={**form, **{f"version-{person.id}": "0" for person in day.people}})
    assert "Undone: Anežka Dvořáková and others, 3 rows" in undo(day)
    assert [stands(day, who) for who in range(3)] == [None] * 3


def test_nobody_undoes_what_others_wrote(day: Day, sign_in: SignIn) -> None:
    day.type(0, "5")
    assert "nothing of yours to undo" in undo(day, sign_in(make.user(Role.ADMIN)))
    assert stands(day, 0) == "5"


def test_a_locked_activity_keeps_what_it_has(day: Day) -> None:
    day.type(0, "5")
    day.activity.state = ActivityState.LOCKED
    db.session.commit()
    assert day.browser.post(f"{day.url}/undo").status_code == 409
    assert stands(day, 0) == "5"


def test_the_history_says_from_which_device_a_change_came(day: Day) -> None:
    person = day.people[0].id
    phone = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Firefox/130", "HX-Request": "true"}
    day.browser.post(f"{day.url}/{person}", data={f"value-{person}-1": "5", f"version-{person}": "0"}, headers=phone)
    assert "Firefox, Android" in day.browser.get(f"{day.url}/{person}/history").text
    assert "Firefox, Android" in day.browser.get(f"{day.url}/history").text


# Back to a time --------------------------------------------------------------------------------------------------


def preview(day: Day, change: RecordChange) -> TestResponse:
    return day.browser.get(f"{day.url}/back", query_string={"before": change.at.isoformat()})


def fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(before|fingerprint)" value="([^"]+)"', page))


@pytest.mark.both_databases
def test_a_sheet_goes_back_to_a_time_as_its_preview_said(day: Day) -> None:
    day.type(0, "5")
    day.type(1, "6")
    day.type(0, "5.5", version=1)
    page = preview(day, changes()[1]).text
    assert "Put 2 rows back" in page
    assert stands(day, 0) == "5.5"
    assert day.browser.post(f"{day.url}/back", data=fields(page)).status_code == 303
    assert (stands(day, 0), stands(day, 1)) == ("5", None)
    assert [change.source for change in changes()[3:]] == [Source.BACK] * 2
    assert len({change.at for change in changes()[3:]}) == 1
    undo(day)
    assert (stands(day, 0), stands(day, 1)) == ("5.5", "6")


def test_a_preview_that_is_out_of_date_puts_nothing_back(day: Day) -> None:
    day.type(0, "5")
    day.type(0, "5.5", version=1)
    page = preview(day, changes()[1]).text
    day.type(0, "5.6", version=2)
    answer = day.browser.post(f"{day.url}/back", data=fields(page))
    assert answer.status_code == 409
    assert "has changed in the meantime" in answer.text
    assert stands(day, 0) == "5.6"


def test_where_nothing_would_change_there_is_nothing_to_put_back(day: Day) -> None:
    day.type(0, "5")
    undo(day)
    assert "Nothing would change" in preview(day, changes()[0]).text


@pytest.mark.parametrize("text", ["", "soon", "2026-07-04T10:00:00"])
def test_a_time_that_is_none_is_not_found(day: Day, text: str) -> None:
    assert day.browser.get(f"{day.url}/back", query_string={"before": text}).status_code == 404


def test_the_history_of_a_sheet_is_for_those_who_score_it(day: Day, sign_in: SignIn) -> None:
    stranger = sign_in(make.user(Role.EVALUATOR))
    for path in ("history", "back?before=2026-07-04T10:00:00Z"):
        assert stranger.get(f"{day.url}/{path}").status_code == 404
    assert stranger.post(f"{day.url}/undo").status_code == 404
