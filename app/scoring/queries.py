from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import selectinload

from ..events.kinds import Checking, EventStatus
from ..events.models import Activity, Event, Group, GroupEvaluator, Participant
from ..events.queries import is_staying
from ..extensions import db
from .flags import queries as flags
from .models import Mark, Record, RecordChange, value_of
from .scorers import Judge
from .values import Value

if TYPE_CHECKING:
    from ..accounts.models import User
    from .scorers import Scorer


@dataclass(frozen=True)
class Standing:
    """What stands for a participant in an activity now. Version 0: nobody has written anything yet.

    `checked_by` is who has typed the same: a name, or nothing where that account is gone.
    """

    marks: tuple[Value | None, ...]
    value: Value | None = None
    record_id: int | None = None
    version: int = 0
    at: datetime | None = None
    by_id: int | None = None
    by_name: str = ""
    by_link_id: int | None = None
    is_checked: bool = False
    checked_by_id: int | None = None
    checked_by: str = ""


@dataclass(frozen=True)
class Sheet:
    """A group and an activity with the group's participants in their order."""

    event: Event
    group: Group
    activity: Activity
    participants: tuple[Participant, ...]
    reader: Scorer


@dataclass(frozen=True)
class SheetProgress:
    group: Group
    activity: Activity
    done: int
    people: int
    checked: int = 0
    flagged: int = 0

    @property
    def is_checkable(self) -> bool:
        return self.activity.checking is not Checking.OFF

    @property
    def unchecked(self) -> int:
        """Of a sheet whose values are checked at all."""
        return self.done - self.checked if self.is_checkable else 0


def is_written() -> ColumnElement[bool]:
    """Of a mark."""
    return Mark.amount.is_not(None) | Mark.status.is_not(None)


# Columns, for a sheet is read with every save, and rows would cost twice as much.
HEAD = (
    Record.id,
    Record.activity_id,
    Record.participant_id,
    Record.amount.label("total"),
    Record.status.label("total_status"),
    Record.ties,
    Record.version,
    Record.updated_at,
    Record.updated_by_id,
    Record.updated_by_name,
    Record.updated_by_link_id,
    Record.checked_by_id,
    Record.checked_by_name,
    Record.checked_at,
)


def nothing_yet(activity: Activity) -> Standing:
    return Standing(marks=(None,) * activity.mark_count)


def standings(activities: Collection[Activity], participant_ids: Collection[int]) -> dict[tuple[int, int], Standing]:
    """What stands, by (activity id, participant id); one statement. Pairs without a record are not in it."""
    by_id = {activity.id: activity for activity in activities}
    rows = db.session.execute(
        select(*HEAD, Mark.position, Mark.amount, Mark.status)
        .outerjoin(Mark, Mark.record_id == Record.id)
        .where(Record.activity_id.in_(by_id), Record.participant_id.in_(participant_ids))
    )
    heads: dict[int, Any] = {}
    marks: defaultdict[int, dict[int, Value | None]] = defaultdict(dict)
    for row in rows:
        heads[row.id] = row
        marks[row.id][row.position] = value_of(row.amount, row.status)
    return {
        (head.activity_id, head.participant_id): Standing(
            marks=tuple(map(marks[record_id].get, range(1, by_id[head.activity_id].mark_count + 1))),
            value=value_of(head.total, head.total_status, head.ties),
            record_id=record_id,
            version=head.version,
            at=head.updated_at,
            by_id=head.updated_by_id,
            by_name=head.updated_by_name,
            by_link_id=head.updated_by_link_id,
            is_checked=head.checked_at is not None,
            checked_by_id=head.checked_by_id,
            checked_by=head.checked_by_name,
        )
        for record_id, head in heads.items()
    }


