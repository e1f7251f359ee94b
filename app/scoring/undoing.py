"""Taking back: one's own last save, and a whole sheet as it stood at a time. Both are saves like all others.

Commits nothing. `save_records` locks the event, and a version that moved meanwhile is a conflict there, so nothing that
a colleague writes in between is lost.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from ..accounts.models import User
from ..events.models import Participant
from ..extensions import db
from .actions import Entry, Outcome, save_records
from .checking import blind
from .models import Record, RecordChange, Source
from .queries import Sheet, changes_on, standings

Plain = list[str | None]

BY_HAND = (Source.HAND, Source.BACK)


class NothingToUndo(Exception):
    """Nothing by this user is left on the sheet that they could take back."""


@dataclass
class ChangedSince(Exception):
    """Somebody else has written after it: `who` on whose row."""

    participant: Participant
    who: str
    at: datetime


class Moved(Exception):
    """It is not any more what the preview showed."""


@dataclass(frozen=True)
class Step:
    """A row that would change, its marks as history writes them."""

    participant: Participant
    version: int
    now: Plain
    then: Plain


def undo_last(sheet: Sheet, *, by: User) -> list[Outcome]:
    """Take back what this user saved last on the sheet, all of it and nothing else. Called again, what came before it.

    Raises NothingToUndo, ChangedSince and NotOpen.
    """
    batch = _last_batch(sheet, by)
    people = {person.id: person for person in sheet.participants}
    later = _later_than(batch)
    entries = []
    for change, participant_id in batch:
        person = people[participant_id]
        for other in later[change.record_id]:
            if other.version > change.version and other.by_id != by.id:
                raise ChangedSince(person, other.by_name, other.at)
        version = max([change.version, *(other.version for other in later[change.record_id])])
        entries.append(Entry(person, sheet.activity, tuple(change.old), version, confirmed=True, undoes=change.id))
    outcomes = save_records(sheet.event, entries, by=by, source=Source.UNDO, all_or_nothing=True)
    for outcome in outcomes:
        if not outcome.verdict.is_fine:
            raise ChangedSince(
                outcome.entry.participant, outcome.standing.by_name, outcome.standing.at or batch[0][0].at
            )
    return outcomes


def steps_back(sheet: Sheet, before: datetime) -> list[Step]:
    """The rows that were different just before this moment."""
    newest: dict[int, RecordChange] = {}
    then: dict[int, Plain] = {}
    for change, participant_id in reversed(open_changes_on(sheet)):
        newest[participant_id] = change
        if change.at < before:
            then[participant_id] = change.new
    empty: Plain = [None] * sheet.activity.mark_count
    return [
        Step(person, newest[person.id].version, newest[person.id].new, then.get(person.id, empty))
        for person in sheet.participants
        if person.id in newest and newest[person.id].new != then.get(person.id, empty)
    ]


def open_changes_on(sheet: Sheet) -> list[tuple[RecordChange, int]]:
    """Newest first; without those of rows whose values are kept from the reader until they have checked them."""
    changes = changes_on(sheet)
    now = standings([sheet.activity], {participant_id for _change, participant_id in changes})
    hidden = {who for (_activity, who), one in now.items() if blind.is_hidden(sheet.activity, one, sheet.reader)}
    return [(change, participant_id) for change, participant_id in changes if participant_id not in hidden]


def fingerprint(steps: Sequence[Step]) -> str:
    """Two previews that would do the same over the same have the same."""
    said = [(step.participant.id, step.version, step.then) for step in steps]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def put_back(sheet: Sheet, before: datetime, seen: str, *, by: User) -> list[Outcome]:
    """The sheet as it stood just before this moment, if that still is what was `seen`. Raises Moved and NotOpen."""
    steps = steps_back(sheet, before)
    if fingerprint(steps) != seen:
        raise Moved
    entries = [
        Entry(step.participant, sheet.activity, tuple(step.then), step.version, confirmed=True) for step in steps
    ]
    outcomes = save_records(sheet.event, entries, by=by, source=Source.BACK, all_or_nothing=True) if entries else []
    if not all(outcome.verdict.is_fine for outcome in outcomes):
        raise Moved
    return outcomes


def _last_batch(sheet: Sheet, by: User) -> list[tuple[RecordChange, int]]:
    """What was saved at once, each with whose row it is on."""
    undone = aliased(RecordChange)
    mine = (
        select(RecordChange, Record.participant_id)
        .join(Record, Record.id == RecordChange.record_id)
        .where(
            Record.activity_id == sheet.activity.id,
            Record.participant_id.in_([person.id for person in sheet.participants]),
            RecordChange.by_id == by.id,
            RecordChange.source.in_(BY_HAND),
            ~exists().where(undone.undoes == RecordChange.id),
        )
    )
    last = db.session.execute(mine.order_by(RecordChange.at.desc(), RecordChange.id.desc()).limit(1)).first()
    if last is None:
        raise NothingToUndo
    return [(change, person_id) for change, person_id in db.session.execute(mine.where(RecordChange.at == last[0].at))]


def _later_than(batch: Sequence[tuple[RecordChange, int]]) -> defaultdict[int, list[RecordChange]]:
    """All that came after, by record."""
    found: defaultdict[int, list[RecordChange]] = defaultdict(list)
    first = {change.record_id: change.version for change, _person_id in batch}
    for change in db.session.scalars(select(RecordChange).where(RecordChange.record_id.in_(first))):
        if change.version > first[change.record_id]:
            found[change.record_id].append(change)
    return found
