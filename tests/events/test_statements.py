"""Pages cost the same number of statements for 1 and 300 rows."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Role, User
from app.database import now
from app.events.models import Activity, Event, EventEvaluator, Group, GroupEvaluator, Participant
from app.extensions import db
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")


def fill(event: Event, rows: int) -> None:
    """So many groups, each with a participant and an evaluator, so many activities and categories, all in bulk."""
    groups = [Group(event_id=event.id, name=f"G{n}", name_key=f"g{n}", position=n) for n in range(rows)]
    activities = [
        Activity(event_id=event.id, name=f"A{n}", name_key=f"a{n}", evaluation_type="BOOLEAN") for n in range(rows)
    ]
    users = [
        User(
            email=f"{event.id}-{n}@x.org",
            username=f"u{event.id}-{n}",
            name=f"U{n}",
            role=Role.EVALUATOR,
            created_at=now(),
        )
        for n in range(rows)
    ]
    db.session.add_all([*groups, *activities, *users])
    db.session.flush()
    db.session.add_all(
        Participant(event_id=event.id, group_id=group.id, display_name=f"P{group.id}", age=9, extra={})
        for group in groups
    )
    db.session.add_all(EventEvaluator(event_id=event.id, user_id=user.id) for user in users)
    db.session.flush()
    pairs = zip(users, groups, strict=True)
    db.session.add_all(GroupEvaluator(event_id=event.id, user_id=user.id, group_id=group.id) for user, group in pairs)
    db.session.commit()


@pytest.mark.parametrize("tab", ["", "/groups", "/participants", "/participants?q=p", "/activities", "/evaluators"])
def test_a_page_of_an_event(browser: FlaskClient, statements: list[str], tab: str) -> None:
    counts = []
    for rows in (1, 300):
        event = make.event()
        fill(event, rows)
        statements.clear()
        assert browser.get(f"/events/{event.id}{tab}").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 5


def test_the_page_of_categories(browser: FlaskClient, statements: list[str]) -> None:
    counts = []
    for rows in (1, 300):
        event = make.event()
        for n in range(min(rows, 60)):
            make.category(event, f"Aged {n}", n, n)
        fill(event, rows)
        statements.clear()
        assert browser.get(f"/events/{event.id}/categories").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 5


def test_the_list_of_events(browser: FlaskClient, statements: list[str]) -> None:
    counts = []
    for rows in (1, 299):
        db.session.add_all(
            Event(name=f"E{n}", starts_on=now().date(), link_token=f"{rows}-{n}", created_at=now()) for n in range(rows)
        )
        db.session.commit()
        statements.clear()
        assert browser.get("/events").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 5
