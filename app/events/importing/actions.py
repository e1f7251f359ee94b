"""What happens to an import. Only `apply_import` touches the event's people, so only that raises revisions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select, update

from ... import assets, audit
from ...accounts.models import User
from ...database import now
from ...extensions import db
from ...jobs.models import Job
from .. import revisions
from ..models import Event, Group, Import, Participant
from ..names import name_key
from . import queries
from .mapping import Field
from .people import Person
from .plan import Plan, PlannedRow, Verdict
from .progress import Problem
from .table import Table, UnreadableFile

COLOURS = 10


def create_import(event: Event, filename: str, data: bytes, table: Table, *, by: User) -> Import:
    """Keep the file and how it was read."""
    import_ = Import(
        event_id=event.id,
        user_id=by.id,
        filename=filename,
        file=assets.put(data),
        options={"encoding": table.encoding, "delimiter": table.delimiter, "fields": {}},
        created_at=now(),
    )
    db.session.add(import_)
    db.session.flush()
    audit.record(event, "import.create", by=by, subject=import_, payload={"filename": filename})
    return import_


def choose_options(import_: Import, table: Table, fields: Mapping[str, Field]) -> None:
    """Read the file as `table` was read; the columns under these headers mean these fields."""
    import_.options = {
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "fields": {header: field.value for header, field in fields.items()},
    }
    import_.result, import_.job_id = None, None


def begin(import_: Import, job: Job) -> None:
    import_.result, import_.job_id = None, job.id


def delete_import(import_: Import, *, by: User) -> None:
    """Forget the import. Its people stay; the caller deletes the file after the commit."""
    audit.record(import_.event, "import.delete", by=by, subject=import_, payload={"filename": import_.filename})
    db.session.delete(import_)


def apply_import(import_: Import, fingerprint: str, *, by: User | None) -> None:
    """Write the plan as a whole if it still is the one with this fingerprint, else say why not and write nothing.

    The event's row must be locked.
    """
    event = import_.event
    if not event.can_change_plan:
        import_.result = {"problem": Problem.ARCHIVED}
        return
    try:
        read = queries.reading(import_)
    except UnreadableFile:
        import_.result = {"problem": Problem.UNREADABLE}
        return
    plan = None if read.mapping.problems() else queries.plan(import_, read)
    if plan is None or plan.fingerprint() != fingerprint:
        import_.result = {"problem": Problem.STALE}
        return
    written = _write(event, plan)
    counts = {verdict.value: count for verdict, count in plan.counts.items()}
    import_.result = {
        **counts,
        "groups": len(plan.groups_new),
        "left_out": [row.number for row in plan.rows if row.verdict is Verdict.REFUSED],
    }
    import_.applied_at = now()
    payload = {"filename": import_.filename, "options": import_.options, "counts": counts, **written}
    audit.record(event, "import.apply", by=by, subject=import_, payload=payload)
    revisions.touch(event)


def _write(event: Event, plan: Plan) -> dict[str, Any]:
    """What was written, as the audit log keeps it. A few statements, however many rows."""
    new_groups = _create_groups(event, plan)
    named = db.session.execute(select(Group.name_key, Group.id).where(Group.event_id == event.id))
    group_ids = dict(named.all())
    new_people = _create_people(event, [row.person for row in _rows(plan, Verdict.NEW) if row.person], group_ids)
    changed = _rows(plan, Verdict.CHANGED)
    if changed:
        rows = [{"id": row.participant_id, **_columns(row.person, group_ids)} for row in changed if row.person]
        db.session.execute(update(Participant), rows)
    changes = {str(row.participant_id): _in_json(row.changes) for row in changed}
    return {"groups": new_groups, "participants": new_people, "changes": changes}


def _rows(plan: Plan, verdict: Verdict) -> list[PlannedRow]:
    return [row for row in plan.rows if row.verdict is verdict]


def _create_groups(event: Event, plan: Plan) -> list[int]:
    if not plan.groups_new:
        return []
    first = _next_position(Group, event)
    rows = [
        {
            "event_id": event.id,
            "name": group.name,
            "name_key": name_key(group.name),
            "identifier": group.identifier or "",
            "colour": position % COLOURS + 1,
            "position": position,
        }
        for position, group in enumerate(plan.groups_new, first)
    ]
    db.session.execute(insert(Group), rows)
    return _ids_from(Group, event, first)


def _create_people(event: Event, people: list[Person], group_ids: dict[str, int]) -> list[int]:
    if not people:
        return []
    first = _next_position(Participant, event)
    rows = [
        {
            "event_id": event.id,
            "external_id": person.external_id,
            "position": position,
            **_columns(person, group_ids),
        }
        for position, person in enumerate(people, first)
    ]
    db.session.execute(insert(Participant), rows)
    return _ids_from(Participant, event, first)


def _columns(person: Person, group_ids: dict[str, int]) -> dict[str, Any]:
    return {
        "group_id": group_ids[name_key(person.group_name)],
        "display_name": person.display_name,
        "gender": person.gender,
        "born": person.born,
        "age": person.age,
        "extra": person.metadata,
    }


def _next_position(model: type[Group | Participant], event: Event) -> int:
    last = db.session.scalar(select(func.max(model.position)).where(model.event_id == event.id))
    return 0 if last is None else last + 1


def _ids_from(model: type[Group | Participant], event: Event, first: int) -> list[int]:
    """Of what was just put at the end of the event's order."""
    ids = select(model.id).where(model.event_id == event.id, model.position >= first).order_by(model.position)
    return list(db.session.scalars(ids))


def _in_json(changes: Mapping[str, tuple[object, object]]) -> dict[str, list[object]]:
    return {
        name: [value.isoformat() if isinstance(value, date) else value for value in values]
        for name, values in changes.items()
    }
