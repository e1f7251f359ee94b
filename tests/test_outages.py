"""With a part of it away, Laurel says so in words and goes on with what it can."""

from __future__ import annotations

import pytest

from app.accounts.models import Role
from app.extensions import db
from app.scoring.models import Record
from tests.conftest import AppFactory
from tests.support import make

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1"


def test_without_a_database_every_page_says_one_moment(make_app: AppFactory) -> None:
    browser = make_app(database_url=NOWHERE).test_client()
    with browser.session_transaction() as session:
        session["_user_id"] = "a token of somebody who was signed in"
    for path in ("/", "/sheets", "/account", "/boards", "/events"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2"), path
        assert "Try again in a few seconds" in answer.text


def test_without_a_database_scripts_are_told_in_json(make_app: AppFactory) -> None:
    headers = {"Authorization": "Bearer laurel_x"}
    answer = make_app(database_url=NOWHERE).test_client().get("/api/v1/events", headers=headers)
    assert (answer.status_code, answer.get_json()["error_code"]) == (503, "unavailable")


@pytest.mark.usefixtures("context")
def test_without_redis_scoring_goes_on(make_app: AppFactory) -> None:
    event = make.event()
    group = make.group(event)
    person, activity = make.participant(group, "Jana"), make.activity(event)
    make.user(Role.ADMIN, email="ivan@example.org")
    browser = make_app(redis_url="redis://127.0.0.1:1/0").test_client()
    browser.post("/sign-in", data={"email": "ivan@example.org", "password": make.PASSWORD})
    form = {f"value-{person.id}-1": "7", f"version-{person.id}": "0"}
    assert browser.post(f"/sheets/{group.id}/{activity.id}", data=form).status_code == 303
    assert str(db.session.query(Record).one().amount) == "7"
    assert "Jana" in browser.get(f"/events/{event.id}/board").text
