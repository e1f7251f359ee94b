from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.accounts.models import User
from app.events.models import Event, EventEvaluator, GroupEvaluator
from app.extensions import db
from tests.events.conftest import log
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")


def group_of(user: User, event: Event) -> int | None:
    found = db.session.get(GroupEvaluator, (event.id, user.id))
    return found.group_id if found else None


@pytest.mark.both_databases
def test_evaluators_join_the_pool(browser: FlaskClient, helper: User) -> None:
    event, other = make.event(), make.user(name="Helena")
    assert "No evaluators yet" in browser.get(f"/events/{event.id}/evaluators").text
    answer = browser.post(f"/events/{event.id}/evaluators", data={"users": [helper.id, other.id]})
    assert answer.location == f"/events/{event.id}/evaluators"
    assert db.session.get(EventEvaluator, (event.id, helper.id))
    assert log(event) == ["evaluator.add"] * 2
    assert "2 evaluators are added." in browser.get(f"/events/{event.id}/evaluators").text


def test_only_who_may_evaluate_is_offered_and_taken(browser: FlaskClient, outsider: User, helper: User) -> None:
    event = make.event()
    page = browser.get(f"/events/{event.id}/evaluators").text
    assert str(helper.email) in page
    assert str(outsider.email) not in page
    assert browser.post(f"/events/{event.id}/evaluators", data={"users": [outsider.id]}).status_code == 422
    assert browser.post(f"/events/{event.id}/evaluators", data={"users": "everyone"}).status_code == 422
    answer = browser.post(f"/events/{event.id}/evaluators")
    assert answer.status_code == 422
    assert "Choose at least one." in answer.text
    assert log(event) == []


def test_nobody_joins_twice(browser: FlaskClient, helper: User) -> None:
    event = make.event()
    browser.post(f"/events/{event.id}/evaluators", data={"users": [helper.id]})
    assert browser.post(f"/events/{event.id}/evaluators", data={"users": [helper.id]}).status_code == 422


@pytest.mark.both_databases
def test_an_evaluator_has_one_group_and_a_group_several_evaluators(browser: FlaskClient, helper: User) -> None:
    event, other = make.event(), make.user()
    red, blue = make.group(event), make.group(event)
    make.assign(helper, red)
    make.assign(other, blue)
    url = f"/events/{event.id}/evaluators/groups"
    page = browser.get(f"/events/{event.id}/evaluators").text
    assert f'<option selected value="{red.id}">' in page
    data = {f"group_{helper.id}": blue.id, f"group_{other.id}": blue.id}
    assert browser.post(url, data=data).status_code == 303
    assert (group_of(helper, event), group_of(other, event)) == (blue.id, blue.id)
    assert "One group has no evaluator" in browser.get(f"/events/{event.id}/evaluators").text
    assert browser.post(url, data={f"group_{helper.id}": 0}).status_code == 303
    assert (group_of(helper, event), group_of(other, event)) == (None, blue.id)
    assert log(event) == ["evaluator.assign"] * 2


def test_somebody_without_a_group_gets_one(browser: FlaskClient, helper: User) -> None:
    event = make.event()
    group = make.group(event)
    browser.post(f"/events/{event.id}/evaluators", data={"users": [helper.id]})
    browser.post(f"/events/{event.id}/evaluators/groups", data={f"group_{helper.id}": group.id})
    assert group_of(helper, event) == group.id


def test_a_group_of_another_event_is_refused(browser: FlaskClient, helper: User) -> None:
    event, other = make.event(), make.group(make.event())
    group = make.group(event)
    make.assign(helper, group)
    url = f"/events/{event.id}/evaluators/groups"
    assert browser.post(url, data={f"group_{helper.id}": other.id}).status_code == 422
    assert group_of(helper, event) == group.id


def test_who_leaves_the_pool_leaves_the_group(browser: FlaskClient, helper: User) -> None:
    event = make.event()
    make.assign(helper, make.group(event))
    url = f"/events/{event.id}/evaluators/{helper.id}/delete"
    assert browser.post(url).status_code == 303
    assert group_of(helper, event) is None
    assert not db.session.get(EventEvaluator, (event.id, helper.id))
    assert browser.post(url).status_code == 404
    assert log(event) == ["evaluator.remove"]


def test_when_everybody_is_in_there_is_nobody_to_add(browser: FlaskClient, owner: User) -> None:
    event = make.event()
    browser.post(f"/events/{event.id}/evaluators", data={"users": [owner.id]})
    assert "Everybody who may evaluate is in this event already." in browser.get(f"/events/{event.id}/evaluators").text
