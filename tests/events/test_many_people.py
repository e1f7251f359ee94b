"""People who withdraw and come back, several at once, and a participant's page."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import User
from app.events.kinds import EventStatus
from app.events.models import Event, Participant
from app.extensions import db
from tests.events.conftest import log, write
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")


def post(browser: FlaskClient, event: Event, what: str, *people: Participant, **more: int) -> int:
    data = {"people": [person.id for person in people], **more}
    return browser.post(f"/events/{event.id}/participants/{what}", data=data).status_code


def test_moving_and_withdrawing_lead_to_the_preview_and_nothing_happens_yet(browser: FlaskClient) -> None:
    event = make.event()
    red, blue = make.group(event), make.group(event, "Blue team")
    eva, jan = make.participant(red, "Eva"), make.participant(red, "Jan")
    page = browser.get(f"/events/{event.id}/participants").text
    assert f'method="get" action="/events/{event.id}/changes/new"' in page
    for kind in ("move", "withdraw"):
        wanted = {"kind": kind, "group": blue.id, "people": [eva.id, jan.id]}
        preview = browser.get(f"/events/{event.id}/changes/new", query_string=wanted).text
        assert "What exactly will happen" in preview
        assert preview.count("<tr><th") == 3
    assert {person.group_id for person in (eva, jan)} == {red.id}
    assert log(event) == []


def test_where_nobody_is_chosen_the_preview_asks_who(browser: FlaskClient) -> None:
    event = make.event()
    make.participant(make.group(event), "Eva")
    page = browser.get(f"/events/{event.id}/changes/new", query_string={"kind": "withdraw", "group": "1"})
    assert page.status_code == 200
    assert 'id="one"' in page.text
    assert browser.post(f"/events/{event.id}/participants/delete").status_code == 422


def test_who_withdraws_leaves_sheets_where_nothing_is_written_and_stays_on_the_board(
    browser: FlaskClient, owner: User
) -> None:
    event = make.event()
    group = make.group(event)
    jana, petr = make.participant(group, "Jana"), make.participant(group, "Petr")
    sprint, throw = make.activity(event, name="Sprint"), make.activity(event, name="Throw")
    write("7", jana, sprint, by=owner)
    make.withdrawn(jana)
    on_sprint, on_throw = (browser.get(f"/sheets/{group.id}/{one.id}").text for one in (sprint, throw))
    assert 'class="row row--withdrawn"' in on_sprint
    assert "Jana" not in on_throw
    assert petr.display_name in on_throw
    assert "Jana" in browser.get(f"/events/{event.id}/board?activity={sprint.id}").text
    assert "0 of 2" in browser.get(f"/events/{event.id}").text
    assert post(browser, event, "return", jana, petr) == 303
    assert "Jana" in browser.get(f"/sheets/{group.id}/{throw.id}").text
    assert log(event)[-1:] == ["participant.return"]


def test_a_second_entry_that_comes_back_is_one_of_its_own_again(browser: FlaskClient) -> None:
    event = make.event()
    group = make.group(event)
    eva, ewa = make.participant(group, "Eva"), make.participant(group, "Ewa")
    make.withdrawn(ewa)
    ewa.merged_into_id = eva.id
    db.session.commit()
    assert "merged" in browser.get(f"/events/{event.id}/participants").text
    post(browser, event, "return", ewa)
    db.session.expire_all()
    kept = db.session.execute(select(Participant.withdrawn_at, Participant.merged_into_id)).all()
    assert [tuple(row) for row in kept] == [(None, None)] * 2


@pytest.mark.both_databases
def test_of_several_only_those_without_results_are_deleted(browser: FlaskClient, owner: User) -> None:
    event = make.event()
    group = make.group(event)
    jana, petr = make.participant(group, "Jana"), make.participant(group, "Petr")
    write("7", jana, make.activity(event), by=owner)
    assert post(browser, event, "delete", jana, petr) == 303
    assert db.session.scalars(select(Participant)).all() == [jana]
    page = browser.get(f"/events/{event.id}/participants").text
    assert "One is deleted." in page
    assert "One has results, or a history of them, and stays." in page


def test_the_list_comes_back_as_it_was_looked_at(browser: FlaskClient) -> None:
    event = make.event()
    group = make.group(event)
    person = make.participant(group)
    page = browser.get(f"/events/{event.id}/participants?q=part&group={group.id}").text
    assert f"/participants/return?q=part&amp;group={group.id}" in page
    answer = browser.post(f"/events/{event.id}/participants/return?q=part&group={group.id}", data={"people": person.id})
    assert answer.location == f"/events/{event.id}/participants?q=part&group={group.id}"


def test_a_participants_page_has_their_values_and_what_was_done(browser: FlaskClient, owner: User) -> None:
    event = make.event()
    red, blue = make.group(event, "Red team"), make.group(event, "Blue team")
    jana = make.participant(red, "Jana")
    sprint = make.activity(event, name="Sprint")
    write("7", jana, sprint, by=owner)
    write("8.5", jana, sprint, by=owner)
    browser.post(f"/events/{event.id}/participants/{jana.id}", data={"display_name": "Jana", "group_id": blue.id})
    page = browser.get(f"/events/{event.id}/participants/{jana.id}").text
    assert "8.5" in page
    assert f'href="/sheets/{blue.id}/{sprint.id}/{jana.id}/history">2 changes</a>' in page
    assert "Group: Red team → Blue team" in page
    assert "The event is running: one value depends on this" in page


def test_the_page_of_an_archived_event_shows_the_facts(browser: FlaskClient) -> None:
    event = make.event(status=EventStatus.ARCHIVED)
    jana = make.participant(make.group(event, "Red team"), "Jana", "31", age=9)
    page = browser.get(f"/events/{event.id}/participants/{jana.id}").text
    assert "<dt>Group</dt><dd>Red team</dd>" in page
    assert "<dt>Age</dt><dd>9</dd>" in page
    assert 'id="form"' not in page


def test_a_participants_page_costs_five_statements(browser: FlaskClient, statements: list[str], owner: User) -> None:
    event = make.event()
    person = make.participant(make.group(event))
    for _turn in range(12):
        write("7", person, make.activity(event), by=owner)
    statements.clear()
    assert browser.get(f"/events/{event.id}/participants/{person.id}").status_code == 200
    assert len(statements) <= 7
