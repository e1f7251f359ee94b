"""Rows for tests, made the way the product makes them where it matters. All need an application context."""

from __future__ import annotations

import secrets
from datetime import date
from itertools import count

from app.accounts import actions as accounts
from app.accounts.models import Role, User
from app.database import now as now
from app.events.kinds import EvaluationType, EventStatus, Formula, Gender, Visibility
from app.events.marking import Marking
from app.events.models import (
    Activity,
    Category,
    Event,
    EventEvaluator,
    Group,
    GroupEvaluator,
    Participant,
)
from app.events.names import name_key
from app.extensions import db

PASSWORD = "correct horse battery"
_number = count(1)


def user(role: Role = Role.EVALUATOR, name: str | None = None, email: str | None = None) -> User:
    number = next(_number)
    made = accounts.create_user(
        email or f"person{number}@example.org", name or f"Person {number}", role, PASSWORD, by=None
    )
    db.session.commit()
    return made


def event(
    name: str = "Summer games",
    status: EventStatus = EventStatus.ACTIVE,
    visibility: Visibility = Visibility.PUBLIC,
    starts_on: date = date(2026, 7, 4),
) -> Event:
    made = Event(
        name=name,
        place="Lhota",
        starts_on=starts_on,
        status=status,
        visibility=visibility,
        link_token=secrets.token_urlsafe(16),
        created_at=now(),
    )
    db.session.add(made)
    db.session.commit()
    return made


def withdrawn(*people: Participant) -> None:
    for person in people:
        person.withdrawn_at = now()
    db.session.commit()


def group(of: Event, name: str | None = None, people: int = 0) -> Group:
    number = next(_number)
    name = name or f"Group {number}"
    made = Group(event_id=of.id, name=name, name_key=name_key(name), position=number, colour=number % 10 + 1)
    db.session.add(made)
    db.session.commit()
    for _ in range(people):
        participant(made)
    return made


def participant(
    of: Group,
    name: str | None = None,
    external_id: str | None = None,
    gender: Gender | None = None,
    age: int | None = None,
) -> Participant:
    number = next(_number)
    made = Participant(
        event_id=of.event_id,
        group_id=of.id,
        display_name=name or f"Participant {number}",
        external_id=external_id,
        gender=gender,
        age=age,
        position=number,
    )
    db.session.add(made)
    db.session.commit()
    return made


def activity(
    of: Event,
    kind: EvaluationType = EvaluationType.NUMERIC_HIGH,
    name: str | None = None,
    mark_count: int = 1,
    formula: Formula = Formula.BEST,
    higher_is_better: bool = True,
    marking: Marking | None = None,
) -> Activity:
    """`marking` says it all for a score set, in place of the three before it."""
    number = next(_number)
    name = name or f"Activity {number}"
    marking = marking or Marking(each=mark_count, formula=formula, higher_is_better=higher_is_better)
    made = Activity(
        event_id=of.id,
        name=name,
        name_key=name_key(name),
        evaluation_type=kind,
        mark_count=marking.count,
        formula=marking.formula,
        higher_is_better=marking.higher_is_better,
        rules=marking.rules(),
        position=number,
    )
    db.session.add(made)
    db.session.commit()
    return made


def category(
    of: Event, name: str, age_from: int | None = None, age_to: int | None = None, gender: Gender | None = None
) -> Category:
    made = Category(event_id=of.id, name=name, name_key=name_key(name), age_from=age_from, age_to=age_to, gender=gender)
    db.session.add(made)
    db.session.commit()
    return made


def assign(evaluator: User, to: Group) -> None:
    """Put somebody into the event's pool and give them the group."""
    db.session.add(EventEvaluator(event_id=to.event_id, user_id=evaluator.id))
    db.session.flush()
    db.session.add(GroupEvaluator(event_id=to.event_id, user_id=evaluator.id, group_id=to.id))
    db.session.commit()
