"""A whole event as JSON, to keep or to hand to other programs.

{"format": "laurel-event/1",
 "event":        {id, name, place, starts_on, ends_on, status, visibility, revision, overall_rules,
                  team_rules},
 "groups":       [{id, name, identifier, colour}],
 "activities":   [{id, name, description, evaluation_type, unit, mark_count, formula, higher_is_better, rules,
                   marks, state, decimal_places, low, high, weight, cut_by, cut_amount}],
 "categories":   [{id, name, age_from, age_to, gender}],
 "participants": [{id, group, external_id, display_name, gender, born, age, extra, withdrawn_at}],
 "records":      [{activity, participant, value, status, marks: [{value, status}], version, at, by}]}

Dates are ISO 8601, moments in UTC, values exact decimals in text: times in seconds, a tick as 1 or 0. Lists stand in
the event's order, records by activity and participant, so that two files of the same event can be compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from ..events.models import Event
from ..extensions import Model
from ..scoring.columns import mark_names
from . import queries
from .queries import Roster

FORMAT = "laurel-event/1"
EVENT = (
    *("id", "name", "place", "starts_on", "ends_on", "status", "visibility", "revision"),
    *("overall_rules", "team_rules"),
)
GROUP = ("id", "name", "identifier", "colour")
ACTIVITY = (
    *("id", "name", "description", "evaluation_type", "unit", "mark_count", "formula", "higher_is_better"),
    *("rules", "state", "decimal_places", "low", "high", "weight", "cut_by", "cut_amount"),
)
CATEGORY = ("id", "name", "age_from", "age_to", "gender")
PARTICIPANT = ("id", "external_id", "display_name", "gender", "born", "age", "extra", "withdrawn_at")


def as_json(event: Event, rosters: Sequence[Roster]) -> str:
    whole = {
        "format": FORMAT,
        "event": _picked(event, EVENT),
        "groups": [_picked(roster.group, GROUP) for roster in rosters],
        "activities": [{**_picked(activity, ACTIVITY), "marks": mark_names(activity)} for activity in event.activities],
        "categories": [_picked(category, CATEGORY) for category in event.categories],
        "participants": [
            {**_picked(person, PARTICIPANT), "group": roster.group.id} for roster in rosters for person in roster.people
        ],
        "records": queries.records(event),
    }
    return json.dumps(whole, ensure_ascii=False, indent=1)


def _picked(row: Model, columns: Iterable[str]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in columns}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value
