"""Values that come in with a file of people, saved as all others are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeVar

from flask import Flask
from flask_babel import gettext as _
from sqlalchemy import select

from ..accounts.models import User
from ..events.importing.cells import InvalidCell
from ..events.importing.mapping import Result
from ..events.importing.results import Doubtful, ImportedResult, ResultsOfRow, Standings, register
from ..events.models import Activity, Event, Participant
from ..extensions import db
from ..i18n import decimal_mark
from . import doubting, queries
from .actions import Entry, Raw, in_range, save_records
from .models import Mark, Record, Source
from .questions import question_of
from .values import InvalidValue, Value, parse, show
from .warnings import Reference, doubts

Part = TypeVar("Part", Participant, Activity)


def init_app(_app: Flask) -> None:
    register(FileScorer())


class FileScorer:
    def doubts(self, event: Event, rows: Sequence[ResultsOfRow]) -> list[Doubtful]:
        """Measured against what stands and against the rest of the file. Who is new goes by minus the row's number."""
        ids = {result.activity_id for row in rows for result in row.texts}
        if not ids:
            return []
        wanted = select(Activity).where(Activity.event_id == event.id, Activity.id.in_(ids))
        activities = db.session.scalars(wanted.order_by(Activity.position, Activity.id)).all()
        named = select(Participant.id, Participant.display_name).where(Participant.event_id == event.id)
        names = {person_id: name for person_id, name in db.session.execute(named)}  # noqa: C416
        names |= {-row.number: _("row %(row)s", row=row.number) for row in rows}
        known = doubting.references(activities, None)
        return [
            Doubtful(number, words)
            for activity in activities
            for number, words in _doubts_in(activity, known[activity.id], rows, names)
        ]

    def standings(self, event: Event, activity_ids: Collection[int]) -> Standings:
        return FileStandings(event, activity_ids)

    def untouched(self, event: Event, brought: Collection[tuple[int, int]]) -> set[int]:
        records = (
            select(Record.activity_id, Record.participant_id, Record.version)
            .join(Record.activity)
            .where(Activity.event_id == event.id)
        )
        touched = {
            person_id
            for activity_id, person_id, version in db.session.execute(records)
            if version > 1 or (activity_id, person_id) not in brought
        }
        return {person_id for _activity_id, person_id in brought} - touched

    def save(self, event: Event, results: Sequence[ImportedResult], *, by: User) -> None:
        wanted = {result.participant_id for result in results}
        people = _by_id(Participant, event)
        activities = _by_id(Activity, event)
        missing = wanted - people.keys()
        if missing:
            raise LookupError(f"results for people who are not there: {sorted(missing)[:5]}")
        entries = [
            Entry(people[person_id], activities[activity_id], tuple(marks), confirmed=True)
            for (activity_id, person_id), marks in _marks_by_record(results, activities).items()
        ]
        outcomes = save_records(event, entries, by=by, source=Source.IMPORT, all_or_nothing=True)
        if not all(outcome.verdict.is_fine for outcome in outcomes):
            raise ValueError("a value that was read before is refused now")


class FileStandings:
    """Of some activities of an event."""

    def __init__(self, event: Event, activity_ids: Collection[int]) -> None:
        wanted = select(Activity).where(Activity.event_id == event.id, Activity.id.in_(activity_ids))
        activities = db.session.scalars(wanted).all()
        self.kinds = {activity.id: activity.mark_type for activity in activities}
        self.criteria = {
            Result(activity.id, column.position): column.criterion
            for activity in activities
            for column in activity.marking.columns
        }
        marks = (
            select(Record.activity_id, Mark.position, Record.participant_id, Mark.amount, Mark.status)
            .join(Record, Record.id == Mark.record_id)
            .where(Record.activity_id.in_(self.kinds), Mark.amount.is_not(None) | Mark.status.is_not(None))
        )
        self.values = {
            (Result(activity_id, position), participant_id): Value(amount, status)
            for activity_id, position, participant_id, amount, status in db.session.execute(marks)
        }

    def read(self, result: Result, text: str) -> str | None:
        kind = self.kinds[result.activity_id]
        try:
            value = in_range(parse(text, kind), self.criteria[result], kind)
        except InvalidValue as invalid:
            raise InvalidCell(invalid.message) from None
        return show(value, kind) or None

    def now(self, result: Result, participant_id: int) -> str | None:
        return show(self.values.get((result, participant_id)), self.kinds[result.activity_id]) or None


def _doubts_in(
    activity: Activity, stored: Reference, rows: Sequence[ResultsOfRow], names: Mapping[int, str]
) -> Iterator[tuple[int, str]]:
    empty: tuple[Value | None, ...] = (None,) * activity.mark_count
    written: dict[int, tuple[Value | None, ...]] = {}
    numbers: dict[int, int] = {}
    for row in rows:
        texts = {result.mark: text for result, text in row.texts.items() if result.activity_id == activity.id}
        if texts:
            who = row.participant_id or -row.number
            before = stored.rows.get(who, empty)
            marks = [
                parse(texts[place], activity.mark_type) if place in texts else mark
                for place, mark in enumerate(before, start=1)
            ]
            written[who], numbers[who] = tuple(marks), row.number
    together = Reference(activity.marking, {**stored.rows, **written}, activity.low, activity.high)
    for who, now in written.items():
        before = tuple(stored.rows.get(who, empty))
        for doubt in doubts(now, together, participant=who, before=before):
            question = question_of(doubt, activity, now, before, names, decimal_mark())
            yield numbers[who], f"{activity.name}: {question.words}"


def _marks_by_record(
    results: Sequence[ImportedResult], activities: dict[int, Activity]
) -> dict[tuple[int, int], list[Raw]]:
    """All marks of each record, by activity and participant: those that are given, the others as they stand."""
    several = {one.result.activity_id for one in results if activities[one.result.activity_id].mark_count > 1}
    people = {one.participant_id for one in results if one.result.activity_id in several}
    standings = queries.standings([activities[activity_id] for activity_id in several], people) if several else {}
    found: dict[tuple[int, int], list[Raw]] = {}
    for one in results:
        key = one.result.activity_id, one.participant_id
        if key not in found:
            activity = activities[one.result.activity_id]
            standing = standings.get(key) or queries.nothing_yet(activity)
            found[key] = [show(mark, activity.mark_type) for mark in standing.marks]
        found[key][one.result.mark - 1] = one.text
    return found


def _by_id(model: type[Part], event: Event) -> dict[int, Part]:
    return {part.id: part for part in db.session.scalars(select(model).where(model.event_id == event.id))}
