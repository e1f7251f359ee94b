from __future__ import annotations

from flask import abort

from ..database import locked
from ..extensions import db
from .models import BundleImport


def bundle_to_manage(bundle_id: int) -> BundleImport:
    """For an admin's pages; the endpoint itself lets only admins in."""
    return db.session.get(BundleImport, bundle_id) or abort(404)


def bundle_to_change(bundle_id: int) -> BundleImport:
    """Locked; 409 once the event is made of it."""
    bundle_to_manage(bundle_id)
    import_ = locked(BundleImport, bundle_id)
    return import_ if import_.event_id is None else abort(409)
