from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ... import assets
from ...accounts.models import User
from ...database import now
from ...extensions import db
from ...i18n import local_time
from ..models import Event, Group, Import, Participant
from .mapping import Field, Mapping, guess
from .plan import Known, Plan, plan_import
from .reading import read_table
from .table import Table, UnreadableFile

MOST_LISTED = 50


@dataclass(frozen=True)
class Reading:
    """A stored file, read and understood in the way that was chosen for it."""

    table: Table
    mapping: Mapping


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


def table_of(import_: Import, *, encoding: str, delimiter: str) -> Table:
    """Raises UnreadableFile."""
    try:
        data = assets.read(import_.file)
    except assets.MissingFile:
        raise UnreadableFile(_("The file is not kept any more. Choose it again.")) from None
    return read_table(data, encoding=encoding, delimiter=delimiter)


def reading(import_: Import) -> Reading:
    """Raises UnreadableFile."""
    options = import_.options
    table = table_of(import_, encoding=options["encoding"], delimiter=options["delimiter"])
    chosen = {
        index: Field(options["fields"][header])
        for index, header in enumerate(table.headers)
        if header in options["fields"]
    }
    return Reading(table, guess(table).changed(chosen))


def plan(import_: Import, read: Reading) -> Plan:
    """Against the event as it stands; the mapping has no problems."""
    known = known_people(import_.event_id)
    groups = db.session.scalars(select(Group.name).where(Group.event_id == import_.event_id)).all()
    return plan_import(read.table, read.mapping, known, groups, today=local_time(now()).date())


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
