from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from .. import assets
from ..accounts.models import User
from ..database import locked, now
from ..extensions import db
from ..jobs import chore, job
from .actions import bring_in
from .archive import Damaged, unpacked
from .models import BundleImport
from .reading import contents_of

FILES_KEPT = timedelta(days=7)


@job
def import_bundle(import_id: int, user_id: int, invite: bool, language: str) -> None:
    """All of it or nothing. Nothing happens where it is there already, or was discarded meanwhile."""
    import_ = db.session.get(BundleImport, import_id)
    if import_ is None or import_.event_id:
        return
    file = import_.file
    # Ends the transaction: reading a large file takes its time, and must not keep others from writing.
    db.session.rollback()
    try:
        bundle = unpacked(assets.read(file))
        contents = contents_of(bundle)
        import_ = locked(BundleImport, import_id)
        by = db.session.get_one(User, user_id)
        bring_in(import_, bundle, contents, invite=invite, language=language, by=by)
        db.session.flush()
    except (Damaged, assets.MissingFile, DBAPIError) as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        db.session.rollback()
        locked(BundleImport, import_id).refused = True


@chore
def remove_old_bundles() -> int:
    """What somebody looked at and never brought in is full of people, and is not kept for long."""
    old = select(BundleImport).where(BundleImport.created_at < now() - FILES_KEPT, BundleImport.event_id.is_(None))
    found = db.session.scalars(old).all()
    for import_ in found:
        assets.delete_after_commit(import_.file)
        db.session.delete(import_)
    return len(found)
