from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import User
from app.events.kinds import Gender
from app.events.models import Event, Participant
from app.extensions import db
from tests.events.conftest import log, write
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")


def only(event: Event) -> Participant:
    return db.session.scalars(select(Participant).filter_by(event_id=event.id)).one()


@pytest.mark.both_databases
def test_somebody_is_added(browser: FlaskClient) -> None:
    event = make.event()
    group = make.group(event, "Red team")
    data = {"display_name": " Žofie  Růžičková", "external_id": "31", "group_id": group.id, "gender": "F"}
    answer = browser.post(f"/events/{event.id}/participants", data={**data, "born": "2015-01-09"})
    assert answer.location == f"/events/{event.id}/participants?group={group.id}"
    made = only(event)
    assert (made.display_name, made.external_id, made.gender) == ("Žofie Růžičková", "31", Gender.F)
    assert (made.born, made.age, made.group_id) == (date(2015, 1, 9), None, group.id)
    assert log(event) == ["participant.create"]
    page = browser.get(f"/events/{event.id}/participants").text
    assert "Jan 9, 2015" in page
    assert '<td data-label="Age" class="is-number">11</td>' in page


def test_a_number_that_somebody_has_is_refused_beside_the_field(browser: FlaskClient) -> None:
    event = make.event()
    group = make.group(event)
    make.participant(group, "Jana", "31")
    data = {"display_name": "Petr", "external_id": "31", "group_id": group.id}
    answer = browser.post(f"/events/{event.id}/participants", data=data)
    assert answer.status_code == 422
    assert "Jana has this number." in answer.text
    assert 'aria-describedby="external_id-error"' in answer.text
    assert 'value="Petr"' in answer.text


def test_many_people_may_have_no_number(browser: FlaskClient) -> None:
    event = make.event()
    group = make.group(event)
    for name in ("Jana", "Petr"):
        data = {"display_name": name, "external_id": " ", "group_id": group.id}
        assert browser.post(f"/events/{event.id}/participants", data=data).status_code == 303


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("display_name", "", "Please fill this in."),
        ("display_name", "x" * 121, "This is longer than 120 characters."),
        ("age", "12.5", "This is not a whole number."),
        ("age", "131", "An age is a whole number from 0 to 130."),
        ("born", "2015-02-31", "This is not a date."),
        ("born", "2030-01-01", "This is after the event begins."),
        ("born", "1015-01-01", "A birth in 1015 cannot be right."),
        ("gender", "Q", "This is not a choice here"),
    ],
)
def test_what_cannot_be_is_refused_and_kept(browser: FlaskClient, name: str, value: str, message: str) -> None:
    event = make.event()
    data = {"display_name": "Jana", "group_id": make.group(event).id, name: value}
    answer = browser.post(f"/events/{event.id}/participants", data=data)
    assert answer.status_code == 422
    assert message in answer.text
    assert name == "gender" or f'value="{value}"' in answer.text


def test_a_group_of_another_event_is_no_choice(browser: FlaskClient) -> None:
    event, other = make.event(), make.group(make.event())
    make.group(event)
    data = {"display_name": "Jana", "group_id": other.id}
    assert browser.post(f"/events/{event.id}/participants", data=data).status_code == 422


def test_somebody_is_changed_and_moved(browser: FlaskClient) -> None:
    event = make.event()
    group, other = make.group(event), make.group(event)
    person = make.participant(group, "Jana", "31", Gender.F, 9)
    url = f"/events/{event.id}/participants/{person.id}"
    page = browser.get(url).text
    assert 'value="Jana"' in page
    assert '<option selected value="F">' in page
    data = {"display_name": "Jan", "external_id": "31", "group_id": other.id, "gender": "", "age": "0"}
    assert browser.post(url, data=data).status_code == 303
    assert (person.display_name, person.group_id, person.gender, person.age) == ("Jan", other.id, None, 0)
    assert browser.post(url, data={**data, "display_name": ""}).status_code == 422
    assert log(event) == ["participant.save"]


