"""The rows of a sheet as its table shows them: what stands, what was typed, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..events.models import Activity, Participant
from . import queries
from .actions import Entry, MarkError, Outcome, Raw, Verdict, marks_of
from .checking import blind
from .doubting import names_of
from .queries import Sheet, Standing, nothing_yet
from .questions import Question, question_of
from .values import Value, show

NO_VERSION = -1
"""What a form says that has lost its version: no record has it, so a differing value is a conflict."""


@dataclass(frozen=True)
class Row:
    """`texts` stand in the fields: what was typed, where it was not saved. A hidden one is a colleague's to check."""

    participant: Participant
    standing: Standing
    texts: tuple[str, ...]
    shown: tuple[str, ...]
    verdict: Verdict | None = None
    errors: tuple[MarkError, ...] = ()
    total: str = ""
    questions: tuple[Question, ...] = ()
    is_hidden: bool = False

    @property
    def state(self) -> str:
        """The name of the row's mark: empty, saved, refused, conflict, doubtful."""
        if self.verdict in {Verdict.REFUSED, Verdict.CONFLICT, Verdict.DOUBTFUL}:
            return str(self.verdict)
        return "saved" if any(self.standing.marks) else "empty"

    @property
    def typed(self) -> str:
        """What a question is about: confirmed is only what was asked."""
        return said(self.texts)

    @property
    def is_done(self) -> bool:
        return self.standing.value is not None

    @property
    def is_out(self) -> bool:
        return self.standing.value is not None and self.standing.value.amount is None


def rows_of(sheet: Sheet, decimal_mark: str, outcomes: Iterable[Outcome] = ()) -> list[Row]:
    """The whole sheet; one statement, and none where the outcomes cover it."""
    by_participant = {outcome.entry.participant.id: outcome for outcome in outcomes}
    missing = [person.id for person in sheet.participants if person.id not in by_participant]
    standings = queries.standings([sheet.activity], missing) if missing else {}
    return [
        row_of_outcome(by_participant[person.id], decimal_mark)
        if person.id in by_participant
        else _standing_row(sheet, person, standings.get((sheet.activity.id, person.id)), decimal_mark)
        for person in sheet.participants
    ]


def row_now(sheet: Sheet, participant: Participant, decimal_mark: str) -> Row:
    """One row as it stands in the database."""
    standing = queries.standings([sheet.activity], [participant.id]).get((sheet.activity.id, participant.id))
    return _standing_row(sheet, participant, standing, decimal_mark)


def row_of_outcome(outcome: Outcome, decimal_mark: str) -> Row:
    shown = _shown(outcome.entry.activity, outcome.standing.marks, decimal_mark)
    typed = tuple(str(mark or "") for mark in outcome.entry.marks)
    texts = shown if outcome.verdict.is_fine else typed
    total = _total(outcome.entry.activity, outcome.standing.value, decimal_mark)
    asked = tuple(questions_of(outcome, decimal_mark))
    return Row(outcome.entry.participant, outcome.standing, texts, shown, outcome.verdict, outcome.errors, total, asked)


def questions_of(outcome: Outcome, decimal_mark: str) -> Iterator[Question]:
    """One statement where somebody has the same row, else none."""
    entry, names = outcome.entry, names_of(outcome.doubts)
    marks = marks_of(entry) if outcome.doubts else ()
    for doubt in outcome.doubts:
        yield question_of(doubt, entry.activity, marks, outcome.before.marks, names, decimal_mark)


def said(texts: Iterable[str]) -> str:
    return "|".join(text.strip() for text in texts)


def entries_of(sheet: Sheet, form: Mapping[str, str], only: Participant | None = None) -> list[Entry]:
    """What a submitted form says of the participants whose rows it holds."""
    people = [only] if only else sheet.participants
    return [_entry(sheet.activity, person, form) for person in people if only or f"version-{person.id}" in form]


def _entry(activity: Activity, person: Participant, form: Mapping[str, str]) -> Entry:
    """`instead` is what was offered in place of what was typed, and taken."""
    marks: tuple[Raw, ...] = tuple(
        form.get(f"instead-{person.id}-{position}", form.get(f"value-{person.id}-{position}", ""))
        for position in range(1, activity.mark_count + 1)
    )
    version = form.get(f"version-{person.id}", "")
    seen = int(version) if version.isdecimal() and len(version) < 10 else NO_VERSION
    asked = form.get(f"confirmed-{person.id}")
    confirmed = asked is not None and asked == said(map(str, marks))
    return Entry(person, activity, marks, seen, confirmed, chosen=form.get(f"chosen-{person.id}") == str(seen))


def _standing_row(sheet: Sheet, person: Participant, standing: Standing | None, decimal_mark: str) -> Row:
    activity, standing = sheet.activity, standing or nothing_yet(sheet.activity)
    hidden = blind.is_hidden(activity, standing, sheet.reader)
    standing = blind.masked(standing) if hidden else standing
    shown = _shown(activity, standing.marks, decimal_mark)
    return Row(person, standing, shown, shown, total=_total(activity, standing.value, decimal_mark), is_hidden=hidden)


def _total(activity: Activity, value: Value | None, decimal_mark: str) -> str:
    """As `totals.js` shows it while one types."""
    return show(value, activity.mark_type, decimal_mark=decimal_mark, places=activity.decimal_places)


def _shown(activity: Activity, marks: Iterable[Value | None], decimal_mark: str) -> tuple[str, ...]:
    kind, places = activity.mark_type, activity.decimal_places
    return tuple(show(mark, kind, decimal_mark=decimal_mark, places=places) for mark in marks)
