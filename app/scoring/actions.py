"""Every value there is comes in through `save_records`, whoever or whatever brings it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, cached_property
from typing import Any, cast

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from .. import audit, metrics, web
from ..database import is_sqlite, now, write_from_here
from ..events.kinds import ActivityState, EvaluationType
from ..events.marking import Criterion
from ..events.models import Activity, Event, Participant
from ..events.revisions import touch
from ..extensions import Model, db
from . import doubting, queries
from .checking import blind
from .formulas import total
from .models import Mark, Record, RecordChange, Source
from .queries import Standing, nothing_yet
from .scorers import Scorer, link_of
from .values import InvalidValue, Value, parse_json, show
from .warnings import Code, Doubt, Reference

Raw = str | int | float | Decimal | None

TO_BE_CHECKED = "to_be_checked"
_TO_BE_CHECKED = _l("A colleague has written this down. Type it again where values are checked.")


@dataclass(frozen=True)
class Entry:
    """What somebody wants to stand for a participant in an activity of the same event.

    `marks` as typed or sent, one for each of the activity's marks; blank or None clears a mark. `version` is the
    one that the writer had seen, 0 for none; None writes over anything. `confirmed`: who writes it was asked about
    what looks wrong, or nobody can be asked. `chosen`: the writer was shown this beside what stands, and chose this.
    `undoes` is the id of the change that it takes back.
    """

    participant: Participant
    activity: Activity
    marks: tuple[Raw, ...]
    version: int | None = None
    confirmed: bool = False
    chosen: bool = False
    undoes: int | None = None

    @cached_property
    def key(self) -> tuple[int, int]:
        return self.activity.id, self.participant.id


class Verdict(StrEnum):
    SAVED = "saved"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    CONFLICT = "conflict"
    DOUBTFUL = "doubtful"

    @property
    def is_fine(self) -> bool:
        return self in {Verdict.SAVED, Verdict.UNCHANGED}


@dataclass(frozen=True)
class MarkError:
    """Why a mark was refused. `position` counts from 1; `code` is stable, `message` for people."""

    position: int
    code: str
    message: LazyString


@dataclass(frozen=True)
class Outcome:
    """What became of an entry: what stood `before`, and what stands now; with a conflict, the other's value."""

    entry: Entry
    verdict: Verdict
    before: Standing
    standing: Standing
    errors: tuple[MarkError, ...] = ()
    doubts: tuple[Doubt, ...] = ()


