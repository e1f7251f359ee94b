"""What looks wrong is asked about once: on a sheet with and without a script, over JSON, and before a lock."""

from __future__ import annotations

import re
from typing import Any, Protocol

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.actions import create_token
from app.accounts.models import Role
from app.events.kinds import EvaluationType
from app.extensions import db
from app.scoring.actions import Entry, save_records
from app.scoring.models import Record, Source
from app.scoring.warnings import Code
from tests.conftest import SignIn
from tests.support import make

from .test_sheet import PIECE, Day, start_day

pytestmark = pytest.mark.usefixtures("context")

SPRINTS = ("9.8", "10.1", "10.4", "10.6", "11", "11.3", "11.9", "12.4", "12.8", "13.5")


@pytest.fixture
def day(sign_in: SignIn) -> Day:
    """A sprint that ten others have run."""
    started = start_day(sign_in, EvaluationType.NUMERIC_LOW)
    others = make.group(started.event, "Red team")
    entries = [Entry(make.participant(others), started.activity, (text,), confirmed=True) for text in SPRINTS]
    save_records(started.event, entries, by=started.petra, source=Source.HAND)
    db.session.commit()
    return started


class Api(Protocol):
    def __call__(self, day: Day, *items: dict[str, Any]) -> TestResponse: ...


@pytest.fixture
def api(client: FlaskClient) -> Api:
    """Sends records as a script of an admin's."""
    _token, text = create_token(make.user(Role.ADMIN), "script")
    db.session.commit()

    def send(day: Day, *items: dict[str, Any]) -> TestResponse:
        headers = {"Authorization": f"Bearer {text}"}
        return client.post(f"/api/v1/events/{day.event.id}/records", json={"records": list(items)}, headers=headers)

    return send


def written(day: Day, who: int) -> list[str]:
    person = day.people[who].id
    return [str(record.amount) for record in db.session.scalars(select(Record).where(Record.participant_id == person))]


def confirm(day: Day, who: int, text: str, **more: str) -> int:
    person = day.people[who].id
    form = {f"value-{person}-1": text, f"version-{person}": "0", **more}
    return day.browser.post(f"{day.url}/{person}", data=form, headers=PIECE).status_code


def test_ten_times_the_others_is_asked_about_and_not_stored(day: Day) -> None:
    answer = day.type(0, "124")
    assert answer.status_code == 422
    assert "is-doubtful" in answer.text
    assert "12.4 rather than 124?" in answer.text
    assert written(day, 0) == []


def test_confirmed_once_it_is_stored(day: Day) -> None:
    person = day.people[0].id
    asked = day.type(0, "124").text
    assert f'name="confirmed-{person}" value="124"' in asked
    assert confirm(day, 0, "124", **{f"confirmed-{person}": "124"}) == 200
    assert written(day, 0) == ["124"]


def test_what_was_confirmed_is_what_was_asked_and_nothing_else(day: Day) -> None:
    assert confirm(day, 0, "1240", **{f"confirmed-{day.people[0].id}": "124"}) == 422
    assert written(day, 0) == []


def test_what_was_probably_meant_is_stored_by_one_button(day: Day) -> None:
    person = day.people[0].id
    found = re.search(rf'name="(instead-{person}-1)" value="([^"]+)"', day.type(0, "124").text)
    assert found
    assert confirm(day, 0, "124", **{found[1]: found[2]}) == 200
    assert written(day, 0) == ["12.4"]


def test_an_error_cannot_be_confirmed(day: Day) -> None:
    assert confirm(day, 0, "fast", **{f"confirmed-{day.people[0].id}": "fast"}) == 422
    assert written(day, 0) == []


def test_the_whole_sheet_without_a_script_asks_and_saves_the_rest(day: Day) -> None:
    first, second = day.people[0].id, day.people[1].id
    form = {f"value-{first}-1": "124", f"version-{first}": "0", f"value-{second}-1": "11.5", f"version-{second}": "0"}
    answer = day.browser.post(day.url, data=form)
    assert answer.status_code == 422
    assert "12.4 rather than 124?" in answer.text
    assert f'formaction="{day.url}/{first}"' in answer.text
    assert (written(day, 0), written(day, 1)) == ([], ["11.5"])


def test_a_colleague_who_replaces_a_value_by_something_else_is_asked(day: Day, sign_in: SignIn) -> None:
    day.type(0, "10.2")
    tom = sign_in(make.user(Role.ADMIN, "Tom"))
    answer = day.type(0, "13.9", version=1, browser=tom)
    assert answer.status_code == 422
    assert "This would replace 10.2" in answer.text
    assert day.type(0, "10.3", version=1, browser=tom).status_code == 200


def test_ones_own_mistake_of_a_moment_ago_is_mended_without_a_question(day: Day) -> None:
    day.type(0, "10.2")
    assert day.type(0, "13.9", version=1).status_code == 200


def test_a_whole_row_equal_to_another_names_whose_it_is(sign_in: SignIn) -> None:
    day = start_day(sign_in, EvaluationType.SCORE_SET, mark_count=3)
    day.type(0, "3.98", "4.12", "4.05")
    answer = day.type(1, "3.98", "4.12", "4.05")
    assert answer.status_code == 422
    assert "Anežka Dvořáková has exactly the same." in answer.text
    assert day.type(1, "3.98", "4.12", "4.06").status_code == 200


@pytest.mark.both_databases
def test_before_a_lock_all_that_looks_wrong_is_listed_with_links(day: Day, sign_in: SignIn) -> None:
    admin = sign_in(make.user(Role.ADMIN))
    url = f"/events/{day.event.id}/findings"
    assert "Nothing looks wrong" in admin.get(url).text
    person = day.people[0].id
    confirm(day, 0, "124", **{f"confirmed-{person}": "124"})
    page = admin.get(url, query_string={"activity": day.activity.id}).text
    assert "12.4 rather than 124?" in page
    assert f"{day.url}#row-{person}" in page
    assert admin.get(url, query_string={"activity": 999}).status_code == 404


def test_a_script_is_told_by_codes_and_may_confirm(day: Day, api: Api) -> None:
    item = {"participant": day.people[0].id, "activity": day.activity.id, "value": "124"}
    answer = api(day, item)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["error_code"] == "doubtful"
    [warning] = answer.json["warnings"]
    assert (warning["index"], warning["mark"], warning["code"], warning["instead"]) == (0, 1, Code.SLIP, "12.4")
    assert written(day, 0) == []
    assert api(day, {**item, "confirmed": True}).status_code == 200
    assert written(day, 0) == ["124"]


def test_writing_over_somebody_elses_is_asked_about_but_not_when_theirs_was_shown_beside_it(
    day: Day, sign_in: SignIn
) -> None:
    tom = make.user(Role.EVALUATOR, "Tom")
    make.assign(tom, day.group)
    day.type(0, "10.2", browser=sign_in(tom))
    doubted = day.type(0, "12.6", version=1)
    assert doubted.status_code == 422
    assert "This would replace 10.2 with something quite different." in doubted.text
    conflict = day.type(0, "12.6", version=0)
    assert conflict.status_code == 409
    person = day.people[0].id
    assert f'name="chosen-{person}" value="1"' in conflict.text
    assert confirm(day, 0, "126", **{f"version-{person}": "1", f"chosen-{person}": "1"}) == 422
    assert confirm(day, 0, "12.6", **{f"version-{person}": "1", f"chosen-{person}": "0"}) == 422
    assert written(day, 0) == ["10.2"]
    assert confirm(day, 0, "12.6", **{f"version-{person}": "1", f"chosen-{person}": "1"}) == 200
    assert written(day, 0) == ["12.6"]
