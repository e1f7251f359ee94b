"""An event copied, and an event deleted as a whole."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import audit
from app.accounts.models import User
from app.audit.models import AuditEntry
from app.database import now
from app.events.kinds import ActivityState, EventStatus, Visibility
from app.events.models import Activity, Event, Group, Participant
from app.extensions import db
from app.scoring.models import Record
from tests.events.conftest import log, write
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")

COPY = {"name": "Summer games 2027", "place": "Lhota", "starts_on": "2027-07-03"}


@pytest.fixture
def games(owner: User, helper: User) -> Event:
    """Two groups, one with a helper; three people, one of whom withdrew; a value in a locked activity; a category."""
    event = make.event()
    red, _blue = make.group(event, "Red team"), make.group(event, "Blue team")
    make.assign(helper, red)
    make.category(event, "Aged 8", 8, 8)
    jana, gone = make.participant(red, "Jana", "31"), make.participant(red, "Gone")
    make.participant(red, "Petr")
    activity = make.activity(event, name="Sprint")
    write("7", jana, activity, by=owner)
    gone.withdrawn_at, activity.state = now(), ActivityState.LOCKED
    db.session.commit()
    return event


def copy(browser: FlaskClient, games: Event, **more: str) -> Event:
    answer = browser.post(f"/events/{games.id}/clone", data={**COPY, **more})
    assert answer.status_code == 303
    return db.session.get_one(Event, int(answer.location.rsplit("/", 1)[1]))


@pytest.mark.both_databases
def test_a_copy_has_the_plan_and_the_people_and_never_results(browser: FlaskClient, games: Event) -> None:
    made = copy(browser, games, people="y", staff="y")
    assert (made.name, made.status, made.visibility) == ("Summer games 2027", EventStatus.DRAFT, Visibility.PRIVATE)
    assert [group.name for group in made.groups] == ["Red team", "Blue team"]
    assert [(one.name, one.state) for one in made.activities] == [("Sprint", ActivityState.OPEN)]
    assert [category.name for category in made.categories] == ["Aged 8"]
    people = db.session.scalars(select(Participant).filter_by(event_id=made.id).order_by(Participant.position))
    assert [(one.display_name, one.group_id) for one in people] == [
        ("Jana", made.groups[0].id),
        ("Petr", made.groups[0].id),
    ]
    assert db.session.scalar(select(func.count()).select_from(Record)) == 1
    assert "Hynek" in browser.get(f"/events/{made.id}/evaluators").text
    assert log(made) == ["event.clone"]


def test_a_copy_without_people_and_staff(browser: FlaskClient, games: Event) -> None:
    page = browser.get(f"/events/{games.id}/clone").text
    assert 'value="Summer games (copy)"' in page
    assert "2 people" in page
    made = copy(browser, games)
    assert not db.session.scalars(select(Participant).filter_by(event_id=made.id)).all()
    assert "No evaluators yet" in browser.get(f"/events/{made.id}/evaluators").text


def test_a_copy_without_a_day_is_refused(browser: FlaskClient, games: Event) -> None:
    answer = browser.post(f"/events/{games.id}/clone", data={**COPY, "starts_on": ""})
    assert answer.status_code == 422
    assert 'value="Summer games 2027"' in answer.text


def test_the_page_counts_what_goes_with_an_event(browser: FlaskClient, games: Event) -> None:
    page = browser.get(f"/events/{games.id}/delete").text
    for term, count in (("Values", 1), ("Participants", 3), ("Groups", 2), ("Activities", 1), ("Categories", 1)):
        assert f"<dt>{term}</dt><dd>{count}</dd>" in page
    assert "To be sure, type it: Summer games" in page


@pytest.mark.parametrize("typed", ["", "Summer", "yes"])
def test_without_its_name_nothing_is_deleted(browser: FlaskClient, games: Event, typed: str) -> None:
    assert browser.post(f"/events/{games.id}/delete", data={"name": typed}).status_code == 422
    assert db.session.get(Event, games.id) is not None


@pytest.mark.both_databases
def test_an_event_goes_with_all_that_is_in_it_and_the_log_stays_whole(browser: FlaskClient, games: Event) -> None:
    other = make.event("Other")
    make.group(other, people=1)
    before = len(log(games))
    assert browser.post(f"/events/{games.id}/delete", data={"name": "  summer GAMES "}).location == "/events"
    assert db.session.scalars(select(Event)).all() == [other]
    for model in (Group, Participant):
        assert len(db.session.scalars(select(model)).all()) == 1
    assert not db.session.scalars(select(Record)).all()
    assert not db.session.scalars(select(Activity)).all()
    entry = db.session.scalars(select(AuditEntry).filter_by(action="event.delete")).one()
    assert entry.event_id is None
    assert entry.payload is not None
    assert (entry.payload["name"], entry.payload["values"], entry.payload["people"]) == ("Summer games", 1, 3)
    assert entry.payload["audit_length"] == before
    assert list(audit.broken_rows()) == []


def test_a_new_event_never_takes_up_the_log_of_a_deleted_one(browser: FlaskClient) -> None:
    for _turn in range(2):
        url = browser.post("/events", data=COPY).location
        assert browser.post(f"{url}/delete", data={"name": COPY["name"]}).status_code == 303
    numbers = db.session.scalars(select(AuditEntry.event_id).filter_by(action="event.create")).all()
    assert len(set(numbers)) == 2
    assert list(audit.broken_rows()) == []


def test_an_event_may_last_several_days(browser: FlaskClient) -> None:
    event = make.event()
    answer = browser.post(f"/events/{event.id}", data={**COPY, "ends_on": "2027-07-01"})
    assert answer.status_code == 422
    assert "This is before the first day." in answer.text
    browser.post(f"/events/{event.id}", data={**COPY, "ends_on": "2027-07-05"})
    assert event.ends_on == date(2027, 7, 5)
    assert "Jul 3\u2009–\u20095, 2027" in browser.get("/events").text
    browser.post(f"/events/{event.id}", data={**COPY, "ends_on": "2027-07-03"})
    assert event.ends_on is None


def test_the_list_before_the_start_says_what_blocks_it(browser: FlaskClient) -> None:
    event = make.event(status=EventStatus.DRAFT)
    make.group(event, "Red team", people=1)
    make.group(event, "Empty team")
    assert browser.get(f"/events/{event.id}").text.count("blocks the start") == 1
    make.activity(event)
    make.category(event, "Aged 8", 8, 8)
    page = browser.get(f"/events/{event.id}").text
    assert "blocks the start" not in page
    assert "One group has nobody in it" in page
    assert "One participant fits no category" in page
    assert "one without a usual range" in page
    make.category(event, "Young", None, 9)
    assert "These overlap: Young / Aged 8" in browser.get(f"/events/{event.id}").text
    answer = browser.post(f"/events/{event.id}/status", data={"status": "ACTIVE"})
    assert answer.status_code == 409
    assert "somebody could be in two categories" in answer.text


def test_categories_are_counted_before_and_after_the_start(browser: FlaskClient, games: Event, owner: User) -> None:
    young = make.participant(games.groups[0], "Young", age=8)
    activity = make.activity(games)
    write("1", young, activity, by=owner)
    page = browser.get(f"/events/{games.id}").text
    assert "people with a value" in page
    assert 'aria-label="Aged 8"' in page
    table = browser.get(f"/events/{games.id}/categories").text
    assert '<td data-label="With a value" class="is-number">1</td>' in table


def test_a_change_of_what_runs_counts_the_values_at_stake(browser: FlaskClient, games: Event) -> None:
    words = "The event is running: one value depends on this"
    for page in ("edit", "categories", f"activities/{games.activities[0].id}"):
        text = browser.get(f"/events/{games.id}/{page}").text
        assert words in text, page
        assert 'data-confirm="One value depends on this. Change it?"' in text
    games.status = EventStatus.DRAFT
    db.session.commit()
    assert words not in browser.get(f"/events/{games.id}/edit").text


def test_the_start_is_offered_once_nothing_blocks_it(browser: FlaskClient) -> None:
    event = make.event(status=EventStatus.DRAFT)
    assert browser.get(f"/events/{event.id}").text.count(" disabled") == 1
    make.group(event, people=1)
    make.activity(event)
    assert " disabled" not in browser.get(f"/events/{event.id}").text
