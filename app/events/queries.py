from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from ..accounts.models import User
from ..extensions import db
from .kinds import EventStatus, Visibility
from .models import Event, EventEvaluator, Group, GroupEvaluator, Participant


def is_in_pool(event: Event, user: User) -> bool:
    return db.session.get(EventEvaluator, (event.id, user.id)) is not None


def events_for(user: User) -> Sequence[Event]:
    """Newest first: an admin sees all, an evaluator those whose pool they are in."""
    return db.session.scalars(_events_of(user)).all()


def events_page(user: User, *, limit: int, offset: int) -> tuple[Sequence[Event], int]:
    """Some of the same events, and how many there are in all."""
    events = _events_of(user)
    total = db.session.scalar(select(func.count()).select_from(events.order_by(None).subquery())) or 0
    return db.session.scalars(events.limit(limit).offset(offset)).all(), total


def event_with_own_group(event_id: int, user: User) -> tuple[Event, int | None] | None:
    """The event if it is the user's to see, and the id of the group that they score in it."""
    assigned = (GroupEvaluator.event_id == Event.id) & (GroupEvaluator.user_id == user.id)
    events = _events_of(user).add_columns(GroupEvaluator.group_id).outerjoin(GroupEvaluator, assigned)
    row = db.session.execute(events.where(Event.id == event_id)).one_or_none()
    return (row[0], row[1]) if row else None


def participants_page(
    event: Event, group_ids: Collection[int] | None, *, limit: int, offset: int
) -> tuple[Sequence[Participant], int]:
    """Some of an event's people, or of these groups', with their groups; and how many there are in all."""
    people = select(Participant).where(Participant.event_id == event.id)
    if group_ids is not None:
        people = people.where(Participant.group_id.in_(group_ids))
    total = db.session.scalar(select(func.count()).select_from(people.subquery())) or 0
    page = (
        people.join(Participant.group)
        .options(joinedload(Participant.group))
        .order_by(Group.position, Group.id, Participant.position, Participant.id)
        .limit(limit)
        .offset(offset)
    )
    return db.session.scalars(page).all(), total


def participants_known_as(event: Event, ids: Collection[int], external_ids: Collection[str]) -> Sequence[Participant]:
    return db.session.scalars(
        select(Participant).where(
            Participant.event_id == event.id,
            or_(Participant.id.in_(ids), Participant.external_id.in_(external_ids)),
        )
    ).all()


def public_events() -> Sequence[Event]:
    """What everybody may watch, newest first: public and past the drafting."""
    return db.session.scalars(
        select(Event)
        .where(Event.visibility == Visibility.PUBLIC, Event.status != EventStatus.DRAFT)
        .order_by(Event.starts_on.desc(), Event.id.desc())
    ).all()


def _events_of(user: User) -> Select[Event]:
    events = select(Event).order_by(Event.starts_on.desc(), Event.id.desc())
    if user.is_admin:
        return events
    in_pool = (EventEvaluator.event_id == Event.id) & (EventEvaluator.user_id == user.id)
    return events.join(EventEvaluator, in_pool)
