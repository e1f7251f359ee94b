"""Printing sheets. Commits nothing; wants the event's row locked."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from .. import audit
from ..accounts.models import User
from ..database import now
from ..events.models import Activity, Event, Group, Participant
from ..events.queries import is_staying
from ..extensions import db
from . import layout as paper
from .layout import DoesNotFit, Person
from .models import PaperSheet

MOST = 300
"""How many sheets are printed at once."""


class TooMany(ValueError):
    pass


def make_sheets(
    event: Event, groups: Sequence[Group], activities: Sequence[Activity], *, size: str, by: User
) -> list[PaperSheet]:
    """One for each group and activity, group by group. Raises TooMany, and DoesNotFit with the activity's name."""
    if len(groups) * len(activities) > MOST:
        raise TooMany
    people = _people(event)
    versions = _versions(event)
    made = []
    for group in groups:
        for activity in activities:
            version = versions.get((group.id, activity.id), 0) + 1
            sheet = PaperSheet(
                event_id=event.id,
                group_id=group.id,
                activity_id=activity.id,
                version=version,
                layout={},
                made_at=now(),
            )
            db.session.add(sheet)
            db.session.flush()
            marking = activity.marking
            pattern = paper.pattern_of(activity.mark_type, activity.low, activity.high, activity.decimal_places)
            code = f"L{sheet.id}.{{page}}.{version}"
            try:
                found = paper.layout(people.get(group.id, []), marking.count, pattern, code, paper=size)
            except DoesNotFit:
                raise DoesNotFit(activity.name) from None
            sheet.layout = found.to_json()
            made.append(sheet)
    payload = {"sheets": len(made), "groups": len(groups), "activities": len(activities)}
    audit.record(event, "paper.print", by=by, payload=payload)
    db.session.flush()
    return made


def _people(event: Event) -> dict[int, list[Person]]:
    wanted = select(Participant).where(Participant.event_id == event.id, is_staying())
    found: dict[int, list[Person]] = {}
    for person in db.session.scalars(wanted.order_by(Participant.position, Participant.id)):
        found.setdefault(person.group_id, []).append(Person(person.id, person.display_name, person.external_id or ""))
    return found


def _versions(event: Event) -> dict[tuple[int, int], int]:
    rows = db.session.execute(
        select(PaperSheet.group_id, PaperSheet.activity_id, func.max(PaperSheet.version))
        .where(PaperSheet.event_id == event.id)
        .group_by(PaperSheet.group_id, PaperSheet.activity_id)
    )
    return {(group, activity): version for group, activity, version in rows}
