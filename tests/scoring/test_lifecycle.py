"""Activities are locked, published and opened by an admin, each time with a reason."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Role
from app.audit.models import AuditEntry
from app.events.kinds import ActivityState, EventStatus
from app.events.models import Activity, Event
from app.extensions import db
from app.scoring.actions import Entry, save_records
from app.scoring.models import Source
from tests.conftest import SignIn
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def admin(sign_in: SignIn) -> FlaskClient:
    return sign_in(make.user(Role.ADMIN, "Ivan"))


@pytest.fixture
def jump() -> Activity:
    event = make.event()
    make.group(event, "Foxes", people=2)
    return make.activity(event, name="Jump")


def move(browser: FlaskClient, state: str, *activities: Activity, reason: str = "All is in.") -> int:
    form = {"activities": [activity.id for activity in activities], "reason": reason}
    return browser.post(f"/events/{activities[0].event_id}/results/{state}", data=form).status_code


def test_several_are_locked_at_once_with_the_reason_in_the_log(admin: FlaskClient, jump: Activity) -> None:
    run = make.activity(jump.event, name="Run")
    assert move(admin, "locked", jump, run, reason="The jury has seen them.") == 303
    assert {jump.state, run.state} == {ActivityState.LOCKED}
    page = admin.get(f"/events/{jump.event_id}/results").text
    assert "2 activities are locked. No value can change now." in page
    assert page.count("The jury has seen them.") == 2
    assert admin.get(f"/events/{jump.event_id}/audit").text.count("The jury has seen them.") == 2


def test_a_reason_is_asked_for_and_what_was_chosen_is_kept(admin: FlaskClient, jump: Activity) -> None:
    answer = admin.post(f"/events/{jump.event_id}/results/locked", data={"activities": [jump.id]})
    assert answer.status_code == 422
    assert "Please fill this in." in answer.text
    assert "checked" in answer.text
    assert jump.state is ActivityState.OPEN


def test_it_is_published_from_locked_only_and_opened_from_anywhere(admin: FlaskClient, jump: Activity) -> None:
    assert move(admin, "published", jump) == 409
    assert move(admin, "locked", jump) == move(admin, "published", jump) == 303
    assert "Final" in admin.get(f"/events/{jump.event_id}/board").text
    assert move(admin, "open", jump, reason="Lane two was mixed up.") == 303
    assert jump.state is ActivityState.OPEN


def test_where_one_of_them_cannot_go_none_goes(admin: FlaskClient, jump: Activity) -> None:
    run = make.activity(jump.event, name="Run")
    move(admin, "locked", run)
    answer = admin.post(
        f"/events/{jump.event_id}/results/published", data={"activities": [run.id, jump.id], "reason": "Done."}
    )
    assert (answer.status_code, run.state) == (409, ActivityState.LOCKED)
    assert "“Jump” is still open: lock it first." in answer.text


def test_what_is_there_already_is_not_written_again(admin: FlaskClient, jump: Activity) -> None:
    move(admin, "locked", jump)
    move(admin, "locked", jump)
    assert db.session.query(AuditEntry).filter_by(action="activity.state").count() == 1


def test_before_you_lock_says_what_is_missing_and_where(admin: FlaskClient, jump: Activity) -> None:
    person = db.session.get_one(Event, jump.event_id).groups[0].participants[0]
    save_records(jump.event, [Entry(person, jump, ("5",))], by=make.user(), source=Source.HAND)
    db.session.commit()
    page = admin.get(f"/events/{jump.event_id}/results?activity={jump.id}").text
    assert "one value is missing" in page
    assert f"/sheets/{person.group_id}/{jump.id}" in page
    assert f'value="{jump.id}" aria-label="Choose Jump" checked' in page


@pytest.mark.parametrize("state", [ActivityState.LOCKED, ActivityState.PUBLISHED])
def test_an_activity_that_is_not_open_takes_nothing(sign_in: SignIn, jump: Activity, state: ActivityState) -> None:
    group = db.session.get_one(Event, jump.event_id).groups[0]
    petra = make.user()
    make.assign(petra, group)
    jump.state = state
    db.session.commit()
    person = group.participants[0].id
    answer = sign_in(petra).post(
        f"/sheets/{group.id}/{jump.id}", data={f"value-{person}-1": "5", f"version-{person}": "0"}
    )
    assert answer.status_code == 409
    assert "This activity is locked, so nothing was saved." in answer.text


def test_an_archived_event_keeps_its_states(admin: FlaskClient, jump: Activity) -> None:
    jump.event.status = EventStatus.ARCHIVED
    db.session.commit()
    assert move(admin, "locked", jump) == 409
    assert db.session.scalars(select(Activity.state)).one() is ActivityState.OPEN
