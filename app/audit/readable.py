"""An entry's values as lines that a person reads: what it was and what it became."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from .models import AuditEntry
from .queries import Key, Named
from .wording import CHOICES, FIELDS

TABLES = {"group_id": "groups", "activity": "activities", "participant": "participants"}
"""The fields that hold an id, and of which table."""
PASSED_OVER = {"steps", "checks", "source", "options", "groups", "participants"}
"""What is kept for undoing and proving, and says nothing to a reader that the counts do not."""
MOST_LINES = 40
NOTHING = "–"

Names = Mapping[Key, Named]
ShowMarks = Callable[[list[str | None], str | None], str]
"""Marks as history keeps them, and the activity's evaluation type where it is known, as text."""


@dataclass(frozen=True)
class Line:
    """`old` is None where there was nothing before, as in what was made."""

    label: str
    old: str | None
    new: str

    def __str__(self) -> str:
        change = self.new if self.old is None else f"{self.old} → {self.new}"
        return f"{self.label}: {change}" if self.label else change


def keys_in(entries: Iterable[AuditEntry]) -> set[Key]:
    """Every row that the entries speak of."""
    keys: set[Key] = set()
    for entry in entries:
        payload = entry.payload or {}
        if entry.event_id is not None:
            keys.add(("events", entry.event_id))
        if entry.subject_id is not None:
            keys.add((entry.subject_kind, entry.subject_id))
        for part in _parts(payload):
            keys.update((table, part[name]) for name, table in _tables(entry).items() if _is_id(part.get(name)))
    return keys


def subject_of(entry: AuditEntry, names: Names) -> str:
    """Who or what it is about: as it is called now, else as the entry itself says."""
    if entry.subject_id is None:
        return ""
    known = names.get((entry.subject_kind, entry.subject_id))
    payload = entry.payload or {}
    return known.name if known else str(payload.get("display_name") or payload.get("name") or "")


def lines_of(entry: AuditEntry, names: Names, show_marks: ShowMarks) -> list[Line]:
    """At most forty, the last one counting what is left out."""
    found = list(_lines(entry, names, show_marks))
    if len(found) <= MOST_LINES:
        return found
    more = len(found) - MOST_LINES
    return [*found[:MOST_LINES], Line("", None, _("and %(count)s more", count=more))]


def _lines(entry: AuditEntry, names: Names, show_marks: ShowMarks) -> Iterator[Line]:
    payload = entry.payload or {}
    changes = payload.get("changes")
    if isinstance(changes, list):
        for change in changes:
            yield _mark_line(change, names, show_marks)
        return
    if "old" in payload or "new" in payload:
        yield from _change_lines(entry, payload, names)
        if payload.get("reason"):
            yield Line(_label("reason"), None, str(payload["reason"]))
        return
    for name, value in {**payload, **payload.get("counts", {})}.items():
        if name not in PASSED_OVER and not isinstance(value, dict):
            yield Line(_label(name), None, _shown(entry, name, value, names))
    for row_id, fields in (changes or {}).items():
        for name, (old, new) in fields.items():
            who = names.get(("participants", int(row_id)))
            label = f"{who.name if who else row_id}, {_label(name)}"
            yield Line(label, _shown(entry, name, old, names), _shown(entry, name, new, names))


def _mark_line(change: dict[str, Any], names: Names, show_marks: ShowMarks) -> Line:
    person = names.get(("participants", change.get("participant", 0)))
    activity = names.get(("activities", change.get("activity", 0)))
    label = ", ".join(named.name if named else "?" for named in (person, activity))
    kind = activity.kind if activity else None
    return Line(label, show_marks(change.get("old", []), kind), show_marks(change.get("new", []), kind))


def _change_lines(entry: AuditEntry, payload: dict[str, Any], names: Names) -> Iterator[Line]:
    old, new = payload.get("old"), payload.get("new")
    if isinstance(old, dict) and isinstance(new, dict):
        for name in {**old, **new}:
            yield Line(
                _label(name), _shown(entry, name, old.get(name), names), _shown(entry, name, new.get(name), names)
            )
    else:
        field = "role" if entry.action == "user.role" else "new"
        yield Line("", _shown(entry, field, old, names), _shown(entry, field, new, names))


def _shown(entry: AuditEntry, name: str, value: object, names: Names) -> str:
    table = _tables(entry).get(name)
    if table and _is_id(value):
        named = names.get((table, value))  # type: ignore[arg-type]
        return named.name if named else f"#{value}"
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return ", ".join(f"{key}: {one}" for key, one in value.items()) or NOTHING
    if isinstance(value, list):
        return ", ".join(map(str, value)) or NOTHING
    return str(CHOICES.get(name, {}).get(str(value), value))


def _tables(entry: AuditEntry) -> dict[str, str]:
    return {**TABLES, "old": "groups", "new": "groups"} if entry.action == "evaluator.assign" else TABLES


def _parts(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The payload and what is nested in it, wherever ids may stand."""
    yield payload
    yield from (part for part in (payload.get("old"), payload.get("new")) if isinstance(part, dict))
    changes = payload.get("changes")
    if isinstance(changes, list):
        yield from changes[: MOST_LINES + 1]
    elif isinstance(changes, dict):
        yield from ({"participant": int(row_id)} for row_id in list(changes)[: MOST_LINES + 1])


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _label(name: str) -> str:
    return str(FIELDS.get(name, name))
