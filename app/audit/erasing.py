"""Taking a person's data out of the log. Only the values go: the rows, and what chains them, stay and still verify."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import and_, null, or_, update

from ..extensions import db
from .models import AuditEntry

OWN = ("session.", "token.", "identity.", "invitation.accept", "second_step.")
"""What people do about themselves: the values of these tell of whoever did it."""


def erase(kind: str, ids: Collection[int]) -> None:
    """The values of all that was done to these rows. The caller commits."""
    _erase(and_(AuditEntry.subject_kind == kind, AuditEntry.subject_id.in_(ids)))


def erase_person(user_id: int, *, but: str) -> None:
    """The values of all that was done to somebody, and of what they did about themselves; `but` is the action that
    says why."""
    about = and_(AuditEntry.subject_kind == "users", AuditEntry.subject_id == user_id)
    own = and_(AuditEntry.actor_id == user_id, or_(*(AuditEntry.action.startswith(start) for start in OWN)))
    _erase(and_(or_(about, own), AuditEntry.action != but))


def _erase(which: object) -> None:
    # SQL's NULL, not JSON's: an entry without values is one whose values were erased.
    erased = update(AuditEntry).where(which).values(payload=null())  # type: ignore[arg-type]
    db.session.flush()
    db.session.execute(erased.execution_options(synchronize_session=False))
