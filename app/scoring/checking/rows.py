"""The rows of a sheet on which values are typed a second time: nothing in them comes from the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...events.models import Participant
from .. import queries as scoring
from ..actions import Entry, MarkError
from ..queries import Sheet
from ..scorers import wrote
from ..values import show
from . import queries
from .actions import Turn
from .queries import marks_from


@dataclass(frozen=True)
class CheckRow:
    """`texts` are what the reader typed themselves; `positions` of them differ, and are asked for again."""

    participant: Participant
    texts: tuple[str, ...]
    positions: tuple[int, ...] = ()
    errors: tuple[MarkError, ...] = ()

    @property
    def was_typed(self) -> bool:
        return bool(self.positions or self.errors)


def rows_of(sheet: Sheet, decimal_mark: str, turns: Sequence[Turn]) -> list[CheckRow]:
    """What on the sheet the reader may check."""
    activity = sheet.activity
    known = scoring.standings([activity], [person.id for person in sheet.participants])
    waiting = {
        person_id: standing
        for (_activity, person_id), standing in known.items()
        if standing.value and not standing.is_checked and not wrote(sheet.reader, standing)
    }
    seconds = queries.second_entries([one.record_id for one in waiting.values() if one.record_id])
    answered = {turn.entry.participant.id: turn for turn in turns}
    blank = ("",) * activity.mark_count
    rows = []
    for person in sheet.participants:
        if person.id not in waiting:
            continue
        turn, standing = answered.get(person.id), waiting[person.id]
        second = seconds.get(standing.record_id or 0)
        if turn:
            texts = tuple(str(mark or "") for mark in turn.entry.marks)
            rows.append(CheckRow(person, texts, turn.positions, turn.errors))
        elif second and wrote(sheet.reader, second):
            marks = marks_from(second.marks, activity)
            kind, places = activity.mark_type, activity.decimal_places
            texts = tuple(show(mark, kind, decimal_mark=decimal_mark, places=places) for mark in marks)
            rows.append(CheckRow(person, texts, tuple(queries.differing(standing.marks, marks))))
        else:
            rows.append(CheckRow(person, blank))
    return rows


def entries_of(sheet: Sheet, form: Mapping[str, str]) -> list[Entry]:
    """Of those for whom anything was typed."""
    count = sheet.activity.mark_count
    typed = [
        (person, tuple(form.get(f"value-{person.id}-{position}", "").strip() for position in range(1, count + 1)))
        for person in sheet.participants
    ]
    return [Entry(person, sheet.activity, marks) for person, marks in typed if any(marks)]
