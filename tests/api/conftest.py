"""A running event seen by three scripts: an admin's, the evaluator's of its first group, and an outsider's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts import actions as accounts
from app.accounts.models import Role, User
from app.events.kinds import EvaluationType, Formula, Gender
from app.events.models import Activity, Event, Group, Participant
from app.extensions import db
from tests.support import make


@dataclass
class Script:
    """Something that talks to the JSON endpoints with a token of its own."""

    client: FlaskClient
    token: str

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, headers=self._headers(), **options)

    def post(self, path: str, json: Any = None, *, key: str | None = None, **options: Any) -> TestResponse:
        headers = self._headers() | ({"Idempotency-Key": key} if key else {})
        if json is not None:
            options["json"] = json
        return self.client.post(path, headers=headers, **options)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def script(app: Flask, owner: User) -> Script:
    """Its token counts as used just now, so that a request does not also note that."""
    with app.app_context():
        token, text = accounts.create_token(owner, "script")
        token.last_used_at = token.created_at
        db.session.commit()
    return Script(app.test_client(), text)


@dataclass
class Games:
    """Alice and Bob are in Red, Carol in Blue; a jump, a run and three throws of which the best counts."""

    event: Event
    red: Group
    alice: Participant
    bob: Participant
    carol: Participant
    jump: Activity
    run: Activity
    throw: Activity
    evaluator: User

    @property
    def url(self) -> str:
        return f"/api/v1/events/{self.event.id}"

    @property
    def records(self) -> str:
        return f"{self.url}/records"


@pytest.fixture
def games(app: Flask) -> Games:
    with app.app_context():
        event = make.event()
        red, blue = make.group(event, "Red"), make.group(event, "Blue")
        evaluator = make.user(name="Eva")
        make.assign(evaluator, red)
        make.category(event, "Juniors", None, 17)
        return Games(
            event=event,
            red=red,
            alice=make.participant(red, "Alice", "a-1", Gender.F, 15),
            bob=make.participant(red, "Bob", "b-1", Gender.M, 16),
            carol=make.participant(blue, "Carol", "c-1", Gender.F, 16),
            jump=make.activity(event, EvaluationType.NUMERIC_HIGH, "Long Jump"),
            run=make.activity(event, EvaluationType.TIME_LOW, "Run"),
            throw=make.activity(event, EvaluationType.SCORE_SET, "Throw", mark_count=3, formula=Formula.BEST),
            evaluator=evaluator,
        )


@pytest.fixture
def evaluator(app: Flask, games: Games) -> Script:
    return script(app, games.evaluator)


@pytest.fixture
def admin(app: Flask) -> Script:
    with app.app_context():
        return script(app, make.user(Role.ADMIN))


@pytest.fixture
def outsider(app: Flask) -> Script:
    with app.app_context():
        return script(app, make.user())
