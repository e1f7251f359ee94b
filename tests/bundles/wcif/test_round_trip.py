"""A speedcubing competition comes in and goes out as it was: every person, round, attempt, average and rank."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.accounts.models import Role
from app.bundles.archive import Damaged
from app.bundles.wcif import rounds
from app.bundles.wcif.bringing import bundle_of
from app.events.kinds import EventStatus
from app.events.models import Event
from app.extensions import db
from app.scoring.models import Record, RecordChange
from tests.bundles.test_round_trip import bring_in, upload
from tests.conftest import SignIn
from tests.support import make, real

SMALL: dict[str, Any] = {
    "formatVersion": "1.0",
    "id": "Small2026",
    "name": "Small Open 2026",
    "shortName": "Small Open",
    "persons": [
        {
            "name": name,
            "wcaUserId": 7 + number,
            "wcaId": "2019NOVA01" if number == 1 else None,
            "registrantId": number,
            "countryIso2": "CZ",
            "gender": gender,
            "registration": {"eventIds": ["333", "333fm"], "status": "accepted"},
            "roles": ["delegate", "organizer"] if number == 1 else [],
            "assignments": [{"activityId": 4, "stationNumber": number, "assignmentCode": "competitor"}],
        }
        for number, (name, gender) in enumerate([("Eva", "f"), ("Jan", "m"), ("Robin", "o")], start=1)
    ],
    "events": [
        {
            "id": "333",
            "rounds": [
                {
                    "id": "333-r1",
                    "format": "a",
                    "timeLimit": {"centiseconds": 60050, "cumulativeRoundIds": ["333-r1", "333fm-r1"]},
                    "cutoff": {"numberOfAttempts": 2, "attemptResult": 9000},
                    "advancementCondition": {"type": "attemptResult", "level": 1500},
                    "scrambleSetCount": 2,
                    "results": [
                        {"personId": 2, "ranking": 1, "best": 900, "average": 1033}
                        | {"attempts": [{"result": r, "reconstruction": None} for r in (900, 1000, -1, 1100, 1000)]},
                        {"personId": 1, "ranking": 2, "best": 800, "average": -1}
                        | {"attempts": [{"result": r, "reconstruction": None} for r in (800, -1, -2, 1100, 1000)]},
                        {"personId": 3, "ranking": 3, "best": 9100, "average": 0}
                        | {"attempts": [{"result": r, "reconstruction": None} for r in (9500, 9100)]},
                    ],
                }
            ],
        },
        {
            "id": "333fm",
            "rounds": [
                {
                    "id": "333fm-r1",
                    "format": "m",
                    "timeLimit": None,
                    "cutoff": None,
                    "advancementCondition": None,
                    "scrambleSetCount": 1,
                    "results": [
                        {"personId": 3, "ranking": 1, "best": 24, "average": 2533}
                        | {"attempts": [{"result": r, "reconstruction": None} for r in (24, 26, 26)]}
                    ],
                }
            ],
        },
    ],
    "schedule": {"startDate": "2026-07-04", "numberOfDays": 2, "venues": [{"name": "Gym"}]},
}


def taken(browser: FlaskClient, event: Event) -> dict[str, Any]:
    back: dict[str, Any] = json.loads(browser.get(f"/events/{event.id}/export/wcif.json").text)
    return back


def comes_back(wcif: dict[str, Any], sign_in: SignIn) -> Event:
    browser = sign_in(make.user(Role.ADMIN, "Olga"))
    event = bring_in(browser, json.dumps(wcif).encode())
    back = taken(browser, event)
    assert back["persons"] == wcif["persons"]
    assert back["events"] == wcif["events"]
    return event


@pytest.mark.both_databases
def test_a_small_one_with_everything_there_is_to_say(context: None, sign_in: SignIn) -> None:
    event = comes_back(SMALL, sign_in)
    assert (event.name, event.place, event.status) == ("Small Open 2026", "Gym", EventStatus.ACTIVE)
    assert [one.name for one in event.activities] == ["3x3x3 Cube, Round 1", "3x3x3 Fewest Moves, Round 1"]
    first = event.activities[0].description
    assert first == (
        "333-r1, time limit 10:00.50 over 333-r1 333fm-r1, 2 attempts for a cutoff of 1:30, better than 1500 go on,"
        " 2 scramble sets"
    )


def test_the_real_one_with_its_261_results(context: None, sign_in: SignIn) -> None:
    wcif = json.loads(real.file("cubing/wcif.json").read_text())
    comes_back(wcif, sign_in)
    assert db.session.scalar(select(func.count(Record.id))) == 261
    assert db.session.scalar(select(func.count(RecordChange.id))) == 261


def test_it_is_looked_at_before_it_is_made_and_its_values_can_be_scored_on(context: None, sign_in: SignIn) -> None:
    browser = sign_in(make.user(Role.ADMIN))
    page = browser.get(upload(browser, json.dumps(SMALL).encode(), "wcif.json").location).text
    assert "Small Open 2026" in page
    assert db.session.scalars(select(Event)).all() == []
    event = bring_in(browser, json.dumps(SMALL).encode())
    board = browser.get(f"/events/{event.id}/board?activity={event.activities[0].id}").text
    assert "0:10.33" in board


def test_it_goes_on_as_a_bundle_like_any_other(context: None, sign_in: SignIn) -> None:
    browser = sign_in(make.user(Role.ADMIN))
    event = bring_in(browser, json.dumps(SMALL).encode())
    data = browser.get(f"/events/{event.id}/export/event.zip").data
    copy = bring_in(browser, data)
    back = taken(browser, copy)
    assert (back["persons"], back["events"]) == (SMALL["persons"], SMALL["events"])


def test_an_event_without_rounds_offers_no_wcif(context: None, sign_in: SignIn) -> None:
    browser, event = sign_in(make.user(Role.ADMIN)), make.event()
    make.activity(event)
    assert "wcif.json" not in browser.get(f"/events/{event.id}/export").text
    assert taken(browser, event)["events"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"persons": [{"name": "Eva"}] * 2, "events": [{"id": "333", "rounds": [{"id": "333-r1"}]}]},
        {"schedule": {"startDate": "soon"}},
        {"name": None},
        {"events": [{"id": "333", "rounds": [{"id": "333-r1", "format": "z"}]}]},
        {"persons": []},
    ],
)
def test_what_does_not_fit_together_is_refused(change: dict[str, Any], context: None, sign_in: SignIn) -> None:
    answer = upload(sign_in(make.user(Role.ADMIN)), json.dumps({**SMALL, **change}).encode())
    assert answer.status_code == 422
    assert "competition in WCIF" in answer.text


def test_json_that_is_none_is_refused() -> None:
    for data in (b'{"formatVersion"', b'{"formatVersion": 1}', b"{" * 100_000):
        with pytest.raises(Damaged):
            bundle_of(data, by="", at="")


@given(st.lists(st.integers(-2, 100_000).filter(bool), min_size=1, max_size=5))
def test_attempts_come_back_as_they_were(attempts: list[int]) -> None:
    for event_id in ("333", "333fm"):
        back = [rounds.result_of(event_id, rounds.value_of(event_id, one)) for one in attempts]
        assert back == attempts


@given(st.integers(1, 10**6), st.integers(1, 5), st.integers(0, 10**6), st.integers(1, 100), st.integers(1, 9))
def test_what_is_said_of_a_round_is_read_again(limit: int, attempts: int, cutoff: int, level: int, sets: int) -> None:
    for kind in ("percent", "ranking", "attemptResult"):
        said = {
            "id": "pyram-r2",
            "timeLimit": {"centiseconds": limit, "cumulativeRoundIds": []},
            "cutoff": {"numberOfAttempts": attempts, "attemptResult": cutoff},
            "advancementCondition": {"type": kind, "level": level},
            "scrambleSetCount": sets,
        }
        assert rounds.read_description(rounds.described(said)) == said