def sheet_of(group_id: int, activity_id: int, reader: Scorer) -> Sheet | None:
    """The sheet if this reader may see it: admins all, evaluators those of their own group, judges those of their
    link; one statement.

    Who has withdrawn is on it where something is written for them.
    """
    recorded = exists().where(
        Record.participant_id == Participant.id,
        Record.activity_id == activity_id,
        Record.marks.any(is_written()),
    )
    wanted = (
        select(Event, Group, Activity, Participant)
        .join(Group, Group.event_id == Event.id)
        .join(Activity, Activity.event_id == Event.id)
        .outerjoin(Participant, (Participant.group_id == Group.id) & (is_staying() | recorded))
        .where(Group.id == group_id, Activity.id == activity_id)
        .order_by(Participant.position, Participant.id)
    )
    if isinstance(reader, Judge):
        if group_id != reader.group_id or reader.activity_id not in (None, activity_id):
            return None
    elif not reader.is_admin:
        assigned = (GroupEvaluator.group_id == Group.id) & (GroupEvaluator.user_id == reader.id)
        wanted = wanted.join(GroupEvaluator, assigned)
    rows = db.session.execute(wanted).all()
    if not rows:
        return None
    event, group, activity, _first = rows[0]
    return Sheet(event, group, activity, tuple(row[3] for row in rows if row[3] is not None), reader)


def sheet_groups(user: User) -> Sequence[Group]:
    """The groups of running events that somebody may score: an admin all, an evaluator their own."""
    groups = (
        select(Group)
        .join(Group.event)
        .where(Event.status == EventStatus.ACTIVE)
        .options(selectinload(Group.event).selectinload(Event.activities))
        .order_by(Event.starts_on.desc(), Event.id, Group.position, Group.id)
    )
    if not user.is_admin:
        assigned = (GroupEvaluator.group_id == Group.id) & (GroupEvaluator.user_id == user.id)
        groups = groups.join(GroupEvaluator, assigned)
    return db.session.scalars(groups).all()


def progress_of(groups: Iterable[Group]) -> list[SheetProgress]:
    """How far each sheet of the groups is; three statements whatever their number."""
    groups = list(groups)
    ids = [group.id for group in groups]
    counted = select(Participant.group_id, func.count()).where(Participant.group_id.in_(ids), is_staying())
    people: dict[int, int] = dict(db.session.execute(counted.group_by(Participant.group_id)).all())
    recorded = (
        select(Participant.group_id, Record.activity_id, func.count(), func.count(Record.checked_at))
        .join(Record, Record.participant_id == Participant.id)
        .where(Participant.group_id.in_(ids), is_staying(), Record.amount.is_not(None) | Record.status.is_not(None))
        .group_by(Participant.group_id, Record.activity_id)
    )
    written = {(row[0], row[1]): (row[2], row[3]) for row in db.session.execute(recorded)}
    flagged = flags.open_counts(ids)
    found = []
    for group, activity in [(one, activity) for one in groups for activity in one.event.activities]:
        key = group.id, activity.id
        done, checked = written.get(key, (0, 0))
        found.append(SheetProgress(group, activity, done, people.get(group.id, 0), checked, flagged.get(key, 0)))
    return found


def changes_on(sheet: Sheet) -> list[tuple[RecordChange, int]]:
    """All changes of the sheet's people, newest first, each with whose row it is on; one statement."""
    changes = (
        select(RecordChange, Record.participant_id)
        .join(Record, Record.id == RecordChange.record_id)
        .where(
            Record.activity_id == sheet.activity.id,
            Record.participant_id.in_([person.id for person in sheet.participants]),
        )
        .order_by(RecordChange.at.desc(), RecordChange.id.desc())
    )
    return [(change, participant_id) for change, participant_id in db.session.execute(changes)]


def history_of(participant_id: int, activity_id: int) -> Sequence[RecordChange]:
    """Newest first."""
    return db.session.scalars(
        select(RecordChange)
        .join(Record, Record.id == RecordChange.record_id)
        .where(Record.participant_id == participant_id, Record.activity_id == activity_id)
        .order_by(RecordChange.version.desc())
    ).all()


def missing_in(group: Group) -> list[tuple[Activity, list[Participant]]]:
    """By activity, who of the group has no value yet; one statement."""
    recorded = exists().where(
        Record.participant_id == Participant.id,
        Record.activity_id == Activity.id,
        Record.amount.is_not(None) | Record.status.is_not(None),
    )
    wanted = (
        select(Activity, Participant)
        .join(Participant, Participant.event_id == Activity.event_id)
        .where(Participant.group_id == group.id, is_staying(), ~recorded)
        .order_by(Activity.position, Activity.id, Participant.position, Participant.id)
    )
    found: dict[Activity, list[Participant]] = {}
    for activity, participant in db.session.execute(wanted):
        found.setdefault(activity, []).append(participant)
    return list(found.items())
