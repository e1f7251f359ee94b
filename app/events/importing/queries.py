from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ... import assets
from ...accounts.models import User
from ...database import now
from ...extensions import db
from ...i18n import local_time
from ..kinds import ActivityState
from ..models import Activity, Event, Group, Import, Participant
from .headers import Field
from .mapping import Mapping, decoded, guess
from .plan import Choices, Known, Plan, plan_import
from .reading import read_table
from .results import headers_of, results_of, scorer
from .table import Table, UnreadableFile

MOST_LISTED = 50
HOW = ("delimiter", "encoding", "sheet", "header_row", "decimals")


@dataclass(frozen=True)
class Reading:
    """A stored file, read and understood in the way that was chosen for it; the activities that take results now."""

    table: Table
    mapping: Mapping
    choices: Choices
    activities: Sequence[Activity]

    @property
    def problems(self) -> list[LazyString]:
        return self.mapping.problems(needs_group=not self.choices.group)

    @property
    def lacks_group(self) -> bool:
        """Some row does not say which group it belongs to, or did not when one was chosen for it."""
        columns = self.mapping.columns(Field.GROUP_NAME)
        gaps = (not row.cells[column].strip() for row in self.table.rows for column in columns)
        return bool(self.choices.group) or not columns or any(gaps)


@dataclass(frozen=True)
class ImportRow:
    import_: Import
    user_name: str | None


def import_rows(event: Event) -> list[ImportRow]:
    """The newest imports of an event, each with its job and who brought it."""
    rows = db.session.execute(
        select(Import, User.name)
        .outerjoin(User, User.id == Import.user_id)
        .where(Import.event_id == event.id)
        .options(joinedload(Import.job))
        .order_by(Import.id.desc())
        .limit(MOST_LISTED)
    )
    return [ImportRow(*row) for row in rows]


def stored_table(file: str, options: dict[str, Any]) -> Table:
    """As it was chosen to be read. Raises UnreadableFile."""
    try:
        data = assets.read(file)
    except assets.MissingFile:
        raise UnreadableFile(_("The file is not kept any more. Choose it again.")) from None
    return read_table(data, **{name: options.get(name) or None for name in HOW})


def reading(import_: Import) -> Reading:
    """Raises UnreadableFile."""
    table = stored_table(import_.file, import_.options)
    return understood(table, import_.options, open_activities(import_.event))


def understood(table: Table, options: dict[str, Any], activities: Sequence[Activity]) -> Reading:
    """What is not chosen is guessed, and so is a column whose activity takes results no more."""
    offered = {*Field, *(result for activity in activities for result in results_of(activity))}
    guessed = guess(table, headers_of(activities))
    chosen = {
        index: decoded(options["fields"][header])
        for index, header in enumerate(table.headers)
        if header in options["fields"]
    }
    mapping = guessed.changed({index: meaning for index, meaning in chosen.items() if meaning in offered})
    choices = Choices(**{name: options[name] for name in ("group", "same", "different") if name in options})
    return Reading(table, mapping, choices, activities)


def open_activities(event: Event) -> Sequence[Activity]:
    """Those that take values now."""
    if not event.can_take_scores:
        return []
    return db.session.scalars(
        select(Activity)
        .where(Activity.event_id == event.id, Activity.state == ActivityState.OPEN)
        .order_by(Activity.position, Activity.id)
    ).all()


def plan(event: Event, read: Reading) -> Plan:
    """Against the event as it stands; the reading has no problems."""
    known = known_people(event.id)
    groups = db.session.scalars(select(Group.name).where(Group.event_id == event.id)).all()
    activity_ids = {result.activity_id for result in read.mapping.results}
    return plan_import(
        read.table,
        read.mapping,
        known,
        groups,
        today=local_time(now()).date(),
        choices=read.choices,
        standings=scorer().standings(event, activity_ids) if activity_ids else None,
    )


@dataclass(frozen=True)
class Prepared:
    """A plan, None where the columns have problems, and what it was made of."""

    plan: Plan | None
    revision: int
    options: dict[str, Any]

    def holds_for(self, import_: Import) -> bool:
        """Asked under the lock of the event, which every writer raises the revision of."""
        return (import_.event.revision, import_.options) == (self.revision, self.options)


def prepared(import_: Import, table: Table) -> Prepared:
    event, options = import_.event, import_.options
    revision = event.revision  # Before anything else is read.
    read = understood(table, options, open_activities(event))
    return Prepared(None if read.problems else plan(event, read), revision, options)


def known_people(event_id: int) -> Sequence[Known]:
    rows = db.session.execute(
        select(
            Participant.id,
            Participant.display_name,
            Group.name.label("group_name"),
            Participant.external_id,
            Participant.gender,
            Participant.age,
            Participant.born,
            Participant.extra.label("metadata"),
        )
        .join(Participant.group)
        .where(Participant.event_id == event_id)
        .order_by(Participant.position, Participant.id)
    )
    return [Known(**row) for row in rows.mappings()]
