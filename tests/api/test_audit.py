"""The log for scripts: whose, how it is filtered, and page after page."""

from __future__ import annotations

import pytest
from flask import Flask

from app import audit
from app.accounts.models import Role
from app.database import locked
from app.events.models import Event
from app.extensions import db
from tests.support import make

from .conftest import Games, Script, script

URL = "/api/v1/audit"


@pytest.fixture
def logged(app: Flask, games: Games) -> Games:
    """Five things that Eva did."""
    with app.app_context():
        for number in range(5):
            event = locked(Event, games.event.id)
            audit.record(event, "event.save", by=games.evaluator, subject=event, payload={"number": number})
            db.session.commit()
    return games


def test_a_page_leads_to_the_older_one(admin: Script, logged: Games) -> None:
    seen, cursor = [], ""
    while True:
        page = admin.get(f"{URL}?limit=2{cursor}").get_json()
        seen += [entry["payload"]["number"] for entry in page["entries"]]
        if page["next"] is None:
            break
        cursor = f"&before={page['next']}"
    assert seen == [4, 3, 2, 1, 0]


def test_it_is_filtered(admin: Script, logged: Games) -> None:
    def count(query: str) -> int:
        return len(admin.get(f"{URL}?{query}").get_json()["entries"])

    assert count(f"event={logged.event.id}&actor={logged.evaluator.id}&action=event&q=eva") == 5
    assert count("since=2001-01-01T00:00:00Z") == 5
    for query in ("action=group", "actor=999", "event=999", "q=nobody", "until=2001-01-01T00:00:00Z"):
        assert count(query) == 0


def test_the_installation_is_for_super_admins(app: Flask, admin: Script, logged: Games) -> None:
    with app.app_context():
        top = script(app, make.user(Role.SUPER_ADMIN))
    assert {entry["event_id"] for entry in admin.get(URL).get_json()["entries"]} == {logged.event.id}
    assert None in {entry["event_id"] for entry in top.get(URL).get_json()["entries"]}


def test_evaluators_are_kept_out_and_nonsense_is_refused(evaluator: Script, admin: Script) -> None:
    assert evaluator.get(URL).status_code == 403
    for query in ("before=x", "limit=0", "limit=501", "since=yesterday", "since=2026-01-01T00:00:00", "q=%00"):
        assert admin.get(f"{URL}?{query}").status_code == 422, query
