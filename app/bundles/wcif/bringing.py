"""A competition in WCIF as a bundle, which is then looked at, confirmed and made like any other. Pure.

Each round becomes an activity with a score set of its attempts, each person a participant in one group. Every value
is worked out anew by the activity's formula; what the file says of averages and rankings is not taken over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from ...scoring.formulas import total
from ...scoring.values import Value
from ..archive import Bundle, Damaged
from . import rounds
from .persons import GENDERS, notes_of

GROUP = "Competitors"
ACCEPTED = "accepted"
MOST = 10_000


def looks_like_wcif(data: bytes) -> bool:
    return data[:1] == b"{" and b'"formatVersion"' in data


def bundle_of(data: bytes, *, by: str, at: str) -> Bundle:
    """`by` is who brings it in and `at` the moment in ISO 8601, as its history will have it. Raises Damaged."""
    try:
        wcif = json.loads(data)
        return Bundle({"made_at": "", "by": "", "name": wcif["name"]}, _event(wcif, by, at), [], [])
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise Damaged("no_wcif") from error


def _event(wcif: Mapping[str, Any], by: str, at: str) -> dict[str, Any]:
    competing = [one for one in wcif["persons"] if one.get("registration") or one.get("registrantId") is not None]
    all_rounds = [(event["id"], one) for event in wcif["events"] for one in event["rounds"]]
    people = {one["registrantId"]: place for place, one in enumerate(competing, start=1)}
    results = list(_results(all_rounds, people))
    if len(competing) > MOST:
        raise ValueError("too many")
    has_results = any(marks for *_ids, marks, _value in results)
    texts = [[_text(mark) for mark in marks] for *_ids, marks, _value in results]
    tables = {
        "events": [_about(wcif, at, "ACTIVE" if has_results else "DRAFT")],
        "groups": [{"name": GROUP, "identifier": "", "colour": 1, "position": 1}],
        "participants": [_participant(one, place, at) for place, one in enumerate(competing, start=1)],
        "activities": [_activity(event, one, place) for place, (event, one) in enumerate(all_rounds, start=1)],
        "records": [_record(*one, by, at) for one in results],
        "marks": [
            {"record_id": place, "position": position, **_columns(mark)}
            for place, (*_ids, marks, _value) in enumerate(results, start=1)
            for position, mark in enumerate(marks, start=1)
            if mark is not None
        ],
        "record_changes": [
            {"record_id": place, "version": 1, "old": [None] * len(new), "new": new, "source": "import"}
            | {"at": at, "by_name": by}
            for place, new in enumerate(texts, start=1)
        ],
    }
    return {"tables": {name: _table(rows) for name, rows in tables.items()}, "staff": [], "files": []}


def _table(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    columns = list(rows[0]) if rows else []
    return {"columns": columns, "rows": [[row[column] for column in columns] for row in rows]}


def _about(wcif: Mapping[str, Any], at: str, status: str) -> dict[str, Any]:
    schedule = wcif["schedule"]
    starts = date.fromisoformat(schedule["startDate"])
    days = int(schedule.get("numberOfDays") or 1)
    place = next((venue["name"] for venue in schedule.get("venues") or ()), "")
    return {
        "name": wcif["name"][:120],
        "place": place[:120],
        "starts_on": starts.isoformat(),
        "ends_on": (starts + timedelta(days=days - 1)).isoformat() if days > 1 else None,
        "status": status,
        "visibility": "PRIVATE",
        "created_at": at,
    }


def _participant(person: Mapping[str, Any], place: int, at: str) -> dict[str, Any]:
    number = person.get("registrantId")
    accepted = (person.get("registration") or {}).get("status", ACCEPTED) == ACCEPTED
    return {
        "group_id": 1,
        "display_name": person["name"][:120],
        "external_id": None if number is None else str(number),
        "gender": GENDERS.get(person.get("gender") or ""),
        "born": person.get("birthdate"),
        "age": None,
        "extra": notes_of(person),
        "position": place,
        "withdrawn_at": None if accepted else at,
    }


def _activity(event_id: str, round_: Mapping[str, Any], place: int) -> dict[str, Any]:
    marking = rounds.marking_of(event_id, round_["format"])
    return {
        "name": rounds.name_of(round_["id"])[:80],
        "description": rounds.described(round_),
        "evaluation_type": "SCORE_SET",
        "unit": "",
        "mark_count": marking.count,
        "formula": marking.formula.value,
        "higher_is_better": False,
        "rules": marking.rules(),
        "decimal_places": 2 if marking.times else 0,
        "low": None,
        "high": None,
        "state": "OPEN",
        "position": place,
    }


Result = tuple[int, int, Sequence[Value | None], Value | None]


def _results(all_rounds: Sequence[tuple[str, Mapping[str, Any]]], people: Mapping[int, int]) -> Iterator[Result]:
    """The places of the activity and the participant, the marks, and what they come to."""
    for place, (event_id, round_) in enumerate(all_rounds, start=1):
        marking = rounds.marking_of(event_id, round_["format"])
        for result in round_.get("results") or ():
            made = [rounds.value_of(event_id, attempt["result"]) for attempt in result["attempts"]]
            if any(made):
                marks = [*made, *[None] * (marking.count - len(made))]
                yield place, people[result["personId"]], marks, total(marks, marking)


def _record(activity: int, person: int, _marks: Any, value: Value | None, by: str, at: str) -> dict[str, Any]:
    ties = [f"{tie:f}" for tie in value.ties] if value and value.ties else None
    return {
        "activity_id": activity,
        "participant_id": person,
        **_columns(value),
        "ties": ties,
        "version": 1,
        "updated_at": at,
        "updated_by_name": by,
    }


def _columns(value: Value | None) -> dict[str, str | None]:
    if value is None:
        return {"amount": None, "status": None}
    return {"amount": None if value.amount is None else f"{value.amount:f}", "status": value.status}


def _text(mark: Value | None) -> str | None:
    if mark is None:
        return None
    return str(mark.status) if mark.amount is None else f"{mark.amount.normalize():f}"
