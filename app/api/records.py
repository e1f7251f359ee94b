"""`POST …/records`: from JSON to entries of `save_records`, with every error told by item, and to the answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from ..events.kinds import EvaluationType
from ..events.models import Activity, Participant
from ..events.names import name_key
from ..scoring.actions import Entry, NotOpen, Outcome, Raw, Verdict, errors_of
from ..scoring.rows import questions_of
from . import queries
from .access import Reach
from .errors import MOST_SHOWN, errors_in, refusal, refused_items
from .schemas import MOST_RECORDS, Conflict, Doubt, ItemError, Saved, SavedRecord, WantedRecord, Written

FORBIDDEN = "not_your_group"


def entries_from(body: Any, reach: Reach) -> list[Entry]:
    """One for each item, in their order. Raises 422 with all that is wrong, or 403 where somebody is out of reach."""
    items = _items(body)
    wanted, errors = _read(items)
    reader = _Reader(reach, wanted.values())
    entries: dict[int, Entry] = {}
    for index, record in wanted.items():
        found = reader.entry(record)
        if isinstance(found, Entry):
            entries[index] = found
        else:
            errors += [ItemError(index=index, field=field, code=code, detail=detail) for field, code, detail in found]
    errors += _value_errors(entries) + _repeated(entries)
    if errors:
        errors.sort(key=lambda error: error.index or 0)
        if any(error.code == FORBIDDEN for error in errors):
            raise refused_items(errors, 403, "forbidden")
        raise refused_items(errors)
    return list(entries.values())


def answer_for(outcomes: Sequence[Outcome], revision: int) -> dict[str, Any]:
    saved = sum(outcome.verdict is Verdict.SAVED for outcome in outcomes)
    records = [
        SavedRecord(
            participant=outcome.entry.participant.id,
            activity=outcome.entry.activity.id,
            version=outcome.standing.version,
        )
        for outcome in outcomes
    ]
    answer = Saved(saved=saved, unchanged=len(outcomes) - saved, revision=revision, records=records)
    return answer.model_dump(mode="json")


def conflict_answer(outcomes: Sequence[Outcome]) -> HTTPException:
    conflicts = [
        Conflict.of(index, outcome) for index, outcome in enumerate(outcomes) if outcome.verdict is Verdict.CONFLICT
    ]
    count = len(conflicts)
    detail = ngettext(
        "One record was changed in the meantime: nothing was done.",
        "%(num)d records were changed in the meantime: nothing was done.",
        count,
    )
    shown = [conflict.model_dump(mode="json") for conflict in conflicts[:MOST_SHOWN]]
    return refusal(409, "conflict", detail, conflicts=shown, conflict_count=count)


def doubtful_answer(outcomes: Sequence[Outcome]) -> HTTPException:
    warnings = [
        Doubt(index=index, mark=doubt.position, code=doubt.code, detail=asked.words, instead=asked.instead or None)
        for index, outcome in enumerate(outcomes)
        for doubt, asked in zip(outcome.doubts, questions_of(outcome, "."), strict=True)
    ]
    count = sum(outcome.verdict is Verdict.DOUBTFUL for outcome in outcomes)
    detail = ngettext(
        "One record looks wrong, so nothing was done. Send it again as confirmed if it is right.",
        "%(num)d records look wrong, so nothing was done. Send them again as confirmed if they are right.",
        count,
    )
    shown = [warning.model_dump(mode="json") for warning in warnings[:MOST_SHOWN]]
    return refusal(422, "doubtful", detail, warnings=shown, warning_count=len(warnings))


def hidden_answer(outcomes: Sequence[Outcome]) -> HTTPException:
    """Written by a colleague and not checked yet: it is neither told nor overwritten."""
    errors = [
        ItemError(index=index, field="value", code=error.code, detail=str(error.message))
        for index, outcome in enumerate(outcomes)
        for error in outcome.errors[:1]
    ]
    return refused_items(errors, 403, "forbidden")


def closed_answer(error: NotOpen) -> HTTPException:
    if error.reason == "event":
        return refusal(409, "event_not_open", _("This event takes no values now: it is not active."))
    return refusal(409, "activity_not_open", _("An activity among these takes no values now: it is locked."))


def _items(body: Any) -> list[Any]:
    items = body.get("records") if isinstance(body, dict) else None
    if not isinstance(items, list):
        detail = _('Send a list: {"records": [...]}.')
        raise refused_items([ItemError(index=None, field="records", code="missing", detail=detail)])
    if not 1 <= len(items) <= MOST_RECORDS:
        detail = _("Send between 1 and %(most)s records.", most=MOST_RECORDS)
        raise refused_items([ItemError(index=None, field="records", code="out_of_range", detail=detail)])
    return items


def _read(items: Sequence[Any]) -> tuple[dict[int, WantedRecord], list[ItemError]]:
    wanted: dict[int, WantedRecord] = {}
    errors: list[ItemError] = []
    for index, item in enumerate(items):
        try:
            wanted[index] = WantedRecord.model_validate(item)
        except ValidationError as error:
            errors += errors_in(error, index)
    return wanted, errors


Problem = tuple[str, str, str]
"""Field, code and detail."""


class _Reader:
    """Finds the people and activities that the records of one request name; two statements in all."""

    def __init__(self, reach: Reach, wanted: Iterable[WantedRecord]) -> None:
        ids = {record.participant for record in wanted if record.participant is not None}
        external_ids = {record.external_id for record in wanted if record.external_id is not None}
        people = queries.participants_known_as(reach.event, ids, external_ids)
        self._reach = reach
        self._by_id = {person.id: person for person in people}
        self._by_external_id = {person.external_id: person for person in people}
        self._activities: dict[int | str, Activity] = {}
        for activity in reach.event.activities:
            self._activities[activity.id] = self._activities[activity.name_key] = activity

    def entry(self, record: WantedRecord) -> Entry | list[Problem]:
        participant = self._participant(record)
        activity = self._activity(record)
        problems = [found for found in (participant, activity) if isinstance(found, tuple)]
        if isinstance(participant, tuple) or isinstance(activity, tuple):
            return problems
        marks = _marks(record.value, activity)
        if isinstance(marks, str):
            return [("value", "wrong_type", marks)]
        return Entry(participant, activity, marks, record.version, record.confirmed)

    def _participant(self, record: WantedRecord) -> Participant | Problem:
        if (record.participant is None) == (record.external_id is None):
            return "participant", "missing", _("Name the participant: either participant or external_id.")
        field = "external_id" if record.participant is None else "participant"
        found = (
            self._by_external_id.get(record.external_id)
            if record.participant is None
            else self._by_id.get(record.participant)
        )
        if found is None:
            return field, "unknown_participant", _("There is no such participant in this event.")
        if not self._reach.may_write(found):
            return field, FORBIDDEN, _("This participant is not in the group that you score.")
        return found

    def _activity(self, record: WantedRecord) -> Activity | Problem:
        named = record.activity if isinstance(record.activity, int) else name_key(record.activity)
        found = self._activities.get(named)
        return found or ("activity", "unknown_activity", _("There is no such activity in this event."))


def _marks(value: Written | list[Written], activity: Activity) -> tuple[Raw, ...] | str:
    """The marks that a value stands for, or why it stands for none."""
    if value is None:
        return ()
    if not isinstance(value, list):
        if activity.mark_count > 1:
            return _("This activity takes a list of up to %(count)s marks.", count=activity.mark_count)
        return (value,)
    if activity.evaluation_type is not EvaluationType.SCORE_SET:
        return _("This activity takes one value and not a list.")
    if len(value) > activity.mark_count:
        return _("This activity takes a list of up to %(count)s marks.", count=activity.mark_count)
    return tuple(value)


def _value_errors(entries: dict[int, Entry]) -> list[ItemError]:
    return [
        ItemError(index=index, field="value", code=error.code, detail=str(error.message))
        for index, entry in entries.items()
        for error in errors_of(entry)[:1]
    ]


def _repeated(entries: dict[int, Entry]) -> list[ItemError]:
    first: dict[tuple[int, int], int] = {}
    return [
        ItemError(
            index=index,
            field="participant",
            code="repeated",
            detail=_("Item %(first)s names the same participant and activity.", first=first[entry.key]),
        )
        for index, entry in entries.items()
        if first.setdefault(entry.key, index) != index
    ]
