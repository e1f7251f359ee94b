"""Which imports somebody may see or change: an admin those of every event; the endpoints let only admins in."""

from __future__ import annotations

from flask import abort
from sqlalchemy.orm import joinedload

from ...extensions import db
from ..access import event_to_change
from ..models import Import


def import_to_manage(import_id: int) -> Import:
    parts = [joinedload(Import.event), joinedload(Import.job)]
    return db.session.get(Import, import_id, options=parts, populate_existing=True) or abort(404)


def import_to_change(import_id: int) -> Import:
    """As it is with its event locked; 409 where the event is archived."""
    event_to_change(import_to_manage(import_id).event_id)
    return import_to_manage(import_id)
