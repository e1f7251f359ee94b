"""A second person types what a first one has written, without seeing it. Commits nothing.

Equal turns the record checked, with both names. Different is kept beside it, until the one or the other, or a third
reading, is chosen. A record that changes afterwards is unchecked again: `save_records` sees to that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, update

from ... import audit
from ...database import now
from ...events.kinds import Checking
from ...events.models import Activity, Event
from ...events.revisions import touch
from ...extensions import db
from .. import queries as scoring
from ..actions import Entry, MarkError, Outcome, errors_of, hold, marks_of, plain_marks, save_records
from ..models import Record, Source
from ..queries import Standing
from ..scorers import Scorer, link_of, wrote
from ..values import Value
from .models import SecondEntry
from .queries import Dispute, differing


class SamePerson(Exception):
    """It takes somebody else to check what somebody has written."""


class NothingToCheck(Exception):
    """The activity is not checked, or nothing unchecked stands there any more."""


@dataclass(frozen=True)
class Turn:
    """What became of a second entry. `positions` of its marks differ, which is all that is told of the first."""

    entry: Entry
    positions: tuple[int, ...] = ()
    errors: tuple[MarkError, ...] = ()

    @property
    def is_agreed(self) -> bool:
        return not self.positions and not self.errors


def check(event: Event, activity: Activity, entries: Sequence[Entry], *, by: Scorer) -> list[Turn]:
    """Raises NotOpen, SamePerson where one of them is by the same person, and then writes none of them."""
    event, [activity] = hold(event, {activity.id})
    if activity.checking is Checking.OFF:
        raise NothingToCheck
    known = scoring.standings([activity], {entry.participant.id for entry in entries})
    waiting = [(entry, known[entry.key]) for entry in entries if _is_waiting(known.get(entry.key))]
    if any(wrote(by, standing) for _entry, standing in waiting):
        raise SamePerson
    turns = [_turn(entry, standing) for entry, standing in waiting]
    valid = [(turn, standing) for turn, (_entry, standing) in zip(turns, waiting, strict=True) if not turn.errors]
    for turn, standing in valid:
        if turn.is_agreed:
            _confirm(standing, by.id, by.name)
        else:
            _keep(standing, marks_of(turn.entry), by)
    _log(event, activity, valid, by)
    return turns


def choose_first(event: Event, dispute: Dispute, *, by: Scorer) -> None:
    """Who settles it has typed neither. Raises NotOpen, SamePerson."""
    event, [activity] = hold(event, {dispute.activity.id})
    if wrote(by, dispute.first) or wrote(by, dispute.second):
        raise SamePerson
    _confirm(dispute.first, by.id, by.name)
    _log(event, activity, [(Turn(_entry_of(dispute, dispute.first.marks)), dispute.first)], by)


def choose_second(event: Event, dispute: Dispute, *, by: Scorer) -> None:
    """What the second person typed becomes the value, checked by them. Raises NotOpen, SamePerson."""
    if wrote(by, dispute.second):
        raise SamePerson
    second_id, second_name = dispute.second.by_id, dispute.second.by_name
    [outcome] = save_records(event, [_entry_of(dispute, dispute.second_marks)], by=by, source=Source.CHECK)
    _confirm(outcome.standing, second_id, second_name)
    event, [activity] = hold(event, {dispute.activity.id})
    _log(event, activity, [(Turn(outcome.entry), outcome.standing)], by)


def settle_with(event: Event, dispute: Dispute, entry: Entry, *, by: Scorer) -> Outcome | None:
    """Typed a third time: where it is what one of the two typed, that one is chosen; else a new value, unchecked."""
    if wrote(by, dispute.second):
        raise SamePerson
    if not errors_of(entry) and marks_of(entry) == dispute.first.marks:
        choose_first(event, dispute, by=by)
    elif not errors_of(entry) and marks_of(entry) == dispute.second_marks:
        choose_second(event, dispute, by=by)
    else:
        return save_records(event, [entry], by=by, source=Source.CHECK)[0]
    return None


def _entry_of(dispute: Dispute, marks: Sequence[Value | None]) -> Entry:
    """As somebody chose it who had both before them: there is nothing left to ask about."""
    plain = tuple(plain_marks(marks))
    return Entry(dispute.participant, dispute.activity, plain, dispute.first.version, confirmed=True)


def _is_waiting(standing: Standing | None) -> bool:
    return standing is not None and standing.value is not None and not standing.is_checked


def _turn(entry: Entry, standing: Standing) -> Turn:
    errors = errors_of(entry)
    return Turn(entry, errors=errors) if errors else Turn(entry, tuple(differing(standing.marks, marks_of(entry))))


def _confirm(standing: Standing, user_id: int | None, name: str) -> None:
    confirmed = update(Record).where(Record.id == standing.record_id)
    db.session.execute(confirmed.values(checked_at=now(), checked_by_id=user_id, checked_by_name=name))
    db.session.execute(delete(SecondEntry).where(SecondEntry.record_id == standing.record_id))


def _keep(standing: Standing, marks: Sequence[Value | None], by: Scorer) -> None:
    db.session.merge(
        SecondEntry(
            record_id=standing.record_id,
            version=standing.version,
            marks=plain_marks(marks),
            at=now(),
            by_id=by.id,
            by_link_id=link_of(by),
            by_name=by.name,
        )
    )


def _log(event: Event, activity: Activity, turns: Sequence[tuple[Turn, Standing]], by: Scorer) -> None:
    if not turns:
        return
    checks: list[dict[str, Any]] = [
        {
            "participant": turn.entry.participant.id,
            "activity": activity.id,
            "version": standing.version,
            "typed": plain_marks(marks_of(turn.entry)),
            "agreed": turn.is_agreed,
        }
        for turn, standing in turns
    ]
    db.session.flush()
    audit.record(event, "records.check", by=by, subject=activity, payload={"checks": checks})
    touch(event, {activity.id})
