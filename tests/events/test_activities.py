from __future__ import annotations

from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import User
from app.events.kinds import ActivityState, EvaluationType, Formula
from app.events.models import Activity, Event
from app.extensions import db
from tests.events.conftest import log, write
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")

MARKS = {"evaluation_type": "SCORE_SET", "mark_count": "3", "formula": "SUM", "higher_is_better": "0"}


def only(event: Event) -> Activity:
    return db.session.scalars(select(Activity).filter_by(event_id=event.id)).one()


@pytest.mark.parametrize("kind", [kind for kind in EvaluationType if kind is not EvaluationType.SCORE_SET])
def test_an_activity_of_one_value(browser: FlaskClient, kind: EvaluationType) -> None:
    event = make.event()
    data = {**MARKS, "name": "Sprint", "unit": "s", "evaluation_type": kind.value, "mark_count": "many"}
    assert browser.post(f"/events/{event.id}/activities", data={**data, "mark_count": ""}).status_code == 303
    made = only(event)
    assert (made.name, made.unit, made.evaluation_type) == ("Sprint", "s", kind)
    assert (made.mark_count, made.formula, made.higher_is_better) == (1, Formula.BEST, True)
    assert made.state is ActivityState.OPEN


@pytest.mark.both_databases
def test_an_activity_of_several_marks(browser: FlaskClient) -> None:
    event = make.event()
    assert browser.post(f"/events/{event.id}/activities", data={**MARKS, "name": "Dance"}).status_code == 303
    made = only(event)
    assert (made.mark_count, made.formula, made.higher_is_better) == (3, Formula.SUM, False)
    assert log(event) == ["activity.create"]
    assert "3 marks: their sum, lower is better" in browser.get(f"/events/{event.id}/activities").text


@pytest.mark.parametrize("count", ["", "1", "16", "three"])
def test_several_marks_are_two_to_fifteen(browser: FlaskClient, count: str) -> None:
    event = make.event()
    answer = browser.post(f"/events/{event.id}/activities", data={**MARKS, "name": "Dance", "mark_count": count})
    assert answer.status_code == 422
    assert "From 2 to 15." in answer.text
    assert f'value="{count}"' in answer.text
    assert "Dance" in answer.text


def test_a_kind_that_there_is_not_is_refused(browser: FlaskClient) -> None:
    event = make.event()
    data = {"name": "Sprint", "evaluation_type": "FUN"}
    assert browser.post(f"/events/{event.id}/activities", data=data).status_code == 422


def test_the_name_of_another_activity_is_refused(browser: FlaskClient) -> None:
    event = make.event()
    make.activity(event, name="60 m sprint")
    answer = browser.post(f"/events/{event.id}/activities", data={**MARKS, "name": "60 M  Sprint"})
    assert answer.status_code == 422
    assert "There is “60 m sprint” already." in answer.text


def test_an_activity_without_values_may_change_altogether(browser: FlaskClient) -> None:
    event = make.event()
    activity = make.activity(event, name="Dance")
    url = f"/events/{event.id}/activities/{activity.id}"
    assert 'value="SCORE_SET"' in browser.get(url).text
    lines = "One dance.\r\nTwo minutes."
    assert browser.post(url, data={**MARKS, "name": "Dance", "description": lines}).status_code == 303
    assert (activity.evaluation_type, activity.mark_count) == (EvaluationType.SCORE_SET, 3)
    assert activity.description == "One dance.\nTwo minutes."
    assert log(event) == ["activity.save"]


def test_how_it_is_scored_is_locked_by_the_first_value(browser: FlaskClient, owner: User) -> None:
    event = make.event()
    activity = make.activity(event, EvaluationType.SCORE_SET, "Dance", mark_count=2)
    write("7", make.participant(make.group(event)), activity, by=owner)
    url = f"/events/{event.id}/activities/{activity.id}"
    assert 'name="evaluation_type"' not in browser.get(url).text
    for name, value in (
        ("evaluation_type", "BOOLEAN"),
        ("mark_count", "3"),
        ("formula", "SUM"),
        ("higher_is_better", "0"),
    ):
        answer = browser.post(url, data={"name": "Dance", name: value})
        assert answer.status_code == 422, name
        assert "This cannot change any more: one value is written already." in answer.text
    assert browser.post(url, data={"name": "Tango", "unit": "points"}).status_code == 303
    assert (activity.name, activity.unit, activity.mark_count) == ("Tango", "points", 2)


def test_it_opens_again_when_its_values_are_cleared(browser: FlaskClient, owner: User) -> None:
    event = make.event()
    activity, person = make.activity(event, name="Dance"), make.participant(make.group(event))
    write("7", person, activity, by=owner)
    write("", person, activity, by=owner)
    url = f"/events/{event.id}/activities/{activity.id}"
    assert browser.post(url, data={**MARKS, "name": "Dance"}).status_code == 303
    assert activity.mark_count == 3


