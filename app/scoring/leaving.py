"""What scoring keeps of somebody who goes, and what they may take along."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select, update

from ..accounts.models import User
from ..accounts.people import leaving, personal
from ..accounts.people.personal import Rows
from ..extensions import db
from .checking.models import SecondEntry
from .flags.models import Flag
from .models import Record, RecordChange


def init_app(_app: Flask) -> None:
    """The rules below are known once this module is loaded."""


def forget_name(user: User) -> None:
    """The values stay. Whose they were is known by an id that leads nowhere any more."""
    for kept, whose, name in (
        (Record, "updated_by_id", "updated_by_name"),
        (Record, "checked_by_id", "checked_by_name"),
        (RecordChange, "by_id", "by_name"),
        (SecondEntry, "by_id", "by_name"),
        (Flag, "by_id", "by_name"),
        (Flag, "answered_by_id", "answered_by_name"),
    ):
        theirs = update(kept).where(getattr(kept, whose) == user.id).values({whose: None, name: ""})
        db.session.execute(theirs.execution_options(synchronize_session=False))


leaving.when_deleted.append(forget_name)


@personal.source("values")
def _values(user: User) -> Rows:
    found = db.session.execute(
        select(
            RecordChange.at,
            Record.participant_id.label("participant"),
            Record.activity_id.label("activity"),
            RecordChange.old,
            RecordChange.new,
            RecordChange.source,
        )
        .join(Record, Record.id == RecordChange.record_id)
        .where(RecordChange.by_id == user.id)
        .order_by(RecordChange.id)
    )
    return (dict(row) for row in found.mappings())
