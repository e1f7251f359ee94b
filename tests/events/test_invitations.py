"""Inviting people straight into an event's pool and one of its groups."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role
from app.accounts.queries import user_by_email
from app.events.kinds import EventStatus
from app.events.models import EventEvaluator, GroupEvaluator
from app.extensions import db
from tests.support import make, outbox

from .conftest import log

EMAIL = "jana@example.org"
NEW = {"name": "Jana", "password": "new words 1"}


def invite(browser: FlaskClient, event_id: int, group_id: int = 0, people: str = EMAIL):  # type: ignore[no-untyped-def]
    form = {"mail-people": people, "mail-role": "evaluator", "mail-language": "en", "mail-group": str(group_id)}
    return browser.post(f"/events/{event_id}/invitations", data=form)


def pool() -> list[tuple[int, int | None]]:
    """Who is in a pool, and the group that they score."""
    db.session.rollback()
    groups = {row.user_id: row.group_id for row in db.session.query(GroupEvaluator)}
    return [(row.user_id, groups.get(row.user_id)) for row in db.session.query(EventEvaluator)]


@pytest.mark.both_databases
def test_who_accepts_is_in_the_pool_and_has_the_group_and_its_sheets(browser: FlaskClient, client: FlaskClient) -> None:
    event = make.event("Summer games")
    group, _jump = make.group(event, "Foxes", people=1), make.activity(event, name="Jump")
    assert invite(browser, event.id, group.id).status_code == 303
    [message] = outbox.deliver()
    assert message["Subject"] == "Invitation to Summer games"
    assert "for the group Foxes" in " ".join(outbox.text_of(message).split())
    assert pool() == []
    client.post(outbox.link_in(message), data=NEW)
    jana = user_by_email(EMAIL)
    assert jana is not None
    assert pool() == [(jana.id, group.id)]
    assert "Jump" in client.get("/sheets").text
    assert log(event)[-2:] == ["evaluator.add", "evaluator.assign"]


def test_who_has_an_account_is_added_without_a_mail(browser: FlaskClient) -> None:
    event, hynek = make.event(), make.user(Role.EVALUATOR, "Hynek", "hynek@example.org")
    group = make.group(event, "Foxes")
    page = invite(browser, event.id, group.id, "hynek@example.org")
    assert "has an account" in page.text
    assert pool() == [(hynek.id, group.id)]
    assert outbox.deliver() == []


def test_a_player_becomes_an_evaluator_when_they_accept(browser: FlaskClient, sign_in, client: FlaskClient) -> None:  # type: ignore[no-untyped-def]
    event, player = make.event(), make.user(Role.PLAYER, "Jana", EMAIL)
    invite(browser, event.id)
    sign_in(player).post(f"{outbox.last_link_to(EMAIL)}/join")
    assert pool() == [(player.id, None)]


def test_invited_to_two_events_they_come_into_both(browser: FlaskClient, client: FlaskClient) -> None:
    one, other = make.event(), make.event()
    invite(browser, one.id)
    assert "invited before" in invite(browser, other.id).text
    client.post(outbox.last_link_to(EMAIL), data=NEW)
    assert len(pool()) == 2


def test_a_link_leads_into_the_group(browser: FlaskClient, app: Flask) -> None:
    event = make.event()
    group = make.group(event, "Foxes")
    form = {"link-role": "evaluator", "link-most": "2", "link-days": "1", "link-group": str(group.id)}
    page = browser.post(f"/events/{event.id}/invitations/links", data=form).text
    link = page.partition("/invited/")[2].partition('"')[0]
    for number in range(2):
        answer = app.test_client().post(f"/invited/{link}", data={**NEW, "email": f"p{number}@example.org"})
        assert answer.status_code == 303
    assert [group_id for _user, group_id in pool()] == [group.id, group.id]


def test_an_archived_event_takes_nobody_in_any_more(browser: FlaskClient, client: FlaskClient) -> None:
    event = make.event()
    invite(browser, event.id)
    event.status = EventStatus.ARCHIVED
    db.session.commit()
    assert invite(browser, event.id, people="late@example.org").status_code == 409
    assert client.post(outbox.last_link_to(EMAIL), data=NEW).status_code == 303
    assert pool() == []


def test_a_group_of_another_event_cannot_be_chosen(browser: FlaskClient) -> None:
    event, foreign = make.event(), make.group(make.event())
    assert invite(browser, event.id, foreign.id).status_code == 422


def test_a_group_that_is_gone_by_then_leaves_the_pool(browser: FlaskClient, client: FlaskClient) -> None:
    event = make.event()
    group = make.group(event)
    invite(browser, event.id, group.id)
    browser.post(f"/events/{event.id}/groups/{group.id}/delete")
    client.post(outbox.last_link_to(EMAIL), data=NEW)
    assert [group_id for _user, group_id in pool()] == [None]


def test_the_page_shows_only_its_own_and_comes_back_to_itself(browser: FlaskClient) -> None:
    event, other = make.event(), make.event()
    invite(browser, event.id)
    invite(browser, other.id, people="other@example.org")
    page = browser.get(f"/events/{event.id}/invitations").text
    assert (EMAIL in page, "other@example.org" in page) == (True, False)
    back = f"/events/{event.id}/invitations"
    assert browser.post(f"/invitations/1/revoke?next={back}").location == back
    assert browser.post("/invitations/1/renew?next=//evil.example").location == "/invitations"
