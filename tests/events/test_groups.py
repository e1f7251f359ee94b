from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import User
from app.events.models import Event, EventEvaluator, Group, GroupEvaluator
from app.extensions import db
from tests.events.conftest import log
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")


def names(event: Event) -> list[str]:
    return list(db.session.scalars(select(Group.name).filter_by(event_id=event.id).order_by(Group.position)))


@pytest.mark.both_databases
def test_groups_are_added_one_after_another(browser: FlaskClient) -> None:
    event = make.event()
    for name, colour in (("Red team", 2), ("Blue team", 1)):
        answer = browser.post(f"/events/{event.id}/groups", data={"name": name, "identifier": "R1", "colour": colour})
        assert answer.location == f"/events/{event.id}/groups#name"
    assert names(event) == ["Red team", "Blue team"]
    assert log(event) == ["group.create"] * 2
    page = browser.get(f"/events/{event.id}/groups").text
    assert page.index("Red team") < page.index("Blue team")
    assert 'class="dot dot--2"' in page


def test_the_next_colour_is_suggested(browser: FlaskClient) -> None:
    event = make.event()
    make.group(event)
    page = browser.get(f"/events/{event.id}/groups").text
    assert '<input checked id="colour-1" name="colour" type="radio" value="2">' in page


def test_a_name_that_people_would_call_the_same_is_refused_beside_the_field(browser: FlaskClient) -> None:
    event = make.event()
    make.group(event, "Red team")
    answer = browser.post(f"/events/{event.id}/groups", data={"name": " RED   Team", "colour": 1})
    assert answer.status_code == 422
    assert "There is “Red team” already." in answer.text
    assert 'value="RED Team"' in answer.text
    assert 'aria-describedby="name-error"' in answer.text
    assert names(event) == ["Red team"]


def test_two_events_may_have_groups_of_one_name(browser: FlaskClient) -> None:
    make.group(make.event(), "Red team")
    other = make.event()
    assert browser.post(f"/events/{other.id}/groups", data={"name": "Red team", "colour": 1}).status_code == 303


def test_a_group_is_renamed_and_may_keep_its_own_name(browser: FlaskClient) -> None:
    event = make.event()
    group = make.group(event, "Red team")
    url = f"/events/{event.id}/groups/{group.id}"
    assert 'value="Red team"' in browser.get(url).text
    assert browser.post(url, data={"name": "RED TEAM", "colour": 3}).status_code == 303
    assert (group.name, group.name_key, group.colour) == ("RED TEAM", "red team", 3)
    assert browser.post(url, data={"name": "", "colour": 3}).status_code == 422
    assert browser.post(url, data={"name": "Red", "colour": 11}).status_code == 422
    assert log(event) == ["group.save"]


def test_a_group_moves_up_and_down_and_no_further_than_the_end(browser: FlaskClient) -> None:
    event = make.event()
    first, second, third = (make.group(event, name) for name in ("A", "B", "C"))
    place = f"/events/{event.id}/groups/{third.id}/place"
    browser.post(place, data={"place": 1})
    assert names(event) == ["C", "A", "B"]
    browser.post(f"/events/{event.id}/groups/{first.id}/place", data={"place": 99})
    assert names(event) == ["C", "B", "A"]
    browser.post(f"/events/{event.id}/groups/{second.id}/place", data={"place": 0})
    assert names(event) == ["B", "C", "A"]
    assert browser.post(place, data={"place": "up"}).status_code == 422


def test_an_empty_group_is_deleted_and_its_evaluators_stay_in_the_pool(browser: FlaskClient, helper: User) -> None:
    event = make.event()
    group = make.group(event)
    make.assign(helper, group)
    assert browser.post(f"/events/{event.id}/groups/{group.id}/delete").status_code == 303
    assert names(event) == []
    assert db.session.get(EventEvaluator, (event.id, helper.id))
    assert not db.session.get(GroupEvaluator, (event.id, helper.id))
    assert log(event) == ["group.delete"]


def test_a_group_with_people_in_it_is_not_deleted(browser: FlaskClient) -> None:
    event = make.event()
    group = make.group(event, "Red team", people=1)
    answer = browser.post(f"/events/{event.id}/groups/{group.id}/delete")
    assert answer.status_code == 409
    assert "There are still people in “Red team”." in answer.text
    assert names(event) == ["Red team"]


def test_a_group_of_another_event_is_not_found_here(browser: FlaskClient) -> None:
    event, group = make.event(), make.group(make.event(), "Red team")
    url = f"/events/{event.id}/groups/{group.id}"
    assert browser.get(url).status_code == 404
    for path in (url, f"{url}/place", f"{url}/delete"):
        assert browser.post(path, data={"name": "X", "colour": 1, "place": 1}).status_code == 404
    assert group.name == "Red team"


def test_a_name_is_shown_as_text(browser: FlaskClient) -> None:
    event = make.event()
    browser.post(f"/events/{event.id}/groups", data={"name": "<b>Red</b>\0", "colour": 1})
    answer = browser.post(f"/events/{event.id}/groups", data={"name": "<b>red</b>", "colour": 1})
    assert "There is “&lt;b&gt;Red&lt;/b&gt;” already." in answer.text
    assert "<b>Red" not in answer.text
