from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.audit.models import AuditEntry
from app.events.kinds import ActivityState, EventStatus
from app.events.models import Activity, Event, Participant
from app.extensions import db
from app.scoring import queries
from app.scoring.models import Record, RecordChange, Source
from tests.support.statements import counted

from .conftest import Games, Script

Problems = list[tuple[int | None, str, str]]


def write(script: Script, games: Games, *records: Any) -> TestResponse:
    return script.post(games.records, {"records": list(records)})


def one(who: Participant, activity: Activity | str | int, value: object, **more: object) -> dict[str, object]:
    named = activity.id if isinstance(activity, Activity) else activity
    return {"participant": who.id, "activity": named, "value": value, **more}


def problems(answer: TestResponse, status: int = 422) -> Problems:
    assert answer.status_code == status, answer.text
    assert answer.json is not None
    assert answer.json["error_count"] >= len(answer.json["errors"])
    assert all(error["detail"] for error in answer.json["errors"])
    return [(error["index"], error["field"], error["code"]) for error in answer.json["errors"]]


def stored(app: Flask, who: Participant, activity: Activity) -> list[str | None]:
    """The marks that stand now, as their history has them."""
    with app.app_context():
        changes = queries.history_of(who.id, activity.id)
        return list(changes[0].new) if changes else []


@pytest.mark.both_databases
def test_values_are_written_by_id_and_by_name_with_history_and_audit(
    app: Flask, games: Games, evaluator: Script
) -> None:
    by_name = {"external_id": "b-1", "activity": " long  JUMP ", "value": "5,25"}
    answer = write(evaluator, games, one(games.alice, games.run, "1:23,4"), by_name)
    assert answer.status_code == 200
    assert answer.json == {
        "saved": 2,
        "unchanged": 0,
        "revision": games.event.revision + 1,
        "records": [
            {"participant": games.alice.id, "activity": games.run.id, "version": 1},
            {"participant": games.bob.id, "activity": games.jump.id, "version": 1},
        ],
    }
    with app.app_context():
        changes = db.session.scalars(db.select(RecordChange).order_by(RecordChange.id)).all()
        assert [(change.new, change.source, change.by_name) for change in changes] == [
            (["83.4"], Source.JSON, "Eva"),
            (["5.25"], Source.JSON, "Eva"),
        ]
        [entry] = db.session.scalars(db.select(AuditEntry).where(AuditEntry.event_id == games.event.id))
        assert (entry.action, entry.actor_name) == ("records.save", "Eva")


@pytest.mark.parametrize(
    ("value", "marks"),
    [
        ('"7,5"', ["7.5"]),
        ("7", ["7"]),
        ("0.1", ["0.1"]),
        ("123456789012.123456", ["123456789012.123456"]),
        ("1e-05", ["0.00001"]),
        ("1.5E2", ["150"]),
        ('"dns"', ["DNS"]),
    ],
)
def test_a_value_is_text_as_typed_or_a_number_exactly(
    app: Flask, games: Games, admin: Script, value: str, marks: list[str]
) -> None:
    body = f'{{"records": [{{"participant": {games.alice.id}, "activity": "long jump", "value": {value}}}]}}'
    answer = admin.post(games.records, data=body, content_type="application/json")
    assert answer.status_code == 200, answer.text
    assert stored(app, games.alice, games.jump) == marks


def test_null_clears_and_what_is_cleared_stays_in_the_history(app: Flask, games: Games, evaluator: Script) -> None:
    write(evaluator, games, one(games.alice, games.jump, 5))
    answer = write(evaluator, games, one(games.alice, games.jump, None))
    assert answer.json is not None
    assert answer.json["records"][0]["version"] == 2
    assert stored(app, games.alice, games.jump) == [None]


def test_a_score_set_takes_a_list_and_clears_what_is_left_out(app: Flask, games: Games, evaluator: Script) -> None:
    write(evaluator, games, one(games.alice, games.throw, ["20,5", 21, "DNF"]))
    assert stored(app, games.alice, games.throw) == ["20.5", "21", "DNF"]
    write(evaluator, games, one(games.alice, games.throw, [19]))
    assert stored(app, games.alice, games.throw) == ["19", None, None]


def test_a_value_that_stands_already_makes_no_new_version(games: Games, evaluator: Script) -> None:
    write(evaluator, games, one(games.alice, games.jump, "5.0"))
    answer = write(evaluator, games, one(games.alice, games.jump, "5"))
    assert answer.json is not None
    assert (answer.json["saved"], answer.json["unchanged"], answer.json["records"][0]["version"]) == (0, 1, 1)
    assert answer.json["revision"] == games.event.revision + 1


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"value": "fast"}, "value", "not_a_number"),
        ({"value": 10**400}, "value", "too_large"),
        ({"value": True}, "value", "not_a_number"),
        ({"value": {"deep": [1]}}, "value", "wrong_type"),
        ({"value": [1]}, "value", "wrong_type"),
        ({"value": 1, "activity": "Throw"}, "value", "wrong_type"),
        ({"value": [1, 2, 3, 4], "activity": "Throw"}, "value", "wrong_type"),
        ({"value": [1, "x", "y"], "activity": "Throw"}, "value", "not_a_number"),
        ({"activity": "Chess"}, "activity", "unknown_activity"),
        ({"activity": 10**30}, "activity", "out_of_range"),
        ({"activity": "\ud800"}, "activity", "wrong_type"),
        ({"participant": None}, "participant", "missing"),
        ({"external_id": "a-1"}, "participant", "missing"),
        ({"participant": 10**30}, "participant", "out_of_range"),
        ({"participant": "1"}, "participant", "wrong_type"),
        ({"participant": 2**31 - 1}, "participant", "unknown_participant"),
        ({"participant": None, "external_id": "nobody"}, "external_id", "unknown_participant"),
        ({"participant": None, "external_id": "a\x00b"}, "external_id", "wrong_type"),
        ({"participant": None, "external_id": "\ud800"}, "external_id", "wrong_type"),
        ({"version": -1}, "version", "out_of_range"),
        ({"version": "1"}, "version", "wrong_type"),
        ({"score": 5}, "score", "unknown_field"),
    ],
)
def test_a_wrong_item_is_refused_with_its_field_and_a_code(
    games: Games, admin: Script, change: dict[str, object], field: str, code: str
) -> None:
    item = one(games.alice, games.jump, 5) | change
    assert problems(write(admin, games, one(games.bob, games.jump, 5), item)) == [(1, field, code)]


