"""What scripts read of events and their people."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from ..accounts.models import User
from ..events.models import Event, EventEvaluator, Group, GroupEvaluator, Participant
from ..extensions import db


def events_page(user: User, *, limit: int, offset: int) -> tuple[Sequence[Event], int]:
    """Some of the events that the user may see, newest first, and how many these are in all."""
    total = db.session.scalar(_events_of(user, select(func.count(Event.id)))) or 0
    page = _events_of(user, select(Event)).order_by(Event.starts_on.desc(), Event.id.desc())
    return db.session.scalars(page.limit(limit).offset(offset)).all(), total


def event_with_own_group(event_id: int, user: User) -> tuple[Event, int | None] | None:
    """The event if it is the user's to see, and the id of the group that they score in it."""
    assigned = (GroupEvaluator.event_id == Event.id) & (GroupEvaluator.user_id == user.id)
    events = _events_of(user, select(Event, GroupEvaluator.group_id)).outerjoin(GroupEvaluator, assigned)
    row = db.session.execute(events.where(Event.id == event_id)).one_or_none()
    return (row[0], row[1]) if row else None


def participants_page(
    event: Event, group_ids: Collection[int] | None, *, limit: int, offset: int
) -> tuple[Sequence[Participant], int]:
    """Some of an event's people, or of these groups', with their groups; and how many these are in all."""
    theirs = [Participant.event_id == event.id]
    if group_ids is not None:
        theirs.append(Participant.group_id.in_(group_ids))
    total = db.session.scalar(select(func.count(Participant.id)).where(*theirs)) or 0
    page = (
        select(Participant)
        .join(Participant.group)
        .where(*theirs)
        .options(joinedload(Participant.group))
        .order_by(Group.position, Group.id, Participant.position, Participant.id)
    )
    return db.session.scalars(page.limit(limit).offset(offset)).all(), total


def participants_known_as(event: Event, ids: Collection[int], external_ids: Collection[str]) -> Sequence[Participant]:
    known = or_(Participant.id.in_(ids), Participant.external_id.in_(external_ids))
    return db.session.scalars(select(Participant).where(Participant.event_id == event.id, known)).all()


def _events_of(user: User, events: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    if user.is_admin:
        return events
    in_pool = (EventEvaluator.event_id == Event.id) & (EventEvaluator.user_id == user.id)
    return events.join(EventEvaluator, in_pool)
