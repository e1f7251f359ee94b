"""A person of a speedcubing competition as a participant, both ways. Pure.

What has no field of its own is kept as notes, in words. Addresses are not taken over: nothing here needs them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

GENDERS = {"m": "M", "f": "F", "o": "X"}
LETTERS = {gender: letter for letter, gender in GENDERS.items()}


def notes_of(person: Mapping[str, Any]) -> dict[str, str]:
    registration = person.get("registration") or {}
    notes = {
        "country": person.get("countryIso2"),
        "wca_id": person.get("wcaId"),
        "wca_user": person.get("wcaUserId"),
        "events": " ".join(registration.get("eventIds") or ()),
        "registration": registration.get("status"),
        "roles": " ".join(person.get("roles") or ()),
        "assignments": "; ".join(map(_assignment, person.get("assignments") or ())),
    }
    return {name: str(value) for name, value in notes.items() if value not in (None, "")}


def person_of(
    name: str, number: str | None, gender: str | None, born: str | None, notes: Mapping[str, str]
) -> dict[str, Any]:
    registered = "registration" in notes
    registration = {"eventIds": notes.get("events", "").split(), "status": notes.get("registration")}
    person = {
        "name": name,
        "wcaUserId": _whole(notes.get("wca_user")),
        "wcaId": notes.get("wca_id"),
        "registrantId": _whole(number),
        "countryIso2": notes.get("country"),
        "gender": LETTERS.get(gender or ""),
        "registration": registration if registered else None,
        "roles": notes.get("roles", "").split(),
        "assignments": [_read_assignment(one.split()) for one in notes.get("assignments", "").split("; ") if one],
    }
    return {**person, "birthdate": born} if born else person


def _assignment(one: Mapping[str, Any]) -> str:
    station = one.get("stationNumber")
    return f"{one['activityId']} {one['assignmentCode']}" + ("" if station is None else f" {station}")


def _read_assignment(words: Sequence[str]) -> dict[str, Any]:
    """As somebody who edits notes may have left it."""
    number, code, station = (*words, None, None)[:3]
    return {"activityId": _whole(number), "stationNumber": _whole(station), "assignmentCode": code}


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None
