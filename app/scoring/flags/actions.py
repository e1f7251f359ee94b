"""Somebody doubts a result. Wants the event's row locked, and commits nothing."""

from __future__ import annotations

from ... import assets, audit
from ...accounts.models import User
from ...database import now
from ...events.models import Activity, Event, Participant
from ...events.revisions import touch
from ...extensions import db
from ..scorers import Scorer
from .models import Flag


def raise_flag(
    event: Event, activity: Activity, participant: Participant, text: str, photo: bytes | None, *, by: Scorer
) -> Flag:
    """`photo` as `pictures.shrunk` made it."""
    flag = Flag(
        event_id=event.id,
        activity_id=activity.id,
        participant_id=participant.id,
        text=text,
        photo=assets.put(photo) if photo else None,
        at=now(),
        by_id=by.id,
        by_name=by.name,
    )
    db.session.add(flag)
    db.session.flush()
    payload = {"activity": activity.id, "participant": participant.id, "text": text, "photo": bool(photo)}
    audit.record(event, "flag.raise", by=by, subject=flag, payload=payload)
    touch(event, {activity.id})
    return flag


def answer_flag(event: Event, flag: Flag, answer: str, *, by: User) -> None:
    """Answered once; a later answer stands instead of it."""
    flag.answer, flag.answered_at, flag.answered_by_id, flag.answered_by_name = answer, now(), by.id, by.name
    payload = {"activity": flag.activity_id, "participant": flag.participant_id, "answer": answer}
    audit.record(event, "flag.answer", by=by, subject=flag, payload=payload)
    touch(event, {flag.activity_id})
