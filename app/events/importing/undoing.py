"""What taking an import back would do, and what would stay and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import delete, select

from ... import audit
from ...accounts.models import User
from ...database import now
from ...extensions import db
from .. import revisions
from ..models import Event, Group, GroupEvaluator, Import, Participant
from ..names import name_key
from ..queries import ids_with_records
from .mapping import Result
from .queries import open_activities
from .results import ImportedResult, scorer

CHUNK = 5000


@dataclass(frozen=True)
class Stays:
    name: str
    reason: LazyString


@dataclass(frozen=True)
class Undoing:
    """People and groups that go, columns of people that are put back by the person's id, and values."""

    people: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    columns: dict[int, dict[str, Any]] = field(default_factory=dict)
    results: list[ImportedResult] = field(default_factory=list)
    stays: list[Stays] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return {name: len(getattr(self, name)) for name in ("people", "groups", "columns", "results", "stays")}

    @property
    def does_something(self) -> bool:
        return bool(self.people or self.groups or self.columns or self.results)


def undo_import(import_: Import, undoing: Undoing, *, by: User) -> None:
    """As it was looked up under the lock of the event."""
    event = import_.event
    if undoing.results:
        scorer().save(event, undoing.results, by=by)
    if undoing.columns:
        # Each person has had other columns changed.
        for person_id, columns in undoing.columns.items():
            person = db.session.get_one(Participant, person_id)
            for name, value in columns.items():
                setattr(person, name, value)
        db.session.flush()
    for start in range(0, len(undoing.people), CHUNK):
        db.session.execute(delete(Participant).where(Participant.id.in_(undoing.people[start : start + CHUNK])))
    db.session.execute(delete(Group).where(Group.id.in_(undoing.groups)))
    import_.result = {**(import_.result or {}), "undone": undoing.counts, "undone_at": now().isoformat()}
    payload = {
        "filename": import_.filename,
        "counts": undoing.counts,
        "participants": undoing.people,
        "groups": undoing.groups,
        "put_back": {str(person_id): _plain(columns) for person_id, columns in undoing.columns.items()},
    }
    audit.record(event, "import.undo", by=by, subject=import_, payload=payload)
    revisions.touch(event)


def what_undoing_does(import_: Import) -> Undoing:
    """The import is applied. A few statements, however many people."""
    written: dict[str, Any] = (import_.result or {}).get("written") or {}
    undoing = Undoing()
    people = {person.id: person for person in _people(import_.event)}
    groups = {group.id: group for group in db.session.scalars(select(Group).where(Group.event_id == import_.event_id))}
    results, made = written.get("results", ()), written.get("participants", ())
    takes = {activity.id for activity in open_activities(import_.event)}
    gone = _gone_with_their_results(import_.event, results, takes) & set(made)
    _take_results(import_.event, [one for one in results if one[1] not in gone], takes, people, undoing)
    scored = ids_with_records(import_.event) - gone
    for person_id in made:
        if person_id not in people:
            continue
        if person_id in scored:
            undoing.stays.append(Stays(people[person_id].display_name, _("has results, or a history of them")))
        else:
            undoing.people.append(person_id)
    for person_id, changes in written.get("changes", {}).items():
        if person := people.get(int(person_id)):
            _put_back(person, changes, groups, undoing)
    _empty_groups(written.get("groups", ()), groups, people, undoing)
    return undoing


def _people(event: Event) -> Sequence[Participant]:
    return db.session.scalars(select(Participant).where(Participant.event_id == event.id)).all()


def _gone_with_their_results(event: Event, written: Sequence[Sequence[Any]], takes: set[int]) -> set[int]:
    """People for whom there is nothing but the values of this import, where those may be taken away."""
    brought = {(activity_id, person_id) for activity_id, person_id, *_rest in written}
    kept = {person_id for activity_id, person_id in brought if activity_id not in takes}
    return scorer().untouched(event, brought) - kept if brought else set()


def _take_results(
    event: Event,
    written: Sequence[Sequence[Any]],
    takes: set[int],
    people: dict[int, Participant],
    undoing: Undoing,
) -> None:
    if not written:
        return
    standings = scorer().standings(event, takes)
    for activity_id, person_id, old, new, *mark in written:
        if person_id not in people:
            continue
        result = Result(activity_id, *mark)
        if activity_id in takes and standings.now(result, person_id) == new:
            undoing.results.append(ImportedResult(result, person_id, old))
        else:
            undoing.stays.append(Stays(people[person_id].display_name, _("has a result that changed or is locked")))


def _put_back(person: Participant, changes: dict[str, list[Any]], groups: dict[int, Group], undoing: Undoing) -> None:
    by_key = {group.name_key: group for group in groups.values()}
    for name, (old, new) in changes.items():
        value: Any
        if name == "group_name":
            target = by_key.get(name_key(old))
            column, value = "group_id", target.id if target else None
            unchanged = target is not None and groups[person.group_id].name == new
        else:
            column = "extra" if name == "metadata" else name
            standing = getattr(person, column)
            unchanged = (standing.isoformat() if isinstance(standing, date) else standing) == new
            value = date.fromisoformat(old) if name == "born" and old else old
        if unchanged:
            undoing.columns.setdefault(person.id, {})[column] = value
        else:
            undoing.stays.append(Stays(person.display_name, _("was changed since")))


def _empty_groups(
    made: Sequence[int], groups: dict[int, Group], people: dict[int, Participant], undoing: Undoing
) -> None:
    gone = set(undoing.people)
    staffed = set(db.session.scalars(select(GroupEvaluator.group_id).where(GroupEvaluator.group_id.in_(made))))
    kept = {
        undoing.columns.get(person.id, {}).get("group_id", person.group_id)
        for person in people.values()
        if person.id not in gone
    }
    for group_id in made:
        if group_id not in groups:
            continue
        if group_id in kept:
            undoing.stays.append(Stays(groups[group_id].name, _("is a group with people in it")))
        elif group_id in staffed:
            undoing.stays.append(Stays(groups[group_id].name, _("is a group with an evaluator")))
        else:
            undoing.groups.append(group_id)


def _plain(columns: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in columns.items()}
