from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, inspect, select
from sqlalchemy.orm import contains_eager, joinedload

from ..accounts.models import User
from ..accounts.queries import evaluators
from ..extensions import db
from .categories import age_on, bracket_for
from .kinds import EvaluationType, EventStatus, Visibility
from .models import Activity, Category, Event, EventEvaluator, Group, GroupEvaluator, Participant, TeamLogin

# Events -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EventRow:
    event: Event
    groups: int
    people: int
    activities: int


@dataclass(frozen=True)
class Outline:
    """What an event consists of, in numbers. `people` are those who have not withdrawn."""

    groups: int
    people: int
    withdrawn: int
    activities: int
    categories: int
    evaluators: int
    values: int
    empty_groups: int
    groups_without_evaluator: int
    activities_without_range: int
    has_records: bool

    @property
    def is_ready(self) -> bool:
        """There is somebody to score, and something to score them in; an admin may score everything."""
        return self.people > 0 and self.activities > 0


def is_in_pool(event: Event, user: User) -> bool:
    return db.session.get(EventEvaluator, (event.id, user.id)) is not None


def events_for(user: User) -> Sequence[Event]:
    """Newest first: an admin sees all, an evaluator those whose pool they are in."""
    return db.session.scalars(_seen_by(user, select(Event))).all()


def event_rows(user: User) -> list[EventRow]:
    """The same with what is in them, in one statement."""
    counted = (_count_of(model, model.event_id == Event.id) for model in (Group, Participant, Activity))
    rows = db.session.execute(_seen_by(user, select(Event, *counted)))
    return [EventRow(*row) for row in rows]


def _seen_by(user: User, events: Select[Any]) -> Select[Any]:
    if not user.is_admin:
        events = events.join(EventEvaluator, EventEvaluator.event_id == Event.id).where(
            EventEvaluator.user_id == user.id
        )
    return events.order_by(Event.starts_on.desc(), Event.id.desc())


def public_events() -> Sequence[Event]:
    """What everybody may watch, newest first: public and past the drafting."""
    return db.session.scalars(
        select(Event)
        .where(Event.visibility == Visibility.PUBLIC, Event.status != EventStatus.DRAFT)
        .order_by(Event.starts_on.desc(), Event.id.desc())
    ).all()


def outline(event: Event) -> Outline:
    counts: Any = db.session.execute(select(*_counts(event.id))).one()
    return Outline(*counts)


def event_with_outline(event_id: int) -> tuple[Event, Outline] | None:
    """With its categories loaded; one statement."""
    wanted = select(Event, *_counts(event_id)).where(Event.id == event_id).options(joinedload(Event.categories))
    found: Any = db.session.execute(wanted).unique().one_or_none()
    return (found[0], Outline(*found[1:])) if found else None


def _counts(event_id: int) -> list[Any]:
    """In the order of an outline's fields."""
    record = _record()
    written = select(func.count()).select_from(record).join(Activity, Activity.id == record.activity_id)
    ranged = Activity.low.is_not(None) | Activity.high.is_not(None)
    return [
        _count_of(Group, Group.event_id == event_id),
        _count_of(Participant, Participant.event_id == event_id, is_staying()),
        _count_of(Participant, Participant.event_id == event_id, ~is_staying()),
        _count_of(Activity, Activity.event_id == event_id),
        _count_of(Category, Category.event_id == event_id),
        _count_of(EventEvaluator, EventEvaluator.event_id == event_id),
        written.where(Activity.event_id == event_id, _has_value(record)).scalar_subquery(),
        _count_of(Group, Group.event_id == event_id, ~exists().where(Participant.group_id == Group.id, is_staying())),
        _count_of(Group, Group.event_id == event_id, ~exists().where(GroupEvaluator.group_id == Group.id)),
        _count_of(Activity, Activity.event_id == event_id, Activity.evaluation_type != EvaluationType.BOOLEAN, ~ranged),
        exists().where(record.activity_id == Activity.id, Activity.event_id == event_id),
    ]


def is_staying() -> Any:
    """The condition on a participant that they have not withdrawn."""
    return Participant.withdrawn_at.is_(None)


def _count_of(model: Any, *conditions: Any) -> Any:
    return select(func.count()).select_from(model).where(*conditions).scalar_subquery()


def _record() -> Any:
    """Results belong to a higher level; their table is found through the relationship that it gives an activity."""
    return inspect(Activity).relationships["records"].entity.class_


def _has_value(record: Any) -> Any:
    return record.amount.is_not(None) | record.status.is_not(None)


def _has_marks(record: Any) -> Any:
    """Also where they make no value yet."""
    mark = inspect(record).relationships["marks"].entity.class_
    return record.marks.any(mark.amount.is_not(None) | mark.status.is_not(None))


# Groups -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GroupRow:
    """`done` counts the values written for the group's people, over all activities. Who has withdrawn is left out."""

    group: Group
    people: int
    evaluators: int
    done: int


def group_rows(event: Event) -> list[GroupRow]:
    record = _record()
    done = (
        select(func.count())
        .select_from(record)
        .join(Participant, Participant.id == record.participant_id)
        .where(Participant.group_id == Group.id, is_staying(), _has_value(record))
        .scalar_subquery()
    )
    people = _count_of(Participant, Participant.group_id == Group.id, is_staying())
    staff = _count_of(GroupEvaluator, GroupEvaluator.group_id == Group.id)
    rows = db.session.execute(_groups_of(event).add_columns(people, staff, done))
    return [GroupRow(*row) for row in rows]


