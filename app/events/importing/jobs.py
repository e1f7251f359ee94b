from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from ... import assets
from ...accounts.models import User
from ...database import locked, now
from ...extensions import db
from ...jobs import chore, job
from ..models import Event, Import
from . import actions, progress, queries
from .progress import Problem
from .queries import Prepared
from .table import Table, UnreadableFile

FILES_KEPT = timedelta(days=30)


@job
def apply_import(import_id: int, user_id: int, fingerprint: str) -> None:
    """Nothing happens where it is applied already, or was discarded meanwhile."""
    import_ = db.session.get(Import, import_id)
    if import_ is None or import_.applied_at:
        return
    event_id, file, options = import_.event_id, import_.file, import_.options
    # Ends the transaction: reading a large file takes its time, and must not keep others from writing.
    db.session.rollback()
    try:
        table = queries.stored_table(file, options)
    except UnreadableFile:
        table = None
    progress.tell(import_id, actions.READ)
    prepared = _prepared(import_id, table) if table else None
    locked(Event, event_id)
    import_ = db.session.get(Import, import_id, populate_existing=True)
    if import_ is None or import_.applied_at:
        return
    if table is None:
        import_.result = {"problem": Problem.UNREADABLE}
        return
    by = db.session.get_one(User, user_id)
    actions.apply_import(import_, table, fingerprint, by=by, prepared=prepared)


def _prepared(import_id: int, table: Table) -> Prepared | None:
    """Planning takes its time as well. Without a lock: whatever is written meanwhile is noticed under it."""
    db.session.connection(execution_options={"writes": False})
    import_ = db.session.get(Import, import_id)
    prepared = queries.prepared(import_, table) if import_ else None
    db.session.rollback()
    return prepared


@chore
def remove_old_files() -> int:
    """A list of people is not kept for longer than somebody may want to look at it again."""
    old = db.session.scalars(select(Import).where(Import.created_at < now() - FILES_KEPT, Import.file != "")).all()
    for import_ in old:
        assets.delete(import_.file)
        import_.file = ""
    return len(old)
