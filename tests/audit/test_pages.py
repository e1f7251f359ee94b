"""The log's pages: who may read what, in which words, and how it is searched."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from app import audit
from app.accounts.models import Role, User
from app.audit.models import AuditEntry
from app.database import locked, now
from app.events.actions import create_group
from app.events.kinds import EvaluationType
from app.events.models import Event, Participant
from app.events.people_actions import save_participant
from app.extensions import db
from app.scoring.actions import Entry, save_records
from app.scoring.models import Source
from tests.conftest import SignIn
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def owner(context: None) -> User:
    return make.user(Role.ADMIN, "Olga")


@pytest.fixture
def browser(owner: User, sign_in: SignIn) -> FlaskClient:
    return sign_in(owner)


@pytest.fixture
def event(context: None) -> Event:
    return make.event()


def note(event: Event, by: User, action: str = "event.save", **payload: object) -> AuditEntry:
    entry = audit.record(locked(Event, event.id), action, by=by, subject=event, payload=payload)
    db.session.commit()
    return entry


def save(person: Participant, by: User, **changes: object) -> None:
    event = locked(Event, person.event_id)
    details = {name: getattr(person, name) for name in ("display_name", "external_id", "gender", "born", "age")}
    save_participant(event, person, {**details, "group_id": person.group_id, **changes}, by=by)  # type: ignore[typeddict-item]
    db.session.commit()


@pytest.mark.both_databases
def test_a_change_is_told_with_old_and_new_and_names_for_ids(browser: FlaskClient, event: Event, owner: User) -> None:
    person = make.participant(make.group(event, "Foxes"), "Žofie")
    save(person, owner, group_id=make.group(event, "Bears").id, age=9)
    page = browser.get(f"/events/{event.id}/audit").text
    assert "Changed a participant" in page
    assert "Žofie" in page
    assert "<del>Foxes</del> → <ins>Bears</ins>" in page
    assert "<del>–</del> → <ins>9</ins>" in page


def test_values_are_told_as_a_sheet_shows_them(browser: FlaskClient, event: Event, owner: User) -> None:
    person = make.participant(make.group(event), "Eva")
    run = make.activity(event, EvaluationType.TIME_LOW, "Run")
    save_records(event, [Entry(person, run, ("83,4",))], by=owner, source=Source.HAND)
    page = browser.get(f"/events/{event.id}/audit").text
    assert "Eva, Run:" in page
    assert "<del>–</del> → <ins>1:23.40</ins>" in page


def test_an_unknown_action_and_a_lost_row_are_shown_as_they_are(
    browser: FlaskClient, event: Event, owner: User
) -> None:
    note(event, owner, "diploma.print", old={"group_id": 4711}, new={"group_id": None})
    page = browser.get(f"/events/{event.id}/audit").text
    assert "diploma.print" in page
    assert "<del>#4711</del> → <ins>–</ins>" in page


def test_erased_values_say_so(browser: FlaskClient, event: Event, owner: User) -> None:
    note(event, owner, place="Lhota").payload = None
    assert "Erased" in browser.get(f"/events/{event.id}/audit").text


def test_admins_read_events_and_super_admins_the_installation_too(
    browser: FlaskClient, sign_in: SignIn, event: Event, owner: User
) -> None:
    note(event, owner)
    top = sign_in(make.user(Role.SUPER_ADMIN))
    for page, signed_in in ((browser.get("/audit").text, False), (top.get("/audit").text, True)):
        assert "Changed the event" in page
        assert ("Signed in" in page) is signed_in
    assert "session.open" not in browser.get("/audit.csv").text
    assert browser.get("/events/999/audit").status_code == 404
    assert sign_in(make.user()).get(f"/events/{event.id}/audit").status_code == 403


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"a", "b", "c"}),
        ({"kind": "group"}, {"b"}),
        ({"kind": "event.save"}, {"a", "c"}),
        ({"q": "žižkov"}, {"c"}),
        ({"q": "OLGA"}, {"a", "b"}),
        ({"q": "100%"}, set()),
        ({"by": "nobody"}, {"a", "b", "c"}),
        ({"since": "2999-01-01"}, set()),
        ({"until": "2001-01-01"}, set()),
        ({"since": "yesterday"}, {"a", "b", "c"}),
    ],
)
def test_it_is_filtered(
    browser: FlaskClient, event: Event, owner: User, query: dict[str, str], found: set[str]
) -> None:
    note(event, owner, mark="mark-a")
    create_group(locked(Event, event.id), {"name": "mark-b", "identifier": "", "colour": 1}, by=owner)
    note(event, make.user(Role.ADMIN, "Petr"), mark="mark-c", place="žižkov")
    page = browser.get(f"/events/{event.id}/audit", query_string=query).text
    assert {name for name in "abc" if f"mark-{name}" in page} == found


def test_a_person_is_found_by_name_in_what_was_written_for_them(
    browser: FlaskClient, event: Event, owner: User
) -> None:
    group, jump = make.group(event), make.activity(event, name="Jump")
    eva, jan = make.participant(group, "Eva"), make.participant(group, "Jan")
    for person, value in ((eva, "4"), (jan, "5")):
        save_records(event, [Entry(person, jump, (value,))], by=owner, source=Source.HAND)
        db.session.commit()
    page = browser.get(f"/events/{event.id}/audit?q=eva").text
    assert "Eva, Jump" in page
    assert "Jan, Jump" not in page


def test_it_is_filtered_by_who_and_by_event(browser: FlaskClient, event: Event, owner: User) -> None:
    other = make.user(Role.ADMIN, "Petr")
    note(event, other, mark="mark-a")
    note(make.event("Winter games"), owner, mark="mark-b")
    assert "mark-b" not in browser.get(f"/audit?by={other.id}").text
    assert "mark-a" not in browser.get(f"/audit?by={owner.id}").text
    assert "mark-b" not in browser.get(f"/audit?event={event.id}").text


def test_a_day_is_the_readers(browser: FlaskClient, event: Event, owner: User) -> None:
    note(event, owner, mark="mark-a")
    today = now().date()
    near = {"since": str(today - timedelta(days=1)), "until": str(today + timedelta(days=1))}
    assert "mark-a" in browser.get(f"/events/{event.id}/audit", query_string=near).text


def test_older_entries_follow_without_a_gap(browser: FlaskClient, event: Event, owner: User) -> None:
    for number in range(120):
        audit.record(event, "event.save", by=owner, subject=event, payload={"mark": f"mark-{number:03}"})
    db.session.commit()
    seen, address = [], f"/events/{event.id}/audit?kind=event"
    while address:
        page = browser.get(address).text
        seen += [number for number in range(119, -1, -1) if f"mark-{number:03}" in page]
        older = page.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
        address = older.replace("&amp;", "&") if 'rel="next"' in page else ""
    assert seen == list(range(119, -1, -1))


@pytest.mark.parametrize("where", ["/audit", "/events/{}/audit"])
def test_it_takes_the_same_statements_however_much_there_is(
    sign_in: SignIn, event: Event, owner: User, statements: list[str], where: str
) -> None:
    browser, group, counts = sign_in(make.user(Role.SUPER_ADMIN)), make.group(event), []
    for rows in (1, 45):
        for _row in range(rows):
            save(make.participant(group), owner, age=7)
        statements.clear()
        assert browser.get(where.format(event.id)).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 5


def test_the_file_holds_what_the_filter_lets_through_and_no_formulas(
    browser: FlaskClient, event: Event, owner: User
) -> None:
    save(make.participant(make.group(event), "=1+1"), owner, age=7)
    note(event, owner, place="Lhota")
    header, row = csv.reader(StringIO(browser.get(f"/events/{event.id}/audit.csv?kind=participant").text, newline=""))
    assert header == ["at", "who", "action", "what", "event", "subject", "values"]
    assert row[1:] == ["Olga", "participant.save", "Changed a participant", "Summer games", "'=1+1", "Age: – → 7"]


def test_the_verdict_is_given_on_request(browser: FlaskClient, event: Event, owner: User) -> None:
    entry = note(event, owner)
    assert "The log is whole" in browser.get(f"/events/{event.id}/audit/verdict").text
    assert "The log is whole" in browser.get("/audit/verdict").text
    db.session.execute(update(AuditEntry).where(AuditEntry.id == entry.id).values(actor_name="Nobody"))
    for where in ("/audit/verdict", f"/events/{event.id}/audit/verdict"):
        assert "The log of Summer games does not hold from its row 1 on." in browser.get(where).text
    assert "The log is whole" in browser.get(f"/events/{make.event().id}/audit/verdict").text
