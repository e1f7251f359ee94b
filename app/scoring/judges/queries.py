from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from ...database import now
from ...events.kinds import EventStatus
from ...events.models import Activity, Event
from ...extensions import db
from .models import JudgeLink


def live_link(link_id: int) -> JudgeLink | None:
    return db.session.scalar(_live().where(JudgeLink.id == link_id))


def link_with(token_hash: str) -> JudgeLink | None:
    return db.session.scalar(_live().where(JudgeLink.token_hash == token_hash))


def _live() -> Select[JudgeLink]:
    """With its event and group: neither expired nor revoked, and of an event that takes scores."""
    return (
        select(JudgeLink)
        .join(JudgeLink.event)
        .where(JudgeLink.revoked_at.is_(None), JudgeLink.expires_at > now(), Event.status == EventStatus.ACTIVE)
        .options(contains_eager(JudgeLink.event), joinedload(JudgeLink.group))
    )


def links_of(event: Event) -> Sequence[JudgeLink]:
    """Those that may still open something, the newest first."""
    return db.session.scalars(
        select(JudgeLink)
        .where(JudgeLink.event_id == event.id, JudgeLink.revoked_at.is_(None))
        .options(joinedload(JudgeLink.group), joinedload(JudgeLink.activity))
        .order_by(JudgeLink.id.desc())
    ).all()


def activities_of(link: JudgeLink) -> Sequence[Activity]:
    """What may be scored through it, in the event's order."""
    wanted = select(Activity).where(Activity.event_id == link.event_id)
    if link.activity_id is not None:
        wanted = wanted.where(Activity.id == link.activity_id)
    return db.session.scalars(wanted.order_by(Activity.position, Activity.id)).all()
