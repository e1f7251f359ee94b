"""What is told to whom. The event's log is the outbox: what stands in it is committed, and is told of from there."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from .. import audit
from ..audit.models import AuditEntry, Chained
from ..database import now
from ..events.kinds import ActivityState, Visibility
from ..events.models import Event
from ..extensions import db
from ..jobs import enqueue
from ..jobs.models import Job, JobState
from .models import Delivery, Webhook

SAVED, LOCKED, PUBLISHED, TEST = "record.saved", "activity.locked", "event.published", "test"
MOST_CHANGES = 500
"""So many changes at most go into one message."""


def kind_of(entry: AuditEntry) -> str | None:
    """Of which kind of message an entry of the log is worth."""
    new = (entry.payload or {}).get("new")
    if entry.action == "records.save":
        return SAVED
    if entry.action == "activity.state" and isinstance(new, dict) and new.get("state") == ActivityState.LOCKED:
        return LOCKED
    if entry.action == "event.visibility" and isinstance(new, dict) and new.get("visibility") == Visibility.PUBLIC:
        return PUBLISHED
    return None


def notice(chain: Chained, entry: AuditEntry) -> None:
    """In the transaction of the change: promise to tell of it, once for all that happen until then."""
    if not isinstance(chain, Event) or not chain.hooked or kind_of(entry) is None:
        return
    from .jobs import tell_hooks

    waiting = select(Job.arguments).where(Job.kind == tell_hooks.__name__, Job.state == JobState.PENDING)
    if [chain.id] not in db.session.scalars(waiting).all():
        enqueue(tell_hooks, chain.id)


audit.when_recorded.append(notice)


def messages_for(webhook: Webhook) -> list[Delivery]:
    """What the log has and the webhook was not told of yet; the event's row is locked."""
    wanted = select(AuditEntry).where(AuditEntry.event_id == webhook.event_id, AuditEntry.sequence > webhook.seen)
    entries = db.session.scalars(wanted.order_by(AuditEntry.sequence)).all()
    made = [_delivery(webhook, kind, data) for kind, data in _batched(entries)]
    db.session.add_all(made)
    webhook.seen = max([webhook.seen, *(entry.sequence for entry in entries)])
    db.session.flush()
    return made


def test_message(webhook: Webhook) -> Delivery:
    made = _delivery(webhook, TEST, {"words": "Laurel can reach you."})
    db.session.add(made)
    db.session.flush()
    return made


def _batched(entries: Sequence[AuditEntry]) -> Iterator[tuple[str, dict[str, Any]]]:
    """In the order of the log; saves that follow each other go together."""
    changes: list[dict[str, Any]] = []
    for entry in entries:
        kind = kind_of(entry)
        payload = entry.payload or {}
        if kind == SAVED:
            said = {"at": entry.at.isoformat(), "by": entry.actor_name, "source": payload.get("source")}
            changes += [{**change, **said} for change in payload.get("changes", ())]
        elif kind:
            yield from _saved(changes)
            changes = []
            yield kind, {"activity": entry.subject_id, "at": entry.at.isoformat(), "by": entry.actor_name}
    yield from _saved(changes)


def _saved(changes: Sequence[dict[str, Any]]) -> Iterable[tuple[str, dict[str, Any]]]:
    for start in range(0, len(changes), MOST_CHANGES):
        yield SAVED, {"changes": changes[start : start + MOST_CHANGES]}


def _delivery(webhook: Webhook, kind: str, data: dict[str, Any]) -> Delivery:
    message_id = str(uuid.uuid4())
    if kind == PUBLISHED:
        data = {name: value for name, value in data.items() if name != "activity"}
    body = {"id": message_id, "kind": kind, "event": webhook.event_id, "made_at": now().isoformat(), **data}
    text = json.dumps(body, ensure_ascii=False)
    return Delivery(webhook_id=webhook.id, message_id=message_id, kind=kind, body=text, created_at=now())
