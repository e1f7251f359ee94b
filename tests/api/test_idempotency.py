from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.api.idempotency import forget_old_answers
from app.api.models import IdempotentAnswer
from app.database import now
from app.extensions import db
from app.jobs import chores
from app.scoring.models import RecordChange

from .conftest import Games, Script

KEY = "8d0f7c1e-once"


def body(games: Games, value: object = 5) -> dict[str, Any]:
    return {"records": [{"participant": games.alice.id, "activity": "long jump", "value": value}]}


def changes(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(db.select(db.func.count(RecordChange.id))) or 0


def error_code(answer: TestResponse) -> str:
    assert answer.json is not None
    return str(answer.json["error_code"])


@pytest.mark.both_databases
def test_the_same_request_three_times_is_done_once(app: Flask, games: Games, evaluator: Script) -> None:
    first, second, third = (evaluator.post(games.records, body(games), key=KEY) for _ in range(3))
    assert first.status_code == second.status_code == third.status_code == 200
    assert first.data == second.data == third.data
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == third.headers["Idempotent-Replayed"] == "true"
    assert changes(app) == 1


def test_an_answer_is_remembered_as_it_was(games: Games, evaluator: Script) -> None:
    first = evaluator.post(games.records, body(games), key=KEY)
    assert evaluator.post(games.records, body(games, 6)).status_code == 200
    assert evaluator.post(games.records, body(games), key=KEY).json == first.json


def test_the_key_of_another_request_is_refused(app: Flask, games: Games, evaluator: Script) -> None:
    evaluator.post(games.records, body(games), key=KEY)
    answer = evaluator.post(games.records, body(games, 6), key=KEY)
    assert (answer.status_code, error_code(answer)) == (422, "idempotency_key_reused")
    assert changes(app) == 1


def test_two_people_may_use_the_same_key(games: Games, evaluator: Script, admin: Script) -> None:
    assert evaluator.post(games.records, body(games), key=KEY).status_code == 200
    answer = admin.post(games.records, body(games, 5.1), key=KEY)
    assert answer.status_code == 200
    assert "Idempotent-Replayed" not in answer.headers


def test_an_error_is_not_remembered(app: Flask, games: Games, evaluator: Script) -> None:
    assert evaluator.post(games.records, body(games, "fast"), key=KEY).status_code == 422
    assert evaluator.post(games.records, body(games, 5), key=KEY).status_code == 200
    assert changes(app) == 1


@pytest.mark.parametrize("key", ["with space", "\u00e9", "x" * 129, ""])
def test_a_key_is_visible_ascii_of_at_most_128(games: Games, evaluator: Script, key: str) -> None:
    headers = {"Authorization": f"Bearer {evaluator.token}", "Idempotency-Key": key}
    answer = evaluator.client.post(games.records, json=body(games), headers=headers)
    assert (answer.status_code, error_code(answer)) == (400, "idempotency_key_invalid")


@pytest.mark.both_databases
def test_at_the_same_instant_exactly_one_works_and_the_others_get_its_answer(
    app: Flask, games: Games, evaluator: Script
) -> None:
    together = Barrier(4)

    def send(_number: int) -> TestResponse:
        together.wait()
        return Script(app.test_client(), evaluator.token).post(games.records, body(games), key=KEY)

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(send, range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.data for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 3
    assert changes(app) == 1


@pytest.mark.both_databases
def test_after_a_day_a_key_is_free_again(app: Flask, games: Games, evaluator: Script) -> None:
    evaluator.post(games.records, body(games), key=KEY)
    _grow_old(app)
    answer = evaluator.post(games.records, body(games, 6), key=KEY)
    assert answer.status_code == 200
    assert "Idempotent-Replayed" not in answer.headers
    assert evaluator.post(games.records, body(games, 6), key=KEY).headers["Idempotent-Replayed"] == "true"


def test_the_scheduler_forgets_old_answers(app: Flask, games: Games, evaluator: Script) -> None:
    assert forget_old_answers in chores
    evaluator.post(games.records, body(games), key=KEY)
    with app.app_context():
        assert forget_old_answers() == 0
        db.session.rollback()
    _grow_old(app)
    with app.app_context():
        assert forget_old_answers() == 1


def _grow_old(app: Flask) -> None:
    with app.app_context():
        db.session.execute(db.update(IdempotentAnswer).values(created_at=now() - timedelta(hours=24, seconds=1)))
        db.session.commit()
