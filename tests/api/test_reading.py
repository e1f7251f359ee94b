from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from app.events.models import Event, Participant
from app.extensions import db
from tests.support import make
from tests.support.statements import counted

from .conftest import Games, Script


def read(script: Script, path: str, **query: object) -> Any:
    answer = script.get(path, query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_an_admin_sees_all_events_and_an_evaluator_those_of_their_pool(
    app: Flask, games: Games, admin: Script, evaluator: Script, outsider: Script
) -> None:
    with app.app_context():
        make.event("Winter games", starts_on=date(2026, 12, 1))
    assert [event["name"] for event in read(admin, "/api/v1/events")["events"]] == ["Winter games", "Summer games"]
    assert [event["name"] for event in read(evaluator, "/api/v1/events")["events"]] == ["Summer games"]
    assert read(outsider, "/api/v1/events") == {"total": 0, "limit": 50, "offset": 0, "events": []}


def test_events_come_in_pages(app: Flask, admin: Script) -> None:
    with app.app_context():
        for day in (1, 2, 3):
            make.event(f"Day {day}", starts_on=date(2026, 7, day))
    page = read(admin, "/api/v1/events", limit=2, offset=1)
    assert [event["starts_on"] for event in page["events"]] == ["2026-07-02", "2026-07-01"]
    assert (page["total"], page["limit"], page["offset"]) == (3, 2, 1)


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({"limit": 101}, "limit", "out_of_range"),
        ({"limit": "many"}, "limit", "wrong_type"),
        ({"offset": -1}, "offset", "out_of_range"),
        ({"offset": 10**30}, "offset", "out_of_range"),
    ],
)
def test_a_page_that_cannot_be_is_refused(admin: Script, query: dict[str, Any], field: str, code: str) -> None:
    answer = admin.get("/api/v1/events", query_string=query)
    assert answer.status_code == 422
    assert answer.json is not None
    assert [(error["field"], error["code"]) for error in answer.json["errors"]] == [(field, code)]


def test_an_event_is_told_with_its_plan_and_without_its_secret_link(games: Games, evaluator: Script) -> None:
    event = read(evaluator, games.url)
    assert (event["name"], event["status"], event["starts_on"]) == ("Summer games", "ACTIVE", "2026-07-04")
    assert [group["name"] for group in event["groups"]] == ["Red", "Blue"]
    assert [activity["name"] for activity in event["activities"]] == ["Long Jump", "Run", "Throw"]
    assert event["categories"][0] | {"id": 0} == {
        "id": 0,
        "name": "Juniors",
        "age_from": None,
        "age_to": 17,
        "gender": None,
    }
    assert games.event.link_token not in str(event)


def test_people_are_told_with_their_group_age_and_category(app: Flask, games: Games, admin: Script) -> None:
    with app.app_context():
        alice = db.session.get_one(Participant, games.alice.id)
        alice.born, alice.extra = date(2010, 7, 5), {"club": "Lhota"}
        db.session.commit()
    page = read(admin, f"{games.url}/participants", limit=1)
    assert page["total"] == 3
    assert page["participants"] == [
        {
            "id": games.alice.id,
            "external_id": "a-1",
            "name": "Alice",
            "group_id": games.red.id,
            "group": "Red",
            "gender": "F",
            "born": "2010-07-05",
            "age": 15,
            "category": "Juniors",
            "extra": {"club": "Lhota"},
        }
    ]


def test_an_evaluator_is_told_of_their_own_group_only(app: Flask, games: Games, evaluator: Script) -> None:
    page = read(evaluator, f"{games.url}/participants")
    assert [person["name"] for person in page["participants"]] == ["Alice", "Bob"]
    assert page["total"] == 2


def test_an_evaluator_without_a_group_is_told_of_nobody(app: Flask, games: Games, evaluator: Script) -> None:
    with app.app_context():
        db.session.execute(db.text("DELETE FROM group_evaluators"))
        db.session.commit()
    assert read(evaluator, f"{games.url}/participants")["participants"] == []


def test_standings_are_exact_and_share_places(games: Games, admin: Script, evaluator: Script) -> None:
    times = {games.alice: "1:23,45", games.bob: "dnf", games.carol: "1:23.45"}
    wanted = [{"participant": who.id, "activity": "run", "value": value} for who, value in times.items()]
    assert admin.post(games.records, {"records": wanted}).status_code == 200
    run = read(evaluator, f"{games.url}/standings", by="all")["activities"][1]
    assert (run["name"], run["provisional"]) == ("Run", True)
    [bucket] = run["buckets"]
    assert [(row["participant"]["name"], row["place"]) for row in bucket["rows"]] == [
        ("Alice", 1),
        ("Carol", 1),
        ("Bob", None),
    ]
    assert bucket["rows"][0]["value"] == {"value": "83.45", "status": None, "shown": "1:23.45"}
    assert bucket["rows"][2]["value"] == {"value": None, "status": "DNF", "shown": "DNF"}


def test_standings_are_split_by_category_or_by_group(games: Games, admin: Script) -> None:
    wanted = [{"external_id": key, "activity": "Long jump", "value": 5.5} for key in ("a-1", "b-1", "c-1")]
    admin.post(games.records, {"records": wanted})
    by_category = read(admin, f"{games.url}/standings")["activities"][0]["buckets"]
    assert [(bucket["gender"], bucket["category"], len(bucket["rows"])) for bucket in by_category] == [
        ("F", "Juniors", 2),
        ("M", "Juniors", 1),
    ]
    by_group = read(admin, f"{games.url}/standings", by="group")["activities"][0]["buckets"]
    assert [(bucket["group"], len(bucket["rows"])) for bucket in by_group] == [("Red", 2), ("Blue", 1)]
    assert admin.get(f"{games.url}/standings", query_string={"by": "luck"}).status_code == 422


@pytest.mark.both_databases
def test_standings_carry_the_revision_that_a_write_answered(games: Games, admin: Script) -> None:
    wanted = [{"participant": games.bob.id, "activity": games.throw.id, "value": [7, "8.25", "DNS"]}]
    saved = admin.post(games.records, {"records": wanted})
    assert saved.json is not None
    standings = read(admin, f"{games.url}/standings")
    assert standings["revision"] == saved.json["revision"] == games.event.revision + 1
    assert Decimal(standings["activities"][2]["buckets"][0]["rows"][0]["value"]["value"]) == Decimal("8.25")


@pytest.mark.parametrize("path", ["", "/participants?limit=1000", "/standings"])
def test_reading_costs_the_same_few_statements_for_1_and_300_people(
    app: Flask, games: Games, evaluator: Script, path: str
) -> None:
    few = statements(app, evaluator, games.url + path)
    with app.app_context():
        make.group(db.session.get_one(Event, games.event.id), "Many")
        for number in range(300):
            db.session.add(_person(games, number))
        db.session.commit()
    assert statements(app, evaluator, games.url + path) == few <= 6


def test_listing_events_costs_the_same_few_statements_for_1_and_300(app: Flask, games: Games, admin: Script) -> None:
    few = statements(app, admin, "/api/v1/events?limit=100")
    with app.app_context():
        for _ in range(300):
            make.event()
    assert statements(app, admin, "/api/v1/events?limit=100") == few <= 6


def statements(app: Flask, script: Script, path: str) -> int:
    with counted(app) as sent:
        assert script.get(path).status_code == 200
    return len(sent)


def _person(games: Games, number: int) -> Participant:
    return Participant(
        event_id=games.event.id, group_id=games.red.id, display_name=f"Person {number}", position=number, extra={}
    )
