"""A new event out of an old one, and an event deleted as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, insert, inspect, select

from .. import audit
from ..accounts import actions as accounts
from ..accounts.models import User
from ..extensions import Model, db
from . import queries
from .actions import new_event
from .changes import note, plain
from .details import EventDetails
from .kinds import ActivityState
from .models import Activity, Category, Event, EventEvaluator, Group, GroupEvaluator, Import, Participant, TeamLogin
from .revisions import forget


def clone_event(source: Event, details: EventDetails, *, people: bool, staff: bool, by: User) -> Event:
    """A draft with the same groups, activities and categories, and what else is wanted; never with results.

    Who has withdrawn stays behind, and so do team logins: their codes are for one event.
    """
    event = new_event(details)
    event.overall_rules, event.team_rules = source.overall_rules, source.team_rules
    groups = _copy_groups(source, event)
    _copy(source.activities, event_id=event.id, state=ActivityState.OPEN, revision=1)
    _copy(source.categories, event_id=event.id)
    if people:
        _copy_people(source, event, groups)
    if staff:
        _copy_staff(source, event, groups)
    payload = {**plain(details), "source": source.id, "people": people, "staff": staff}
    note(event, "event.clone", by, event, payload)
    return event


def _copy_groups(source: Event, event: Event) -> dict[int, int]:
    """The ids of the new groups by those of the old."""
    copies = {group.id: Group(**_columns(group), event_id=event.id) for group in source.groups}
    db.session.add_all(copies.values())
    db.session.flush()
    return {old_id: copy.id for old_id, copy in copies.items()}


def _copy(rows: Iterable[Activity] | Iterable[Category], **changes: Any) -> None:
    db.session.add_all(type(row)(**{**_columns(row), **changes}) for row in rows)


def _copy_people(source: Event, event: Event, groups: dict[int, int]) -> None:
    staying = select(Participant).where(Participant.event_id == source.id, Participant.withdrawn_at.is_(None))
    rows = [
        {**_columns(person), "event_id": event.id, "group_id": groups[person.group_id]}
        for person in db.session.scalars(staying)
    ]
    if rows:
        db.session.execute(insert(Participant), rows)


def _copy_staff(source: Event, event: Event, groups: dict[int, int]) -> None:
    members = [member for member in queries.pool(source) if not member.user.shared]
    db.session.add_all(EventEvaluator(event_id=event.id, user_id=member.user_id) for member in members)
    db.session.flush()
    db.session.add_all(
        GroupEvaluator(event_id=event.id, user_id=member.user_id, group_id=groups[member.assignment.group_id])
        for member in members
        if member.assignment
    )


def _columns(row: Model) -> dict[str, Any]:
    names = [column.key for column in inspect(type(row)).column_attrs]
    return {name: getattr(row, name) for name in names if name not in {"id", "event_id"}}


def delete_event(event: Event, *, by: User) -> list[str]:
    """With all that is in it; the keys of files to delete once that is committed.

    Its log stays, and where its chain ended is written down in the installation's, so that nothing of it can go
    unnoticed.
    """
    known = queries.outline(event)
    files = list(db.session.scalars(select(Import.file).where(Import.event_id == event.id)))
    flags = Model.metadata.tables["flags"]  # Of a higher level.
    photos = select(flags.c.photo).where(flags.c.event_id == event.id, flags.c.photo.is_not(None))
    files += db.session.scalars(photos)
    for user in db.session.scalars(select(User).join(TeamLogin).where(TeamLogin.event_id == event.id)):
        accounts.set_active(user, False, by=by)
    payload = {
        "name": event.name,
        "starts_on": event.starts_on.isoformat(),
        "groups": known.groups,
        "people": known.people + known.withdrawn,
        "activities": known.activities,
        "categories": known.categories,
        "evaluators": known.evaluators,
        "values": known.values,
        "audit_head": event.audit_head,
        "audit_length": event.audit_length,
    }
    audit.record(None, "event.delete", by=by, subject=event, payload=payload)
    db.session.flush()
    event_id = event.id
    db.session.expunge_all()
    # What refers to groups goes before them.
    for model in (Participant, Group, Activity):
        db.session.execute(delete(model).where(model.event_id == event_id))
    db.session.execute(delete(Event).where(Event.id == event_id))
    forget(event_id)
    return files