def test_somebody_without_results_is_deleted(browser: FlaskClient) -> None:
    event = make.event()
    person = make.participant(make.group(event), "Jana")
    assert browser.post(f"/events/{event.id}/participants/{person.id}/delete").status_code == 303
    assert not db.session.scalars(select(Participant)).all()
    assert log(event) == ["participant.delete"]


def test_somebody_with_results_stays(browser: FlaskClient, owner: User) -> None:
    event = make.event()
    person = make.participant(make.group(event), "Jana")
    write("7", person, make.activity(event), by=owner)
    answer = browser.post(f"/events/{event.id}/participants/{person.id}/delete")
    assert answer.status_code == 409
    assert "Jana has results, or a history of them, and stays." in answer.text
    assert 'value="Jana"' in answer.text
    assert only(event) is person


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("zofie", {"Žofie Růžičková"}),
        ("RŮŽIČKOVÁ žofie", {"Žofie Růžičková"}),
        ("31", {"Žofie Růžičková"}),
        ("jan", {"Jan Novák", "Jana Krátká"}),
        ("%", set()),
        ("", {"Žofie Růžičková", "Jan Novák", "Jana Krátká"}),
    ],
)
def test_people_are_found_by_name_and_number(browser: FlaskClient, words: str, found: set[str]) -> None:
    event = make.event()
    group = make.group(event)
    people = [make.participant(group, "Žofie Růžičková", "31")]
    people += [make.participant(group, name) for name in ("Jan Novák", "Jana Krátká")]
    page = browser.get(f"/events/{event.id}/participants", query_string={"q": words}).text
    assert {person.display_name for person in people if f">{person.display_name}<" in page} == found


def test_the_list_is_of_one_group_when_asked(browser: FlaskClient) -> None:
    event = make.event()
    red, blue = make.group(event, "Red team"), make.group(event, "Blue team")
    make.participant(red, "Jana")
    make.participant(blue, "Petr")
    page = browser.get(f"/events/{event.id}/participants?group={red.id}").text
    assert "Jana" in page
    assert "Petr" not in page
    assert "Petr" in browser.get(f"/events/{event.id}/participants?group=x&page=y").text


def test_long_lists_come_in_pages(browser: FlaskClient) -> None:
    event = make.event()
    make.group(event, "Red team", people=51)
    first = browser.get(f"/events/{event.id}/participants").text
    assert first.count('<th scope="row">') == 50
    assert "1 to 50 of 51" in first
    assert browser.get(f"/events/{event.id}/participants?page=2").text.count('<th scope="row">') == 1
    assert "Nobody here" in browser.get(f"/events/{event.id}/participants?page=9").text


def test_a_search_swaps_only_the_list(browser: FlaskClient) -> None:
    event = make.event()
    make.group(event, people=1)
    piece = browser.get(f"/events/{event.id}/participants?q=part", headers={"HX-Request": "true"})
    assert piece.text.startswith('<div id="participants">')
    assert "HX-Request" in piece.headers["Vary"]


def test_an_event_without_groups_says_that_one_comes_first(browser: FlaskClient) -> None:
    event = make.event()
    assert "Nobody takes part yet" in browser.get(f"/events/{event.id}/participants").text
    assert "First, a group" in browser.get(f"/events/{event.id}/participants/new").text
    group = make.group(event, "Red team")
    page = browser.get(f"/events/{event.id}/participants/new?group={group.id}").text
    assert f'<option selected value="{group.id}">Red team</option>' in page


def test_what_the_import_brought_along_is_shown(browser: FlaskClient) -> None:
    event = make.event()
    person = make.participant(make.group(event))
    person.extra = {"Club": "Sokol <Lhota>"}
    db.session.commit()
    assert "Sokol &lt;Lhota&gt;" in browser.get(f"/events/{event.id}/participants/{person.id}").text