def test_the_list_says_where_an_activity_stands_and_leads_to_where_it_is_locked(browser: FlaskClient) -> None:
    event = make.event()
    activity = make.activity(event, name="Jump")
    page = browser.get(f"/events/{event.id}/activities").text
    assert f'href="/events/{event.id}/results?activity={activity.id}" aria-label="Lock Jump"' in page
    activity.state = ActivityState.PUBLISHED
    db.session.commit()
    page = browser.get(f"/events/{event.id}/activities").text
    assert "Final" in page
    assert "Unlock Jump" in page


def test_activities_change_places(browser: FlaskClient) -> None:
    event = make.event()
    make.activity(event, name="A")
    second = make.activity(event, name="B")
    browser.post(f"/events/{event.id}/activities/{second.id}/place", data={"place": 1})
    page = browser.get(f"/events/{event.id}/activities").text
    assert page.index('<th scope="row">B') < page.index('<th scope="row">A')
    assert browser.post(f"/events/{event.id}/activities/{second.id}/place").status_code == 422


def test_an_activity_is_deleted_while_nothing_was_written_in_it(browser: FlaskClient, owner: User) -> None:
    event = make.event()
    activity, person = make.activity(event, name="Sprint"), make.participant(make.group(event))
    url = f"/events/{event.id}/activities/{activity.id}/delete"
    write("7", person, activity, by=owner)
    answer = browser.post(url)
    assert answer.status_code == 409
    assert "“Sprint” has results, or a history of them, and stays." in answer.text
    empty = make.activity(event, name="Throw")
    assert browser.post(f"/events/{event.id}/activities/{empty.id}/delete").status_code == 303
    assert only(event) is activity


def test_a_change_of_the_plan_raises_the_revisions(browser: FlaskClient) -> None:
    event = make.event()
    activity = make.activity(event)
    browser.post(f"/events/{event.id}/groups", data={"name": "Red team", "colour": 1})
    assert (event.revision, activity.revision) == (2, 2)


def test_an_event_without_activities_says_what_one_is(browser: FlaskClient) -> None:
    event = make.event()
    page = browser.get(f"/events/{event.id}/activities").text
    assert "No activities yet" in page
    assert f"/events/{event.id}/activities/new" in page
    assert "New activity" in browser.get(f"/events/{event.id}/activities/new").text


@pytest.mark.parametrize(
    ("kind", "low", "high", "hint"),
    [
        ("NUMERIC_HIGH", "8", "20,5", "usually 8 to 20.5 m"),
        ("TIME_LOW", "0:09", "1:23.4", "usually 0:09 to 1:23.40"),
        ("NUMERIC_LOW", "", "5", "usually up to 5 m"),
        ("NUMERIC_LOW", "1", "", "usually from 1 m"),
    ],
)
def test_a_usual_range_is_a_hint_on_the_sheet(browser: FlaskClient, kind: str, low: str, high: str, hint: str) -> None:
    event = make.event()
    group = make.group(event, people=1)
    data = {"name": "Throw", "evaluation_type": kind, "unit": "m", "usual_from": low, "usual_to": high}
    assert browser.post(f"/events/{event.id}/activities", data=data).status_code == 303
    assert hint in browser.get(f"/sheets/{group.id}/{only(event).id}").text


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [("20", "8", "This is below where it starts."), ("long", "", "This is not a number."), ("", "DNF", "not a number")],
)
def test_a_range_that_cannot_be_is_refused(browser: FlaskClient, low: str, high: str, message: str) -> None:
    event = make.event()
    data = {"name": "Throw", "evaluation_type": "NUMERIC_HIGH", "usual_from": low, "usual_to": high}
    answer = browser.post(f"/events/{event.id}/activities", data=data)
    assert answer.status_code == 422
    assert message in answer.text


def test_a_range_and_places_stay_where_only_the_name_changes(browser: FlaskClient, owner: User) -> None:
    event = make.event()
    group = make.group(event)
    data = {"name": "Throw", "evaluation_type": "NUMERIC_HIGH", "usual_from": "7", "decimal_places": "2"}
    browser.post(f"/events/{event.id}/activities", data=data)
    activity = only(event)
    write("7.5", make.participant(group), activity, by=owner)
    assert browser.post(f"/events/{event.id}/activities/{activity.id}", data={"name": "Ball"}).status_code == 303
    assert (activity.name, activity.low, activity.decimal_places) == ("Ball", Decimal(7), 2)
    assert 'value="7.50"' in browser.get(f"/sheets/{group.id}/{activity.id}").text
    assert "7.50" in browser.get(f"/events/{event.id}/board").text
