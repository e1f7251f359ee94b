"""The audit log: who did what to what, each row chained to the one before by its hash.

There is one chain an event and one for the installation. The head of a chain stands on a row that every writer of
the chain has locked, so that two writers cannot both follow the same head. A row's hash covers the hash of its
payload and not the payload itself: a person's data can be erased and the rest still verifies.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import select

from ..database import locked, now
from ..extensions import Model, db
from .erasing import erase as erase
from .erasing import erase_person as erase_person
from .models import GENESIS, AuditEntry, Chained, Installation


class Actor(Protocol):
    """Whoever did it: an account, or what stands in for one."""

    @property
    def id(self) -> int | None: ...

    @property
    def name(self) -> str: ...


def record(
    event: Chained | None,
    action: str,
    *,
    by: Actor | None,
    subject: Model | None = None,
    payload: dict[str, Any] | None = None,
) -> AuditEntry:
    """Append to an event's chain, or with `event=None` to the installation's.

    `action` is noun.verb (`participant.move`); the payload must be JSON. The event's row must be locked. The caller
    commits.
    """
    chain = event or locked(Installation, 1)
    entry = AuditEntry(
        event_id=event.id if event else None,
        sequence=chain.audit_length + 1,
        at=now(),
        actor_id=by.id if by else None,
        actor_name=by.name if by else "",
        action=action,
        subject_kind=subject.__tablename__ if subject is not None else "",
        subject_id=getattr(subject, "id", None),
        payload=payload or {},
        payload_hash=digest(payload or {}),
        previous_hash=chain.audit_head,
    )
    entry.hash = hash_of(entry)
    chain.audit_head, chain.audit_length = entry.hash, entry.sequence
    db.session.add(entry)
    return entry


def broken_rows(event_id: int | None = None) -> Iterator[tuple[int | None, int, str]]:
    """Walk every chain, or an event's; yield (event id, sequence, what is wrong) for the first broken row of each."""
    heads = {chain: head for chain, head in _heads() if event_id in (None, chain)}
    reached: dict[int | None, tuple[int, str]] = {}
    broken: set[int | None] = set()
    entries = select(AuditEntry).order_by(AuditEntry.event_id, AuditEntry.sequence)
    if event_id is not None:
        entries = entries.where(AuditEntry.event_id == event_id)
    for entry in db.session.scalars(entries).yield_per(1000):
        sequence, head = reached.get(entry.event_id, (0, GENESIS))
        problem = _problem(entry, sequence + 1, head)
        if problem and entry.event_id not in broken:
            broken.add(entry.event_id)
            yield entry.event_id, entry.sequence, problem
        reached[entry.event_id] = (entry.sequence, entry.hash)
    for chain, (length, head) in heads.items():
        sequence, last = reached.get(chain, (0, GENESIS))
        if chain not in broken and (sequence, last) != (length, head):
            yield chain, sequence + 1, f"row {sequence + 1} is missing" if sequence < length else "has too many rows"


def _heads() -> Iterator[tuple[int | None, tuple[int, str]]]:
    """Where each chain ends, as the rows say that hold the heads."""
    for mapper in Model.registry.mappers:
        if issubclass(mapper.class_, Chained):
            for row in db.session.scalars(select(mapper.class_)):
                yield None if isinstance(row, Installation) else row.id, (row.audit_length, row.audit_head)


def _problem(entry: AuditEntry, sequence: int, head: str) -> str | None:
    if entry.sequence != sequence:
        return f"row {sequence} is missing"
    if entry.previous_hash != head:
        return "does not follow the row before it"
    if entry.hash != hash_of(entry):
        return "was altered"
    if entry.payload is not None and entry.payload_hash != digest(entry.payload):
        return "its values were altered"
    return None


def digest(payload: dict[str, Any]) -> str:
    text = json.dumps(payload, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of(entry: AuditEntry) -> str:
    parts = [
        entry.previous_hash,
        entry.event_id,
        entry.sequence,
        _timestamp(entry.at),
        entry.actor_id,
        entry.actor_name,
        entry.action,
        entry.subject_kind,
        entry.subject_id,
        entry.payload_hash,
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _timestamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
