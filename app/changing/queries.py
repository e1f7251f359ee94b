from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from ..events.models import Event
from ..extensions import db
from .models import PlanChange


def changes_of(event: Event) -> Sequence[PlanChange]:
    """The latest first."""
    wanted = select(PlanChange).where(PlanChange.event_id == event.id).order_by(PlanChange.id.desc()).limit(100)
    return db.session.scalars(wanted).all()
