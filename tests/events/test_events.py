from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import User
from app.events.kinds import EventStatus, Visibility
from app.events.models import Event
from app.extensions import db
from tests.conftest import SignIn
from tests.events.conftest import log, write
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")

DETAILS = {"name": "Summer games", "place": "Lhota", "starts_on": "2026-07-04"}


@pytest.mark.both_databases
def test_a_new_event_is_a_private_draft(browser: FlaskClient) -> None:
    answer = browser.post("/events", data=DETAILS)
    event = db.session.scalars(select(Event)).one()
    assert answer.status_code == 303
    assert answer.location == f"/events/{event.id}"
    assert (event.name, event.place, event.starts_on) == ("Summer games", "Lhota", date(2026, 7, 4))
    assert (event.status, event.visibility) == (EventStatus.DRAFT, Visibility.PRIVATE)
    assert log(event) == ["event.create"]


def test_an_event_without_a_name_is_refused_and_keeps_what_was_typed(browser: FlaskClient) -> None:
    answer = browser.post("/events", data={**DETAILS, "name": "  ", "starts_on": "4. 7."})
    assert answer.status_code == 422
    assert "Please fill this in." in answer.text
    assert "This is not a date." in answer.text
    assert 'value="4. 7."' in answer.text
    assert 'value="Lhota"' in answer.text
    assert not db.session.scalars(select(Event)).all()


def test_the_first_visit_says_what_to_do(browser: FlaskClient) -> None:
    page = browser.get("/events").text
    assert "No events yet" in page
    assert 'href="/events/new"' in page


def test_the_list_counts_what_is_in_an_event(browser: FlaskClient) -> None:
    event = make.event("Summer games")
    make.activity(event)
    make.group(event, people=3)
    page = browser.get("/events").text
    assert f'<a href="/events/{event.id}">Summer games</a>' in page
    for column, number in (("Groups", 1), ("Participants", 3), ("Activities", 1)):
        assert f'<td data-label="{column}" class="is-number">{number}</td>' in page


def test_a_helper_sees_their_own_events_and_opens_none_of_the_admins_pages(helper: User, sign_in: SignIn) -> None:
    mine, other = make.event("Mine"), make.event("Not mine")
    make.assign(helper, make.group(mine))
    browser = sign_in(helper)
    page = browser.get("/events").text
    assert "Mine" in page
    assert "Not mine" not in page
    assert "New event" not in page
    assert browser.get(f"/events/{mine.id}").status_code == 403
    assert browser.get(f"/events/{other.id}").status_code == 403
    assert browser.post("/events", data=DETAILS).status_code == 403


def test_an_outsider_is_told_so_and_a_stranger_signs_in(outsider: User, sign_in: SignIn, client: FlaskClient) -> None:
    event = make.event()
    assert sign_in(outsider).get("/events").status_code == 403
    assert client.get(f"/events/{event.id}").location == f"/sign-in?next=/events/{event.id}"


def test_an_event_that_is_not_there_is_not_found(browser: FlaskClient) -> None:
    assert browser.get("/events/7").status_code == 404
    assert browser.post("/events/7", data=DETAILS).status_code == 404
    assert browser.post("/events/7/status", data={"status": "ACTIVE"}).status_code == 404


def test_name_day_and_place_can_be_changed(browser: FlaskClient) -> None:
    event = make.event()
    assert 'value="2026-07-04"' in browser.get(f"/events/{event.id}/edit").text
    assert browser.post(f"/events/{event.id}", data={**DETAILS, "place": "Brno"}).status_code == 303
    assert event.place == "Brno"
    assert log(event) == ["event.save"]


def test_what_did_not_change_is_not_logged(browser: FlaskClient) -> None:
    event = make.event()
    browser.post(f"/events/{event.id}", data=DETAILS)
    assert log(event) == []
    assert event.revision == 1


def test_a_draft_lists_what_is_missing(browser: FlaskClient) -> None:
    event = make.event(status=EventStatus.DRAFT)
    page = browser.get(f"/events/{event.id}").text
    assert "Before it can start" in page
    assert "It can start once it has participants and activities." in page
    make.group(event, people=2)
    make.activity(event)
    page = browser.get(f"/events/{event.id}").text
    assert "2 people in the event" in page
    assert "One group has nobody to score it yet" in page
    assert "It can start once" not in page


def test_an_empty_draft_cannot_start(browser: FlaskClient) -> None:
    event = make.event(status=EventStatus.DRAFT)
    answer = browser.post(f"/events/{event.id}/status", data={"status": "ACTIVE"})
    assert answer.status_code == 409
    assert "it needs at least one participant and one activity" in answer.text
    assert event.status is EventStatus.DRAFT


