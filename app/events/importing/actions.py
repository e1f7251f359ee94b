"""What happens to an import. Only `apply_import` touches the event's people, so only that raises revisions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select, update

from ... import assets, audit
from ...accounts.models import User
from ...database import insert_many, now
from ...extensions import db
from ...jobs.models import Job
from .. import revisions
from ..models import Event, Group, Import, Participant
from ..names import name_key
from . import progress, queries
from .mapping import Result
from .people import Person
from .plan import Plan, PlannedRow, Verdict
from .progress import Problem
from .queries import HOW, Prepared
from .results import ImportedResult, scorer
from .table import Table as ReadTable

COLOURS = 10
BATCH = 2000
# Of the whole way, in hundredths.
READ, PLANNED = 20, 50


def create_import(event: Event, filename: str, data: bytes, table: ReadTable, *, by: User) -> Import:
    """Keep the file and how it was read."""
    import_ = Import(
        event_id=event.id,
        user_id=by.id,
        filename=filename,
        file=assets.put(data),
        options={**{name: getattr(table, name) for name in HOW}, "fields": {}},
        created_at=now(),
    )
    db.session.add(import_)
    db.session.flush()
    audit.record(event, "import.create", by=by, subject=import_, payload={"filename": filename})
    return import_


def choose_options(import_: Import, options: dict[str, Any]) -> None:
    """How the file is read, what its columns mean, and what is one and the same."""
    import_.options = options
    import_.result, import_.job_id = None, None


def begin(import_: Import, job: Job) -> None:
    import_.result, import_.job_id = None, job.id


def delete_import(import_: Import, *, by: User) -> None:
    """Forget the import. Its people stay; the caller deletes the file after the commit."""
    audit.record(import_.event, "import.delete", by=by, subject=import_, payload={"filename": import_.filename})
    db.session.delete(import_)


def apply_import(
    import_: Import, table: ReadTable, fingerprint: str, *, by: User, prepared: Prepared | None = None
) -> None:
    """Write the plan as a whole if it still is the one with this fingerprint, else say why not and write nothing.

    The event's row must be locked. What was `prepared` before that spares planning here, if it still holds.
    """
    if not import_.event.can_change_plan:
        import_.result = {"problem": Problem.ARCHIVED}
        return
    if prepared is None or not prepared.holds_for(import_):
        prepared = queries.prepared(import_, table)
    if prepared.plan is None or prepared.plan.fingerprint() != fingerprint:
        import_.result = {"problem": Problem.STALE}
        return
    carry_out(import_, prepared.plan, by=by)


def carry_out(import_: Import, plan: Plan, *, by: User) -> None:
    """Write the plan, which was made of this import under the lock of its event."""
    event = import_.event
    progress.tell(import_.id, PLANNED)
    written = _write(import_, plan, by)
    counts = {verdict.value: count for verdict, count in plan.counts.items()}
    import_.result = {
        **counts,
        "groups": len(plan.groups_new),
        "left_out": [row.number for row in plan.rows if row.verdict is Verdict.REFUSED],
        "written": written,
    }
    import_.applied_at = now()
    payload = {"filename": import_.filename, "options": import_.options, "counts": counts, **written}
    audit.record(event, "import.apply", by=by, subject=import_, payload=payload)
    revisions.touch(event)


def _write(import_: Import, plan: Plan, by: User) -> dict[str, Any]:
    """What was written, as the audit log keeps it and as it is taken back. A few statements, however many rows."""
    event = import_.event
    new_groups = _create_groups(event, plan)
    named = db.session.execute(select(Group.name_key, Group.id).where(Group.event_id == event.id))
    group_ids = dict(named.all())
    new = _rows(plan, Verdict.NEW)
    new_people = _create_people(import_, [row.person for row in new if row.person], group_ids)
    changed = [row for row in _rows(plan, Verdict.CHANGED) if row.changes]
    if changed:
        rows = [{"id": row.participant_id, **_columns(row.person, group_ids)} for row in changed if row.person]
        db.session.execute(update(Participant), rows)
    changes = {str(row.participant_id): _in_json(row.changes) for row in changed}
    results = _save_results(event, plan, dict(zip([row.number for row in new], new_people, strict=True)), by)
    return {"groups": new_groups, "participants": new_people, "changes": changes, "results": results}


def _save_results(event: Event, plan: Plan, made: dict[int, int], by: User) -> list[list[Any]]:
    """Each as activity, participant, old, new and mark; `made` has the people who are new by the row's number."""
    written: list[list[Any]] = [
        [result.activity_id, row.participant_id or made[row.number], old, new, result.mark]
        for row in plan.rows
        for result, (old, new) in row.results.items()
    ]
    if written:
        values = [
            ImportedResult(Result(activity_id, mark), person_id, new)
            for activity_id, person_id, _old, new, mark in written
        ]
        scorer().save(event, values, by=by)
    return written


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


def _create_people(import_: Import, people: list[Person], group_ids: dict[str, int]) -> list[int]:
    event = import_.event
    if not people:
        return []
    first = _next_position(Participant, event)
    rows = [
        {
            "event_id": event.id,
            "position": position,
            **_columns(person, group_ids),
        }
        for position, person in enumerate(people, first)
    ]
    for done in range(0, len(rows), BATCH):
        progress.tell(import_.id, PLANNED + (100 - PLANNED) * done // len(rows))
        insert_many(Participant, rows[done : done + BATCH])
    return _ids_from(Participant, event, first)


def _columns(person: Person, group_ids: dict[str, int]) -> dict[str, Any]:
    return {
        "group_id": group_ids[name_key(person.group_name)],
        "external_id": person.external_id,
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
