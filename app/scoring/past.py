"""What stood at a moment, by the history of the values: exact, for a total is made of the marks of then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, or_, select

from ..audit.models import AuditEntry
from ..events.kinds import Checking
from ..events.models import Activity, Event
from ..extensions import db
from .checking.queries import marks_from
from .formulas import total
from .models import Record, RecordChange
from .values import Value

Pair = tuple[int, int]
"""An activity's and a participant's id."""
Moments = Mapping[int, datetime]
"""By an activity's id."""


@dataclass(frozen=True)
class Past:
    """How the moment differs from now. `values` are of those who have another since, None where they had none, each
    with whether it was checked; `unchecked` are those whose value is the same, and was checked only afterwards."""

    values: dict[Pair, tuple[Value | None, bool]] = field(default_factory=dict)
    unchecked: set[Pair] = field(default_factory=set)


def differences(event: Event, moments: Moments) -> Past:
    """Three statements at most, none without a moment."""
    if not moments:
        return Past()
    records = db.session.execute(
        select(Record.activity_id, Record.participant_id, Record.updated_at).where(
            or_(
                *(
                    and_(Record.activity_id == activity, or_(Record.updated_at > at, Record.checked_at > at))
                    for activity, at in moments.items()
                )
            )
        )
    ).all()
    past = Past()
    for activity_id, person, updated_at in records:
        if updated_at > moments[activity_id]:
            past.values[activity_id, person] = None, False
        else:
            past.unchecked.add((activity_id, person))
    if past.values:
        past.values.update(_rewritten(event, moments))
    return past


def marks_then(activity: Activity, participant_id: int, at: datetime) -> tuple[Value | None, ...] | None:
    """The marks of a value at a moment; None where they are the same now."""
    changes = db.session.execute(
        select(RecordChange.new, RecordChange.at)
        .join(Record, Record.id == RecordChange.record_id)
        .where(Record.activity_id == activity.id, Record.participant_id == participant_id, Record.updated_at > at)
        .order_by(RecordChange.version)
    ).all()
    if not changes:
        return None
    then = [plain for plain, changed_at in changes if changed_at <= at]
    return marks_from(then[-1] if then else [], activity)


def _rewritten(event: Event, moments: Moments) -> dict[Pair, tuple[Value | None, bool]]:
    """The last value of then of each record that has had another one before and after."""
    activities = {activity.id: activity for activity in event.activities}
    changes = db.session.execute(
        select(Record.activity_id, Record.participant_id, RecordChange.version, RecordChange.new)
        .join(Record, Record.id == RecordChange.record_id)
        .where(
            or_(
                *(
                    and_(Record.activity_id == activity, Record.updated_at > at, RecordChange.at <= at)
                    for activity, at in moments.items()
                )
            )
        )
        .order_by(RecordChange.version)
    )
    last = {(activity, person): (version, plain) for activity, person, version, plain in changes}
    checked = _checked(event, moments)
    found = {}
    for (activity_id, person), (version, plain) in last.items():
        activity = activities[activity_id]
        value = total(marks_from(plain, activity), activity.marking)
        found[activity_id, person] = value, (activity_id, person, version) in checked
    return found


def _checked(event: Event, moments: Moments) -> set[tuple[int, int, int]]:
    """Activity, participant and version of what had been checked by then, as the log has it."""
    if all(activity.checking is Checking.OFF for activity in event.activities if activity.id in moments):
        return set()
    entries = db.session.execute(
        select(AuditEntry.subject_id, AuditEntry.at, AuditEntry.payload).where(
            AuditEntry.event_id == event.id,
            AuditEntry.action == "records.check",
            AuditEntry.subject_id.in_(moments),
        )
    )
    return {
        (activity_id, check["participant"], check["version"])
        for activity_id, at, payload in entries
        if at <= moments[activity_id]
        for check in (payload or {}).get("checks", [])
        if check["agreed"]
    }
