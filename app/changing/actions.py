"""Carrying out a plan, and taking it back, each as a whole or not at all.

Wants the event's row locked, and commits nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from .. import audit
from ..accounts.models import User
from ..database import now
from ..events.changes import Refused
from ..events.kinds import EvaluationType, Formula, Gender
from ..events.models import Activity, Event, Participant
from ..events.queries import has_records
from ..events.revisions import touch
from ..extensions import db
from ..scoring.actions import Entry, NotOpen, plain_marks, save_records
from ..scoring.formulas import total
from ..scoring.models import Record, Source
from ..scoring.queries import standings
from .making import refuse_frozen
from .models import PlanChange
from .plan import ActivityStep, AddStep, MarksStep, PersonStep, Plan, Step, as_json, backwards, from_json

ENUMS = {"evaluation_type": EvaluationType, "formula": Formula}


def change_plan(event: Event, plan: Plan, *, by: User) -> PlanChange:
    """Raises Refused."""
    steps = _carry_out(event, plan.steps, by)
    made = PlanChange(
        event_id=event.id,
        kind=plan.kind,
        title=plan.subject[:300],
        steps=as_json(steps),
        at=now(),
        by_id=by.id,
        by_name=by.name,
    )
    db.session.add(made)
    _log(event, made, "plan.change", by)
    return made


def undo_change(event: Event, made: PlanChange, *, by: User) -> None:
    """Raises Refused where something of it has changed since."""
    if made.undone_at is not None:
        raise Refused(_l("This is undone already."))
    steps = from_json(made.steps)
    _carry_out(event, backwards(steps), by)
    for step in steps:
        if isinstance(step, AddStep):
            _remove(step)
    made.undone_at, made.undone_by_id, made.undone_by_name = now(), by.id, by.name
    _log(event, made, "plan.undo", by)


def _log(event: Event, made: PlanChange, action: str, by: User) -> None:
    db.session.flush()
    payload = {"name": made.title, "kind": made.kind, "steps": made.steps}
    audit.record(event, action, by=by, subject=made, payload=payload)
    touch(event)


def _carry_out(event: Event, steps: Sequence[Step], by: User) -> list[Step]:
    """The steps as done: who was added has an id. Values come last, so that all is there that they need."""
    done = [step if isinstance(step, MarksStep) else _do(event, step) for step in steps]
    db.session.flush()
    _write(event, [step for step in steps if isinstance(step, MarksStep)], by)
    rescored = {step.activity for step in steps if isinstance(step, ActivityStep)}
    for activity in event.activities:
        if activity.id in rescored:
            _rescore(activity)
    return done


def _do(event: Event, step: PersonStep | ActivityStep | AddStep) -> Step:
    match step:
        case AddStep():
            values = {**step.values, "gender": Gender(step.values["gender"]) if step.values["gender"] else None}
            person = Participant(event_id=event.id, extra={}, **values)
            db.session.add(person)
            db.session.flush()
            return replace(step, participant=person.id)
        case PersonStep():
            _set_person(step)
        case ActivityStep():
            _set_activity(event, step)
    return step


def _set_person(step: PersonStep) -> None:
    person = db.session.get(Participant, step.participant)
    if person is None:
        raise _changed_since()
    if step.column == "withdrawn":
        if (person.withdrawn_at is not None) is not step.old:
            raise _changed_since(person.display_name)
        person.withdrawn_at = now() if step.new else None
        return
    if getattr(person, step.column) != step.old:
        raise _changed_since(person.display_name)
    setattr(person, step.column, step.new)
    db.session.flush()  # In this order, for a number is nobody else's at any moment.


def _set_activity(event: Event, step: ActivityStep) -> None:
    activity = db.session.get(Activity, step.activity)
    if activity is None or getattr(activity, step.column) != step.old:
        raise _changed_since(activity.name if activity else "")
    refuse_frozen(event, activity)
    kind: Any = ENUMS.get(step.column, lambda value: value)
    setattr(activity, step.column, kind(step.new))


def _write(event: Event, steps: Sequence[MarksStep], by: User) -> None:
    if not steps:
        return
    people = {step.participant: db.session.get_one(Participant, step.participant) for step in steps}
    activities = {step.activity: db.session.get_one(Activity, step.activity) for step in steps}
    known = standings(list(activities.values()), list(people))
    entries = []
    for step in steps:
        standing = known.get((step.activity, step.participant))
        entry = Entry(
            people[step.participant],
            activities[step.activity],
            step.new,
            standing.version if standing else 0,
            confirmed=True,
        )
        if _plain(standing.marks if standing else (), len(step.old)) != step.old:
            raise _changed_since(people[step.participant].display_name)
        entries.append(entry)
    try:
        outcomes = save_records(event, entries, by=by, source=Source.PLAN, all_or_nothing=True)
    except NotOpen:
        raise Refused(_l("Values would change in what is locked. Open it first.")) from None
    if not all(outcome.verdict.is_fine for outcome in outcomes):
        raise _changed_since()
    for outcome, step in zip(outcomes, steps, strict=True):
        if step.checked_again and outcome.standing.record_id:
            _check_again(outcome.standing.record_id, step.checked_again)


def _check_again(record_id: int, checker: int | str) -> None:
    user = db.session.get(User, checker) if isinstance(checker, int) else None
    name = checker if isinstance(checker, str) else user.name if user else ""
    checked = update(Record).where(Record.id == record_id)
    db.session.execute(checked.values(checked_at=now(), checked_by_id=user.id if user else None, checked_by_name=name))


def _plain(marks: Iterable[Any], count: int) -> tuple[str | None, ...]:
    found = plain_marks(marks)
    return (*found, *[None] * (count - len(found)))


def _rescore(activity: Activity) -> None:
    """Totals anew from the marks, which stay as they are."""
    people = [record.participant_id for record in db.session.query(Record).filter_by(activity_id=activity.id)]
    for standing in standings([activity], people).values():
        value = total(standing.marks, activity.marking)
        ties = [f"{amount:f}" for amount in value.ties] if value and value.ties else None
        amount, status = (value.amount, value.status) if value else (None, None)
        rewritten = update(Record).where(Record.id == standing.record_id)
        db.session.execute(rewritten.values(amount=amount, status=status, ties=ties))


def _remove(step: AddStep) -> None:
    person = db.session.get(Participant, step.participant or 0)
    if person is None:
        raise _changed_since()
    if has_records(person):
        raise Refused(_l("%(name)s has results by now, or a history of them, and stays.", name=person.display_name))
    db.session.delete(person)


def _changed_since(name: str = "") -> Refused:
    if name:
        return Refused(_l("%(name)s was changed since.", name=name))
    return Refused(_l("Something of it was changed since."))