def groups(event: Event) -> Sequence[Group]:
    return db.session.scalars(_groups_of(event)).all()


def _groups_of(event: Event) -> Select[Group]:
    return select(Group).where(Group.event_id == event.id).order_by(Group.position, Group.id)


def people_in(group: Group) -> int:
    return db.session.scalar(select(_count_of(Participant, Participant.group_id == group.id))) or 0


# Activities -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ActivityRow:
    """`values` counts what is written, `done` what of it is by people who have not withdrawn."""

    activity: Activity
    values: int
    done: int


def activity_rows(event: Event) -> list[ActivityRow]:
    """In the event's order."""
    record = _record()
    values = select(func.count()).select_from(record).where(record.activity_id == Activity.id, _has_value(record))
    done = values.join(Participant, Participant.id == record.participant_id).where(is_staying())
    rows = db.session.execute(_activities_of(event).add_columns(values.scalar_subquery(), done.scalar_subquery()))
    return [ActivityRow(*row) for row in rows]


def activities(event: Event) -> Sequence[Activity]:
    return db.session.scalars(_activities_of(event)).all()


def _activities_of(event: Event) -> Select[Activity]:
    return select(Activity).where(Activity.event_id == event.id).order_by(Activity.position, Activity.id)


def values_in(activity: Activity) -> int:
    record = _record()
    return db.session.scalar(select(_count_of(record, record.activity_id == activity.id, _has_marks(record)))) or 0


def values_of(event: Event) -> int:
    """How many values are written in the whole event."""
    return outline(event).values


def recorded_among(people: Sequence[Participant]) -> set[int]:
    """The ids of those for whom anything was ever written."""
    record = _record()
    ids = [person.id for person in people]
    return set(db.session.scalars(select(record.participant_id).where(record.participant_id.in_(ids)).distinct()))


def has_records(part: Activity | Participant) -> bool:
    """Whether anything was ever written here; a cleared value counts, for it has a history."""
    record = _record()
    column = record.activity_id if isinstance(part, Activity) else record.participant_id
    return bool(db.session.scalar(select(exists().where(column == part.id))))


def ids_with_records(event: Event) -> set[int]:
    """Of the event's participants for whom anything was ever written."""
    record = _record()
    wanted = select(Participant.id).where(
        Participant.event_id == event.id, exists().where(record.participant_id == Participant.id)
    )
    return set(db.session.scalars(wanted))


# Categories -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CategoryRow:
    """How many people compete in it, and how many of them have a value. `category` is None for who fits none."""

    category: Category | None
    people: int
    scored: int


def categories(event: Event) -> Sequence[Category]:
    return db.session.scalars(
        select(Category).where(Category.event_id == event.id).order_by(Category.gender, Category.age_from, Category.id)
    ).all()


def category_rows(event: Event, found: Sequence[Category]) -> tuple[list[CategoryRow], CategoryRow]:
    """Each of the event's categories, and apart from them those who fit none; one statement."""
    record = _record()
    written = select(record.participant_id).join(Activity, Activity.id == record.activity_id)
    scored = written.where(Activity.event_id == event.id, _has_value(record)).distinct().subquery()
    alike = (
        select(Participant.gender, Participant.born, Participant.age, func.count(), func.count(scored.c.participant_id))
        .outerjoin(scored, scored.c.participant_id == Participant.id)
        .where(Participant.event_id == event.id, is_staying())
        .group_by(Participant.gender, Participant.born, Participant.age)
    )
    brackets = [category.bracket for category in found]
    people: Counter[int | None] = Counter()
    with_value: Counter[int | None] = Counter()
    for gender, born, age, count, count_scored in db.session.execute(alike):
        bracket = bracket_for(brackets, gender, age_on(born, event.starts_on) if born else age)
        key = bracket.id if bracket else None
        people[key] += count
        with_value[key] += count_scored
    rows = [CategoryRow(category, people[category.id], with_value[category.id]) for category in found]
    return rows, CategoryRow(None, people[None], with_value[None])


# Evaluators -------------------------------------------------------------------------------------------------------


def pool(event: Event) -> Sequence[EventEvaluator]:
    """By name, each with their user and, where they have one, their group's assignment."""
    return db.session.scalars(
        select(EventEvaluator)
        .join(EventEvaluator.user)
        .where(EventEvaluator.event_id == event.id)
        .options(contains_eager(EventEvaluator.user), joinedload(EventEvaluator.assignment))
        .order_by(func.lower(User.name), User.id)
        .execution_options(populate_existing=True)
    ).all()


def evaluators_outside(members: Sequence[EventEvaluator]) -> list[User]:
    """Who may evaluate and is not in the pool yet."""
    inside = {member.user_id for member in members}
    return [user for user in evaluators() if user.id not in inside]


def team_logins(event: Event) -> Sequence[TeamLogin]:
    return db.session.scalars(
        select(TeamLogin).where(TeamLogin.event_id == event.id).options(joinedload(TeamLogin.user))
    ).all()


def team_login_for(code_hash: str) -> TeamLogin | None:
    """The login that this code opens, with its event, group and user; none once the event is archived."""
    return db.session.scalar(
        select(TeamLogin)
        .join(TeamLogin.event)
        .where(TeamLogin.code_hash == code_hash, Event.status != EventStatus.ARCHIVED)
        .options(contains_eager(TeamLogin.event), joinedload(TeamLogin.group), joinedload(TeamLogin.user))
    )