def test_all_errors_are_told_at_once_and_nothing_is_written(app: Flask, games: Games, admin: Script) -> None:
    items = [
        one(games.alice, games.jump, 5),
        {"activity": "Chess"},
        one(games.bob, games.run, "1:75"),
        7,
        one(games.alice, "long jump", 6),
    ]
    assert problems(write(admin, games, *items)) == [
        (1, "value", "missing"),
        (2, "value", "seconds_over_59"),
        (3, "", "wrong_type"),
        (4, "participant", "repeated"),
    ]
    assert stored(app, games.alice, games.jump) == []


def test_of_many_errors_the_first_100_are_shown_and_all_counted(games: Games, admin: Script) -> None:
    answer = write(admin, games, *[one(games.alice, "Chess", 1)] * 150)
    assert len(problems(answer)) == 100
    assert answer.json is not None
    assert answer.json["error_count"] == 150


@pytest.mark.parametrize(
    ("body", "code"),
    [([], "missing"), ({}, "missing"), ({"records": 1}, "missing"), ({"records": []}, "out_of_range")],
)
def test_a_body_that_holds_no_records_is_refused(games: Games, admin: Script, body: Any, code: str) -> None:
    assert problems(admin.post(games.records, body)) == [(None, "records", code)]


def test_an_evaluator_writes_only_for_their_own_group(app: Flask, games: Games, evaluator: Script) -> None:
    answer = write(evaluator, games, one(games.alice, games.jump, 5), one(games.carol, games.jump, 5))
    assert problems(answer, 403) == [(1, "participant", "not_your_group")]
    assert stored(app, games.alice, games.jump) == []


def test_an_admin_writes_for_everybody(app: Flask, games: Games, admin: Script) -> None:
    assert write(admin, games, one(games.carol, games.jump, 5)).status_code == 200
    assert stored(app, games.carol, games.jump) == ["5"]


@pytest.mark.both_databases
def test_a_version_that_is_gone_is_a_conflict_that_shows_what_stands(
    app: Flask, games: Games, admin: Script, evaluator: Script
) -> None:
    write(evaluator, games, one(games.alice, games.run, "1:23.45", version=0))
    fresh, stale = one(games.bob, games.run, 70), one(games.alice, games.run, 80, version=0)
    answer = write(admin, games, fresh, stale)
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["error_code"] == "conflict"
    [conflict] = answer.json["conflicts"]
    value = {"value": "83.45", "status": None, "shown": "1:23.45"}
    assert conflict.pop("at").endswith("Z")
    assert conflict == {
        "index": 1,
        "participant": games.alice.id,
        "activity": games.run.id,
        "version": 1,
        "value": value,
        "marks": [value],
        "by": "Eva",
    }
    assert stored(app, games.bob, games.run) == []
    assert write(admin, games, fresh, stale | {"version": 1}).status_code == 200


def test_an_event_that_is_not_active_takes_nothing(app: Flask, games: Games, admin: Script) -> None:
    with app.app_context():
        db.session.get_one(Event, games.event.id).status = EventStatus.ARCHIVED
        db.session.commit()
    answer = write(admin, games, one(games.alice, games.jump, 5))
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["error_code"] == "event_not_open"


def test_a_locked_activity_takes_nothing_and_neither_do_its_companions(app: Flask, games: Games, admin: Script) -> None:
    with app.app_context():
        db.session.get_one(Activity, games.run.id).state = ActivityState.LOCKED
        db.session.commit()
    answer = write(admin, games, one(games.alice, games.jump, 5), one(games.alice, games.run, 60))
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["error_code"] == "activity_not_open"
    assert stored(app, games.alice, games.jump) == []


@pytest.mark.both_databases
def test_writing_costs_the_same_statements_for_1_and_300_records(app: Flask, games: Games, evaluator: Script) -> None:
    with app.app_context():
        people = [_person(games, number) for number in range(300)]
        db.session.add_all(people)
        db.session.commit()
        ids = [person.id for person in people]
    assert _statements(app, games, evaluator, ids[:1]) == _statements(app, games, evaluator, ids) <= 15
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(Record.id))) == 300


def _statements(app: Flask, games: Games, script: Script, ids: list[int]) -> int:
    records = [{"participant": id_, "activity": "long jump", "value": len(ids)} for id_ in ids]
    with counted(app) as sent:
        assert write(script, games, *records).status_code == 200
    return len(sent)


def _person(games: Games, number: int) -> Participant:
    return Participant(
        event_id=games.event.id, group_id=games.red.id, display_name=f"Person {number}", position=number, extra={}
    )