class NotOpen(Exception):
    """The event or the activity takes no values now; `reason` is `event` or `activity`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def save_records(
    event: Event, entries: Sequence[Entry], *, by: Scorer, source: Source, all_or_nothing: bool = False
) -> list[Outcome]:
    """Write values with their history and raise the revisions, in the caller's transaction.

    Entries that are refused, whose record somebody else has changed since, or that look wrong and are not confirmed,
    are left out and told of; with
    `all_or_nothing` one such entry keeps all the others from being written too. One entry a record at most.
    Raises `NotOpen`. The number of statements does not depend on the number of entries.
    """
    usual = _references(entries)
    event, activities = hold(event, {entry.activity.id for entry in entries})
    standings = queries.standings(activities, {entry.participant.id for entry in entries})
    outcomes = [_judge(entry, standings.get(entry.key) or nothing_yet(entry.activity), by) for entry in entries]
    outcomes = _questioned(outcomes, activities, usual, by)
    if all_or_nothing and not all(outcome.verdict.is_fine for outcome in outcomes):
        _count([outcome for outcome in outcomes if not outcome.verdict.is_fine], source)
        return outcomes
    _count(outcomes, source)
    return _write(event, outcomes, by, source)


def errors_of(entry: Entry) -> tuple[MarkError, ...]:
    """What `save_records` would refuse the entry for, asked without any database."""
    return _read(entry)[1]


def marks_of(entry: Entry) -> tuple[Value | None, ...]:
    """What the entry says, where `errors_of` finds nothing wrong with it."""
    return _read(entry)[0]


def _count(outcomes: Sequence[Outcome], source: Source) -> None:
    metrics.count_values(source.value, Counter(outcome.verdict.value for outcome in outcomes))


def hold(event: Event, activity_ids: Collection[int]) -> tuple[Event, list[Activity]]:
    """Lock the event, which puts its writers into one queue, and see that it takes these values now."""
    write_from_here()
    rows = db.session.execute(
        select(Event, Activity)
        .join(Activity, Activity.event_id == Event.id)
        .where(Event.id == event.id, Activity.id.in_(activity_ids))
        .with_for_update(of=(Event, Activity))  # The event alone would leave PostgreSQL with the activity as it was.
        .execution_options(populate_existing=True)
    ).all()
    if not rows or not rows[0][0].can_take_scores:
        raise NotOpen("event")
    activities = [activity for _event, activity in rows]
    if any(activity.state is not ActivityState.OPEN for activity in activities):
        raise NotOpen("activity")
    return rows[0][0], activities


def _judge(entry: Entry, standing: Standing, by: Scorer) -> Outcome:
    if blind.is_hidden(entry.activity, standing, by):
        hidden = blind.masked(standing)
        return Outcome(entry, Verdict.REFUSED, hidden, hidden, (MarkError(1, TO_BE_CHECKED, _TO_BE_CHECKED),))
    marks, errors = _read(entry)
    if errors:
        return Outcome(entry, Verdict.REFUSED, standing, standing, errors)
    if marks == standing.marks:
        return Outcome(entry, Verdict.UNCHANGED, standing, standing)
    if entry.version is not None and entry.version != standing.version:
        return Outcome(entry, Verdict.CONFLICT, standing, standing)
    value = total(marks, entry.activity.marking)
    return Outcome(entry, Verdict.SAVED, standing, replace(standing, marks=marks, value=value))


def _references(entries: Sequence[Entry]) -> dict[int, Reference]:
    """What is usual where somebody may be asked: one statement, before anybody has to wait for the lock."""
    asked = {entry.activity.id: entry.activity for entry in entries if not entry.confirmed and any(entry.marks)}
    return doubting.references(asked.values()) if asked else {}


def _questioned(
    outcomes: list[Outcome], activities: Collection[Activity], usual: Mapping[int, Reference], by: Scorer
) -> list[Outcome]:
    """What looks wrong and was not confirmed is not written."""
    changed = [one for one in activities if one.id in usual and not doubting.still_fits(usual[one.id], one)]
    known = {**usual, **(doubting.references(changed) if changed else {})}
    return [_question(outcome, known, by) for outcome in outcomes]


def _question(outcome: Outcome, known: Mapping[int, Reference], by: Scorer) -> Outcome:
    entry = outcome.entry
    if outcome.verdict is not Verdict.SAVED or entry.confirmed or not any(outcome.standing.marks):
        return outcome
    marks, activity = outcome.standing.marks, entry.activity
    found = doubting.doubts_about(marks, entry.participant.id, outcome.before, by, activity, known[activity.id])
    if entry.chosen:
        found = tuple(doubt for doubt in found if doubt.code is not Code.OVERWRITE)
    if not found:
        return outcome
    # What was typed is in the entry; what stands is what stood.
    return Outcome(entry, Verdict.DOUBTFUL, outcome.before, outcome.before, doubts=found)


def _read(entry: Entry) -> tuple[tuple[Value | None, ...], tuple[MarkError, ...]]:
    marks: list[Value | None] = []
    errors: list[MarkError] = []
    marking, kind = entry.activity.marking, entry.activity.mark_type
    for index, raw in enumerate(entry.marks):
        try:
            marks.append(in_range(parse_json(raw, kind), marking.criteria[index // marking.each], kind))
        except InvalidValue as error:
            errors.append(MarkError(index + 1, error.code, error.message))
    missing = entry.activity.mark_count - len(entry.marks)
    return (*marks, *[None] * missing), tuple(errors)


def in_range(mark: Value | None, criterion: Criterion, kind: EvaluationType) -> Value | None:
    """Raises InvalidValue beyond what a criterion allows."""
    if mark is None or mark.amount is None:
        return mark
    low, high = criterion.low, criterion.high
    if (low is None or low <= mark.amount) and (high is None or mark.amount <= high):
        return mark
    ends = {name: "" if end is None else show(Value.of(end), kind) for name, end in (("low", low), ("high", high))}
    if low is None:
        raise InvalidValue("out_of_range", _l("A mark here is at most %(high)s.", **ends))
    if high is None:
        raise InvalidValue("out_of_range", _l("A mark here is at least %(low)s.", **ends))
    raise InvalidValue("out_of_range", _l("A mark here is from %(low)s to %(high)s.", **ends))


def _write(event: Event, outcomes: list[Outcome], by: Scorer, source: Source) -> list[Outcome]:
    """Store what was judged worth saving; the outcomes again, with versions as they are now."""
    moment = now()
    saved = [outcome for outcome in outcomes if outcome.verdict is Verdict.SAVED]
    if not saved:
        return outcomes
    record_ids = _upsert_records(saved, by, moment)
    written = {outcome.entry.key: _as_written(outcome, record_ids, by, moment) for outcome in saved}
    _upsert_marks(written.values())
    _append_history(written.values(), source)
    audit.record(event, "records.save", by=by, payload=_payload(written.values(), source))
    touch(event, {outcome.entry.activity.id for outcome in saved})
    return [written.get(outcome.entry.key, outcome) for outcome in outcomes]


def _as_written(outcome: Outcome, record_ids: dict[tuple[int, int], int], by: Scorer, moment: datetime) -> Outcome:
    standing = replace(
        outcome.standing,
        record_id=record_ids[outcome.entry.key],
        version=outcome.before.version + 1,
        at=moment,
        by_id=by.id,
        by_name=by.name,
        by_link_id=link_of(by),
        is_checked=False,
        checked_by_id=None,
        checked_by="",
    )
    return replace(outcome, standing=standing)


def _upsert_records(saved: Iterable[Outcome], by: Scorer, moment: datetime) -> dict[tuple[int, int], int]:
    rows = [
        {
            "activity_id": outcome.entry.key[0],
            "participant_id": outcome.entry.key[1],
            "amount": outcome.standing.value.amount if outcome.standing.value else None,
            "status": outcome.standing.value.status if outcome.standing.value else None,
            "ties": _ties(outcome.standing.value),
            "version": outcome.before.version + 1,
            "updated_at": moment,
            "updated_by_id": by.id,
            "updated_by_name": by.name,
            "updated_by_link_id": link_of(by),
            "checked_at": None,
            "checked_by_id": None,
            "checked_by_name": "",
        }
        for outcome in saved
    ]
    stored = db.session.execute(_upsert_of(Record, "activity_id", "participant_id", returning=True), rows)
    return {(activity_id, participant_id): record_id for record_id, activity_id, participant_id in stored}


def _ties(value: Value | None) -> list[str] | None:
    return [f"{amount:f}" for amount in value.ties] if value and value.ties else None


def _upsert_marks(written: Iterable[Outcome]) -> None:
    rows = [
        {
            "record_id": outcome.standing.record_id,
            "position": position,
            "amount": mark.amount if mark else None,
            "status": mark.status if mark else None,
        }
        for outcome in written
        for position, mark in enumerate(outcome.standing.marks, start=1)
    ]
    db.session.execute(_upsert_of(Mark, "record_id", "position"), rows)


def _append_history(written: Iterable[Outcome], source: Source) -> None:
    device = web.device()
    rows = [
        {
            "record_id": outcome.standing.record_id,
            "version": outcome.standing.version,
            "old": plain_marks(outcome.before.marks),
            "new": plain_marks(outcome.standing.marks),
            "source": source,
            "at": outcome.standing.at,
            "by_id": outcome.standing.by_id,
            "by_name": outcome.standing.by_name,
            "device": device,
            "undoes": outcome.entry.undoes,
        }
        for outcome in written
    ]
    db.session.execute(insert(_table(RecordChange)), rows)


def _payload(written: Iterable[Outcome], source: Source) -> dict[str, Any]:
    changes = [
        {
            "activity": outcome.entry.key[0],
            "participant": outcome.entry.key[1],
            "version": outcome.standing.version,
            "old": plain_marks(outcome.before.marks),
            "new": plain_marks(outcome.standing.marks),
        }
        for outcome in written
    ]
    return {"source": source.value, "changes": changes}


def plain_marks(marks: Iterable[Value | None]) -> list[str | None]:
    """As history keeps them."""
    return [_text(mark) for mark in marks]


def _text(mark: Value | None) -> str | None:
    """Equal values have equal texts, however they were typed."""
    if mark is None:
        return None
    return str(mark.status) if mark.amount is None else f"{mark.amount.normalize():f}"


def _upsert_of(model: type[Model], *keys: str, returning: bool = False) -> Any:
    """An insert that overwrites the row with the same key; it may return the row's id and key."""
    return _upsert(_table(model), keys, returning, is_sqlite())


@cache
def _upsert(table: Table, keys: Sequence[str], returning: bool, on_sqlite: bool) -> Any:
    """Both databases write it alike. Kept, for putting one together takes longer than sending it."""
    insertion = (sqlite.insert if on_sqlite else postgresql.insert)(table)
    overwritten = {
        column.name: insertion.excluded[column.name]
        for column in table.columns
        if column.name not in keys and not column.primary_key
    }
    upsert = insertion.on_conflict_do_update(index_elements=keys, set_=overwritten)
    return upsert.returning(table.c.id, *(table.c[key] for key in keys)) if returning else upsert


def _table(model: type[Model]) -> Table:
    return cast(Table, model.__table__)
