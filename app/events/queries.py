from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from ..accounts.models import User
from ..extensions import db
from .kinds import EventStatus, Visibility
from .models import Event, EventEvaluator


def is_in_pool(event: Event, user: User) -> bool:
    return db.session.get(EventEvaluator, (event.id, user.id)) is not None


def events_for(user: User) -> Sequence[Event]:
    """Newest first: an admin sees all, an evaluator those whose pool they are in."""
    events = select(Event).order_by(Event.starts_on.desc(), Event.id.desc())
    if not user.is_admin:
        events = events.join(EventEvaluator, EventEvaluator.event_id == Event.id).where(
            EventEvaluator.user_id == user.id
        )
    return db.session.scalars(events).all()


def public_events() -> Sequence[Event]:
    """What everybody may watch, newest first: public and past the drafting."""
    return db.session.scalars(
        select(Event)
        .where(Event.visibility == Visibility.PUBLIC, Event.status != EventStatus.DRAFT)
        .order_by(Event.starts_on.desc(), Event.id.desc())
    ).all()
