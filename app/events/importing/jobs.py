from __future__ import annotations

from ...accounts.models import User
from ...database import locked
from ...extensions import db
from ...jobs import job
from ..models import Event, Import
from . import actions


@job
def apply_import(import_id: int, user_id: int, fingerprint: str) -> None:
    """Nothing happens where it is applied already, or was discarded meanwhile."""
    import_ = db.session.get(Import, import_id)
    if import_ is None:
        return
    locked(Event, import_.event_id)
    import_ = db.session.get(Import, import_id, populate_existing=True)
    if import_ is None or import_.applied_at:
        return
    actions.apply_import(import_, fingerprint, by=db.session.get(User, user_id))
