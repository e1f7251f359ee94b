from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from ...events.models import Activity, Event, Participant
from ...extensions import db
from .models import Flag


def open_counts(group_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """How many flags wait for an answer, by group and activity."""
    counted = (
        select(Participant.group_id, Flag.activity_id, func.count())
        .join(Participant, Participant.id == Flag.participant_id)
        .where(Participant.group_id.in_(group_ids), Flag.answered_at.is_(None))
        .group_by(Participant.group_id, Flag.activity_id)
    )
    return {(group_id, activity_id): count for group_id, activity_id, count in db.session.execute(counted)}


def open_in(activities: Collection[Activity]) -> dict[int, int]:
    """How many flags wait for an answer, by activity."""
    ids = [activity.id for activity in activities]
    counted = select(Flag.activity_id, func.count()).where(Flag.activity_id.in_(ids), Flag.answered_at.is_(None))
    return dict(db.session.execute(counted.group_by(Flag.activity_id)).all())


def flags_of(event: Event) -> Sequence[Flag]:
    """Those that wait for an answer first, then the newest."""
    return db.session.scalars(
        select(Flag)
        .where(Flag.event_id == event.id)
        .options(joinedload(Flag.activity), joinedload(Flag.participant).joinedload(Participant.group))
        .order_by(Flag.answered_at.is_not(None), Flag.id.desc())
    ).all()


def flags_on(participant_id: int, activity_id: int) -> Sequence[Flag]:
    wanted = select(Flag).where(Flag.participant_id == participant_id, Flag.activity_id == activity_id)
    return db.session.scalars(wanted.order_by(Flag.id.desc())).all()


def flagged_people(activity: Activity) -> set[int]:
    """The ids of those whose result in it is flagged and waits for an answer."""
    wanted = select(Flag.participant_id).where(Flag.activity_id == activity.id, Flag.answered_at.is_(None))
    return set(db.session.scalars(wanted))
