"""What of the log is asked for, and what the ids in it are called. Tables of higher levels are found by their names."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, Table, Text, and_, cast, literal, null, or_, select, union_all
from sqlalchemy.orm import defer

from ..extensions import Model, db
from .models import AuditEntry

PER_PAGE = 50
AT_ONCE = 1000
MOST_NAMESAKES = 40
CALLED = ("display_name", "name", "filename")
"""The columns that name a row to people; a table has one of them."""
SUBJECTS = ("events", "groups", "participants", "activities", "categories", "users", "imports")

Key = tuple[str, int]


@dataclass(frozen=True)
class Filter:
    """`kind` is an action or its noun; `text` stands in a name or among the values. `since` and `until` are moments,
    the second one exclusive. `everything` includes what belongs to no event."""

    by: int | None = None
    kind: str = ""
    event: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    everything: bool = False


class Named(NamedTuple):
    """`kind` is an activity's evaluation type, else None."""

    table: str
    id: int
    name: str
    kind: str | None


def entries(wanted: Filter, before: int | None = None, limit: int = PER_PAGE) -> Sequence[AuditEntry]:
    """Newest first, those with a smaller id than `before`. The chain's hashes are left in the database."""
    found = _found(wanted)
    if before is not None:
        found = found.where(AuditEntry.id < before)
    hashes = (AuditEntry.payload_hash, AuditEntry.previous_hash, AuditEntry.hash)
    return db.session.scalars(found.options(*map(defer, hashes)).limit(limit)).all()


def all_entries(wanted: Filter) -> Iterator[Sequence[AuditEntry]]:
    """The same, all of them, a thousand at once."""
    before = None
    while some := entries(wanted, before, AT_ONCE):
        yield some
        before = some[-1].id


def _found(wanted: Filter) -> Select[AuditEntry]:
    found = select(AuditEntry).order_by(AuditEntry.id.desc())
    if wanted.event is not None:
        found = found.where(AuditEntry.event_id == wanted.event)
    elif not wanted.everything:
        found = found.where(AuditEntry.event_id.is_not(None))
    if wanted.by is not None:
        found = found.where(AuditEntry.actor_id == wanted.by)
    if "." in wanted.kind:
        found = found.where(AuditEntry.action == wanted.kind)
    elif wanted.kind:
        found = found.where(AuditEntry.action.startswith(f"{wanted.kind}.", autoescape=True))
    if wanted.since:
        found = found.where(AuditEntry.at >= wanted.since)
    if wanted.until:
        found = found.where(AuditEntry.at < wanted.until)
    return found.where(or_(*_holding(wanted.text))) if wanted.text else found


def _holding(text: str) -> Iterator[Any]:
    """The text in the actor's name, among the values, or in the present name of who or what it is about."""
    values = cast(AuditEntry.payload, Text)
    yield AuditEntry.actor_name.icontains(text, autoescape=True)
    yield values.icontains(json.dumps(text)[1:-1], autoescape=True)
    for table, row_id, _name, _kind in _called(text):
        yield and_(AuditEntry.subject_kind == table, AuditEntry.subject_id == row_id)
        if table == "participants":
            yield and_(AuditEntry.action == "records.save", values.contains(f'"participant": {row_id},'))


def _called(text: str) -> list[Named]:
    parts = [_names(table).where(_name(table).icontains(text, autoescape=True)) for table in _tables(SUBJECTS)]
    return [Named(*row) for row in db.session.execute(union_all(*parts).limit(MOST_NAMESAKES))]


def names_of(keys: Collection[Key]) -> dict[Key, Named]:
    """What rows are called that are still there; one statement, and none where nothing is asked."""
    parts = []
    for table in _tables({table for table, _row_id in keys}):
        ids = {row_id for name, row_id in keys if name == table.name}
        parts.append(_names(table).where(table.c.id.in_(ids)))
    rows = db.session.execute(union_all(*parts)) if parts else ()
    return {(row[0], row[1]): Named(*row) for row in rows}


def everything_named(*tables: str) -> list[Named]:
    """All rows of some small tables, by name; one statement."""
    rows = db.session.execute(union_all(*map(_names, _tables(tables))))
    return sorted((Named(*row) for row in rows), key=lambda named: (named.name.casefold(), named.id))


def _tables(names: Collection[str]) -> list[Table]:
    """Those that are there and whose rows have names."""
    known = Model.metadata.tables
    found = (known[name] for name in sorted(names) if name in known)
    return [table for table in found if any(column in table.c for column in CALLED)]


def _name(table: Table) -> Any:
    return next(table.c[column] for column in CALLED if column in table.c)


def _names(table: Table) -> Select[*tuple[Any, ...]]:
    kind = cast(table.c.evaluation_type, Text) if "evaluation_type" in table.c else null()
    return select(literal(table.name), table.c.id, cast(_name(table), Text), cast(kind, Text))


def entries_about(event_id: int, row: Model, *, most: int) -> Sequence[AuditEntry]:
    """The latest of what was done to this row of an event, newest first."""
    return db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.event_id == event_id, AuditEntry.subject_kind == row.__tablename__)
        .where(AuditEntry.subject_id == getattr(row, "id", None))
        .order_by(AuditEntry.sequence.desc())
        .limit(most)
    ).all()
