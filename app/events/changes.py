"""How a change of an event is written: its rows, then the log, then the revisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel.speaklater import LazyString
from sqlalchemy import func, select

from .. import audit
from ..accounts.models import User
from ..extensions import Model, db
from .models import Activity, Event, Group, Participant
from .revisions import touch


class Refused(Exception):
    """It cannot be done now; the message says why, for people."""

    def __init__(self, message: LazyString) -> None:
        super().__init__("refused")
        self.message = message


def note(event: Event, action: str, by: User, subject: Model, payload: dict[str, Any]) -> None:
    """Log what was done and raise the revisions, once its rows have their ids."""
    db.session.flush()
    audit.record(event, action, by=by, subject=subject, payload=payload)
    touch(event)


def change(event: Event, action: str, by: User, row: Model, values: Mapping[str, Any]) -> None:
    """Write what is new in these values; where nothing is, nothing happened."""
    old = {name: getattr(row, name) for name, value in values.items() if getattr(row, name) != value}
    if not old:
        return
    new = {name: values[name] for name in old}
    for name, value in new.items():
        setattr(row, name, value)
    note(event, action, by, row, {"old": plain(old), "new": plain(new)})


def remove(event: Event, action: str, by: User, row: Model, payload: dict[str, Any]) -> None:
    db.session.delete(row)
    note(event, action, by, row, payload)


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON can hold it; the folded name says nothing that the name does not."""
    return {name: _plain(value) for name, value in values.items() if name != "name_key"}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value


def last_position(event: Event, model: type[Group] | type[Activity] | type[Participant]) -> int:
    return db.session.scalar(select(func.max(model.position)).where(model.event_id == event.id)) or 0


def put_at(rows: Sequence[Group] | Sequence[Activity], moved: Group | Activity, place: int) -> None:
    """Move one to this place, counted from 1, and number them all anew; beyond an end is that end."""
    order: list[Group | Activity] = [row for row in rows if row is not moved]
    order.insert(max(place - 1, 0), moved)
    for position, row in enumerate(order, start=1):
        row.position = position
