"""Edits of a sheet's script: several at once, each stored exactly once, and each with an answer of its own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import User
from app.api.models import IdempotentAnswer
from app.events.kinds import ActivityState, EvaluationType
from app.extensions import db
from app.scoring.models import RecordChange
from tests.conftest import AppFactory, SignIn
from tests.support import make

from .test_sheet import Day, start_day

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]


@pytest.fixture
def day(sign_in: SignIn) -> Day:
    return start_day(sign_in, EvaluationType.TIME_LOW)


def edit(day: Day, who: int, *marks: str, key: str = "", version: int = 0) -> dict[str, Any]:
    return {"key": key or f"key-of-row-{who}", "participant": day.people[who].id, "version": version, "marks": marks}


def send(day: Day, *edits: dict[str, Any], browser: FlaskClient | None = None, by: User | None = None) -> TestResponse:
    body = {"user": str((by or day.petra).id), "edits": edits}
    return (browser or day.browser).post(f"{day.url}/edits", json=body, headers={"Accept": "application/json"})


def verdicts(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["verdict"] for one in answer.get_json()["answers"]]


def changes() -> list[RecordChange]:
    return list(db.session.scalars(select(RecordChange)))


def test_several_rows_are_stored_and_each_gets_its_piece(day: Day) -> None:
    answer = send(day, edit(day, 0, "83,4"), edit(day, 1, "1:99"), edit(day, 2, "DNF"))
    assert verdicts(answer) == ["saved", "refused", "saved"]
    first, second, _third = answer.get_json()["answers"]
    assert (first["version"], "1:23.40" in first["state"]) == (1, True)
    assert "After minutes, seconds go up to 59." in second["state"]
    assert len(changes()) == 2


def test_the_same_key_again_stores_once_and_answers_the_same(day: Day) -> None:
    answers = [send(day, edit(day, 0, "83.4"), edit(day, 1, "90")) for _time in range(3)]
    assert [answer.get_json() for answer in answers] == [answers[0].get_json()] * 3
    assert verdicts(answers[0]) == ["saved", "saved"]
    assert len(changes()) == 2


def test_what_was_stored_before_a_colleague_came_is_not_a_conflict_when_it_is_sent_again(
    day: Day, sign_in: SignIn
) -> None:
    tom = make.user(name="Tom")
    make.assign(tom, day.group)
    send(day, edit(day, 0, "80"))
    send(day, edit(day, 0, "81", key="key-of-tom", version=1), browser=sign_in(tom), by=tom)
    answer = send(day, edit(day, 0, "80"))
    assert verdicts(answer) == ["saved"]
    assert answer.get_json()["answers"][0]["version"] == 1
    assert str(day.record(0).amount) == "81"


def test_a_conflict_keeps_both_values_and_its_key_is_free(day: Day, sign_in: SignIn) -> None:
    tom = make.user(name="Tom")
    make.assign(tom, day.group)
    send(day, edit(day, 0, "81", key="key-of-tom"), browser=sign_in(tom), by=tom)
    answer = send(day, edit(day, 0, "80"))
    assert verdicts(answer) == ["conflict"]
    piece = answer.get_json()["answers"][0]["state"]
    assert all(words in piece for words in ("Tom changed Anežka", "1:21", "Mine <strong>80"))
    assert verdicts(send(day, edit(day, 0, "80", version=1))) == ["saved"]


def test_what_looks_wrong_is_asked_about_and_stored_once_it_is_kept(day: Day) -> None:
    day.activity.low, day.activity.high = Decimal(30), Decimal(180)
    db.session.commit()
    answer = send(day, edit(day, 0, "12340"))
    assert verdicts(answer) == ["doubtful"]
    assert "205:40 is outside of what is usual here." in answer.get_json()["answers"][0]["state"]
    assert changes() == []
    assert verdicts(send(day, {**edit(day, 0, "12340", key="asked-and-kept"), "confirmed": True})) == ["saved"]


def test_a_key_stands_for_one_edit(day: Day) -> None:
    send(day, edit(day, 0, "80"))
    assert verdicts(send(day, edit(day, 0, "81", version=1))) == ["refused"]
    assert str(day.record(0).amount) == "80"


def test_nothing_is_remembered_of_what_a_locked_activity_refused(day: Day) -> None:
    day.activity.state = ActivityState.LOCKED
    db.session.commit()
    answer = send(day, edit(day, 0, "80"))
    assert answer.status_code == 409
    assert "This activity is locked" in answer.get_json()["detail"]
    assert db.session.scalars(select(IdempotentAnswer)).all() == []


def test_somebody_who_was_moved_away_is_told_of_and_the_rest_is_stored(day: Day) -> None:
    day.people[0].group_id = make.group(day.event).id
    db.session.commit()
    answer = send(day, edit(day, 0, "80"), edit(day, 1, "81"))
    assert verdicts(answer) == ["refused", "saved"]
    assert "not on the sheet any more" in answer.get_json()["answers"][0]["detail"]


def test_what_one_person_typed_is_not_stored_as_anothers(day: Day, sign_in: SignIn) -> None:
    tom = make.user(name="Tom")
    make.assign(tom, day.group)
    answer = send(day, edit(day, 0, "80"), browser=sign_in(tom), by=day.petra)
    assert (answer.status_code, answer.get_json()["error_code"]) == (403, "other_user")
    assert changes() == []


def test_an_ended_session_is_told_in_json_and_the_reader_has_a_token(day: Day, client: FlaskClient) -> None:
    answer = send(day, edit(day, 0, "80"), browser=client)
    assert (answer.status_code, answer.get_json()["error_code"]) == (401, "unauthorized")
    assert client.get("/sheets/reader", headers={"Accept": "application/json"}).status_code == 401
    reader = day.browser.get("/sheets/reader").get_json()
    assert (reader["user"], reader["name"]) == (str(day.petra.id), "Petra")
    assert reader["csrf_token"]


def test_without_a_token_nothing_is_stored(day: Day, make_app: AppFactory) -> None:
    browser = make_app(extra={}).test_client()
    answer = send(day, edit(day, 0, "80"), browser=browser)
    assert (answer.status_code, answer.get_json()["error_code"]) == (400, "csrf")


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"edits": []},
        {"edits": [{"key": "short"}]},
        {"edits": [{"key": "long-enough", "participant": 1, "version": "0", "marks": ["1"]}]},
        {"edits": [{"key": "long-enough", "participant": 1, "version": 0, "marks": [1]}]},
        {"edits": [{"key": "long-enough", "participant": 1, "version": 0, "marks": []}] * 2},
    ],
)
def test_what_no_sheet_sends_is_refused(day: Day, broken: dict[str, Any]) -> None:
    answer = day.browser.post(f"{day.url}/edits", json={"user": str(day.petra.id), **broken})
    assert answer.status_code == 422


def test_any_number_of_rows_takes_the_same_statements(day: Day, statements: list[str]) -> None:
    counts = []
    for rows in ([0], [1, 2]):
        statements.clear()
        assert set(verdicts(send(day, *(edit(day, who, "80") for who in rows)))) == {"saved"}
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 13