@pytest.mark.both_databases
def test_an_event_goes_from_draft_to_archive_and_back(browser: FlaskClient) -> None:
    event = make.event(status=EventStatus.DRAFT)
    make.group(event, people=1)
    make.activity(event)
    for status in ("ACTIVE", "ARCHIVED", "ACTIVE", "DRAFT"):
        assert browser.post(f"/events/{event.id}/status", data={"status": status}).status_code == 303
        assert event.status == status
    assert log(event) == ["event.status"] * 4


def test_there_is_no_way_back_to_the_draft_once_there_are_results(browser: FlaskClient, owner: User) -> None:
    event = make.event()
    person, activity = make.participant(make.group(event)), make.activity(event)
    write("7", person, activity, by=owner)
    assert "Back to the draft" not in browser.get(f"/events/{event.id}").text
    answer = browser.post(f"/events/{event.id}/status", data={"status": "DRAFT"})
    assert answer.status_code == 409
    assert "there are results already" in answer.text
    assert event.status is EventStatus.ACTIVE


def test_an_archived_event_cannot_become_a_draft_and_no_event_becomes_nonsense(browser: FlaskClient) -> None:
    event = make.event(status=EventStatus.ARCHIVED)
    assert browser.post(f"/events/{event.id}/status", data={"status": "DRAFT"}).status_code == 409
    assert browser.post(f"/events/{event.id}/status", data={"status": "OVER"}).status_code == 422
    assert event.status is EventStatus.ARCHIVED


def test_starting_twice_is_starting_once(browser: FlaskClient) -> None:
    event = make.event()
    assert browser.post(f"/events/{event.id}/status", data={"status": "ACTIVE"}).status_code == 303
    assert log(event) == []


def test_an_archived_event_is_read_only_and_says_so(browser: FlaskClient) -> None:
    event = make.event(status=EventStatus.ARCHIVED)
    group, activity, category = make.group(event), make.activity(event), make.category(event, "All")
    person = make.participant(group)
    for path in (
        "",
        "/groups",
        f"/groups/{group.id}",
        f"/groups/{group.id}/place",
        f"/groups/{group.id}/delete",
        "/activities",
        f"/activities/{activity.id}",
        "/results/locked",
        "/results/open",
        "/results/published",
        f"/activities/{activity.id}/place",
        f"/activities/{activity.id}/delete",
        "/categories",
        f"/categories/{category.id}",
        f"/categories/{category.id}/delete",
        "/participants",
        f"/participants/{person.id}",
        f"/participants/{person.id}/delete",
        "/evaluators",
        "/evaluators/groups",
        "/evaluators/1/delete",
    ):
        answer = browser.post(f"/events/{event.id}{path}")
        assert answer.status_code == 409, path
        assert "This event is archived" in answer.text
    assert log(event) == []


@pytest.mark.parametrize("tab", ["", "/edit", "/groups", "/participants", "/activities", "/categories", "/evaluators"])
def test_the_pages_of_an_archived_event_offer_no_writing(browser: FlaskClient, helper: User, tab: str) -> None:
    event = make.event(status=EventStatus.ARCHIVED)
    group = make.group(event, "Red team", people=1)
    make.assign(helper, group)
    make.activity(event)
    make.category(event, "All")
    page = browser.get(f"/events/{event.id}{tab}")
    assert page.status_code == 200
    forms = [line for line in page.text.splitlines() if 'method="post"' in line]
    allowed = ("/sign-out", f"/events/{event.id}/status", f"/events/{event.id}/visibility", 'id="remove"', '/groups"')
    assert not [line for line in forms if not any(path in line for path in allowed)]


def test_an_active_event_shows_how_far_its_groups_are(browser: FlaskClient, owner: User) -> None:
    event = make.event()
    group, activity = make.group(event, "Red team", people=1), make.activity(event, name="Sprint")
    write("7", make.participant(group), activity, by=owner)
    page = browser.get(f"/events/{event.id}").text
    assert "Progress by group" in page
    assert '<progress class="progress dot--' in page
    assert page.count("1 of 2") == 3


def test_visibility_is_changed_apart_from_the_status(browser: FlaskClient) -> None:
    event = make.event(status=EventStatus.ARCHIVED, visibility=Visibility.PRIVATE)
    assert browser.post(f"/events/{event.id}/visibility", data={"visibility": "LINK"}).status_code == 303
    assert (event.visibility, event.status) == (Visibility.LINK, EventStatus.ARCHIVED)
    assert browser.post(f"/events/{event.id}/visibility", data={"visibility": "SOME"}).status_code == 422
    assert browser.post(f"/events/{event.id}/visibility").status_code == 422
    assert log(event) == ["event.visibility"]


def test_an_event_by_link_offers_the_link(browser: FlaskClient) -> None:
    event = make.event(visibility=Visibility.LINK)
    link = f"/events/{event.id}/board?link={event.link_token}"
    assert link in browser.get(f"/events/{event.id}").text
    browser.post(f"/events/{event.id}/visibility", data={"visibility": "PUBLIC"})
    page = browser.get(f"/events/{event.id}").text
    assert f"/events/{event.id}/board" in page
    assert event.link_token not in page
