"""Values that come in with a file of people, saved as all others are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

from flask import Flask
from sqlalchemy import select

from ..accounts.models import User
from ..events.importing.cells import InvalidCell
from ..events.importing.results import ImportedResult, Standings, register
from ..events.models import Activity, Event, Participant
from ..extensions import db
from .actions import Entry, save_records
from .models import Record, Source
from .values import InvalidValue, Value, parse, show

Part = TypeVar("Part", Participant, Activity)


def init_app(_app: Flask) -> None:
    register(FileScorer())


class FileScorer:
    def standings(self, event: Event, activity_ids: Collection[int]) -> Standings:
        return FileStandings(event, activity_ids)

    def save(self, event: Event, results: Sequence[ImportedResult], *, by: User) -> None:
        wanted = {result.participant_id for result in results}
        people = _by_id(Participant, event)
        activities = _by_id(Activity, event)
        missing = wanted - people.keys()
        if missing:
            raise LookupError(f"results for people who are not there: {sorted(missing)[:5]}")
        entries = [
            Entry(people[result.participant_id], activities[result.activity_id], (result.text,)) for result in results
        ]
        outcomes = save_records(event, entries, by=by, source=Source.IMPORT, all_or_nothing=True)
        if not all(outcome.verdict.is_fine for outcome in outcomes):
            raise ValueError("a value that was read before is refused now")


class FileStandings:
    """Of activities of an event that take one value a person."""

    def __init__(self, event: Event, activity_ids: Collection[int]) -> None:
        activities = select(Activity).where(Activity.event_id == event.id, Activity.id.in_(activity_ids))
        self.kinds = {activity.id: activity.mark_type for activity in db.session.scalars(activities)}
        records = select(Record.activity_id, Record.participant_id, Record.amount, Record.status).where(
            Record.activity_id.in_(self.kinds), Record.amount.is_not(None) | Record.status.is_not(None)
        )
        self.values = {
            (activity_id, participant_id): Value(amount, status)
            for activity_id, participant_id, amount, status in db.session.execute(records)
        }

    def read(self, activity_id: int, text: str) -> str | None:
        try:
            value = parse(text, self.kinds[activity_id])
        except InvalidValue as invalid:
            raise InvalidCell(invalid.message) from None
        return show(value, self.kinds[activity_id]) or None

    def now(self, activity_id: int, participant_id: int) -> str | None:
        value = self.values.get((activity_id, participant_id))
        return show(value, self.kinds[activity_id]) or None


def _by_id(model: type[Part], event: Event) -> dict[int, Part]:
    return {part.id: part for part in db.session.scalars(select(model).where(model.event_id == event.id))}
