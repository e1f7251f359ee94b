"""Judges' links: made and revoked by admins, opened by whoever has one.

Wants the event's row locked, and commits nothing.
"""

from __future__ import annotations

from datetime import datetime

from ... import audit
from ...accounts.models import User
from ...accounts.tokens import new_token, token_hash
from ...database import now
from ...events.models import Activity, Event, Group
from ...extensions import db
from ..scorers import Judge
from .models import JudgeLink


def make_link(
    event: Event, group: Group, activity: Activity | None, expires_at: datetime, *, by: User
) -> tuple[JudgeLink, str]:
    """The link and its token, which cannot be shown again."""
    token = new_token()
    link = JudgeLink(
        event_id=event.id,
        group_id=group.id,
        activity_id=activity.id if activity else None,
        token_hash=token_hash(token),
        made_at=now(),
        expires_at=expires_at,
        group=group,
        activity=activity,
    )
    db.session.add(link)
    db.session.flush()
    payload = {"group_id": group.id, "expires_at": expires_at.isoformat()}
    payload |= {"activity": activity.id} if activity else {}
    audit.record(event, "judge_link.make", by=by, subject=link, payload=payload)
    return link, token


def revoke_link(event: Event, link: JudgeLink, *, by: User) -> None:
    """Whoever came through it is out at once. What they wrote stays."""
    if link.revoked_at is None:
        link.revoked_at = now()
        audit.record(event, "judge_link.revoke", by=by, subject=link, payload={"group_id": link.group_id})


def open_link(event: Event, link: JudgeLink, name: str) -> Judge:
    """Somebody came through it and said who they are."""
    judge = Judge(link.id, name, link.group_id, link.activity_id)
    link.used_at, link.used_by = now(), name
    audit.record(event, "judge_link.open", by=judge, subject=link, payload={"group_id": link.group_id, "name": name})
    return judge
