from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from ..extensions import Model, db
from .models import AuditEntry


def entries_about(event_id: int, row: Model, *, most: int) -> Sequence[AuditEntry]:
    """The latest of what was done to this row of an event, newest first."""
    return db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.event_id == event_id, AuditEntry.subject_kind == row.__tablename__)
        .where(AuditEntry.subject_id == getattr(row, "id", None))
        .order_by(AuditEntry.sequence.desc())
        .limit(most)
    ).all()
