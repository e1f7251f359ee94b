"""Which sheets somebody may see and score."""

from __future__ import annotations

from flask import abort

from ..accounts.access import me
from . import queries
from .queries import Sheet


def sheet_to_score(group_id: int, activity_id: int) -> Sheet:
    """404 for a sheet that is not the reader's: admins may open any, evaluators those of their own group.

    Whether the event and the activity take values now is for `save_records` to say, under its lock.
    """
    return queries.sheet_of(group_id, activity_id, me()) or abort(404)
