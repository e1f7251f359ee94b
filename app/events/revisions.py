"""Revisions: what caches compare. Raised in SQL inside the writer's transaction, so nothing needs invalidating.

Redis holds an event's revisions for a second, put there after the commit. Where it is missing, or Redis is away, the
database is asked: whatever is killed, nobody reads a board that is older than a second.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

import structlog
from flask import Flask, current_app
from redis import RedisError
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..extensions import db, redis
from .models import Activity, Event

log = structlog.get_logger()

FRESH_MS = 1000


@dataclass(frozen=True)
class Revisions:
    """An event's revisions, who may see its public pages, and as of when.

    `activities` maps ids, as text, to revisions.
    """

    event: int
    visibility: str
    link_token: str
    status: str
    activities: dict[str, int]
    freezes: dict[str, Any]


def touch(event: Event, activity_ids: Collection[int] | None = None) -> None:
    """Raise the revision of the event and of these activities; without any named, of all: the plan has changed.

    The event's row must be locked. Called last, it sends one UPDATE for the event with the head of its audit chain.
    """
    event.revision = Event.revision + 1
    raised = update(Activity).where(Activity.event_id == event.id)
    if activity_ids is not None:
        raised = raised.where(Activity.id.in_(activity_ids))
    db.session.execute(raised.values(revision=Activity.revision + 1), execution_options={"synchronize_session": False})
    forget(event.id)


def forget(event_id: int) -> None:
    """Have readers ask the database once this transaction is committed."""
    db.session.info.setdefault("touched_events", set()).add(event_id)


def revisions_of(event_id: int) -> Revisions | None:
    """From Redis if it is fresh, else from the database; None for an event that does not exist."""
    return _from_redis(event_id) or refresh(event_id)


def refresh(event_id: int) -> Revisions | None:
    """Read the revisions from the database and leave them in Redis."""
    rows = db.session.execute(
        select(
            *(Event.revision, Event.visibility, Event.link_token, Event.status, Event.freezes),
            *(Activity.id, Activity.revision),
        )
        .outerjoin(Activity, Activity.event_id == Event.id)
        .where(Event.id == event_id)
    ).all()
    if not rows:
        return None
    revision, visibility, link_token, status, freezes = rows[0][:5]
    activities = {str(row[5]): row[6] for row in rows if row[5] is not None}
    found = Revisions(revision, visibility.value, link_token, status.value, activities, freezes)
    try:
        redis.of(current_app).set(name_of(event_id), json.dumps(asdict(found)), px=FRESH_MS)
    except RedisError as error:
        log.warning("revision_not_cached", error=str(error))
    return found


@sqlalchemy_event.listens_for(Session, "after_commit")
def _forget_old_revisions(session: Session) -> None:
    """The next reader of a touched event asks the database, and all after that one read what it found."""
    touched: set[int] = session.info.pop("touched_events", set())
    if touched:
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        try:
            redis.of(app).delete(*map(name_of, touched))
        except RedisError as error:
            log.warning("revision_not_forgotten", error=str(error))


@sqlalchemy_event.listens_for(Session, "after_rollback")
def _forget_touched(session: Session) -> None:
    session.info.pop("touched_events", None)


def _from_redis(event_id: int) -> Revisions | None:
    try:
        kept: Any = redis.of(current_app).get(name_of(event_id))
    except RedisError:
        return None
    return read(kept) if kept else None


def read(kept: bytes) -> Revisions:
    """What Redis keeps under `name_of` an event."""
    return Revisions(**json.loads(kept))


def name_of(event_id: int) -> str:
    return f"rev:{event_id}"
