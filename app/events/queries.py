from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import Select, exists, func, inspect, select
from sqlalchemy.orm import contains_eager, joinedload

from ..accounts.models import User
from ..accounts.queries import evaluators
from ..extensions import db
from .categories import bracket_for
from .kinds import EventStatus, Visibility
from .models import Activity, Category, Event, EventEvaluator, Group, GroupEvaluator, Participant

PER_PAGE = 50

# Events -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EventRow:
    event: Event
    groups: int
    people: int
    activities: int


@dataclass(frozen=True)
class Outline:
    """What an event consists of, in numbers."""

    groups: int
    people: int
    activities: int
    categories: int
    evaluators: int
    groups_without_evaluator: int
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
    parts = (Group, Participant, Activity, Category, EventEvaluator)
    counted = (_count_of(model, model.event_id == event.id) for model in parts)
    unstaffed = _count_of(Group, Group.event_id == event.id, ~exists().where(GroupEvaluator.group_id == Group.id))
    recorded = exists().where(_record().activity_id == Activity.id, Activity.event_id == event.id)
    counts: Any = db.session.execute(select(*counted, unstaffed, recorded)).one()
    return Outline(*counts)


def _count_of(model: Any, *conditions: Any) -> Any:
    return select(func.count()).select_from(model).where(*conditions).scalar_subquery()


def _record() -> Any:
    """Results belong to a higher level; their table is found through the relationship that it gives an activity."""
    return inspect(Activity).relationships["records"].entity.class_


def _has_value(record: Any) -> Any:
    return record.amount.is_not(None) | record.status.is_not(None)


# Groups -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GroupRow:
    """`done` counts the values written for the group's people, over all activities."""

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
        .where(Participant.group_id == Group.id, _has_value(record))
        .scalar_subquery()
    )
    people = _count_of(Participant, Participant.group_id == Group.id)
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
    activity: Activity
    done: int


def activity_rows(event: Event) -> list[ActivityRow]:
    """In the event's order, with how many values are written in each."""
    record = _record()
    done = _count_of(record, record.activity_id == Activity.id, _has_value(record))
    rows = db.session.execute(_activities_of(event).add_columns(done))
    return [ActivityRow(*row) for row in rows]


def activities(event: Event) -> Sequence[Activity]:
    return db.session.scalars(_activities_of(event)).all()


def _activities_of(event: Event) -> Select[Activity]:
    return select(Activity).where(Activity.event_id == event.id).order_by(Activity.position, Activity.id)


def values_in(activity: Activity) -> int:
    record = _record()
    return db.session.scalar(select(_count_of(record, record.activity_id == activity.id, _has_value(record)))) or 0


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
    category: Category
    people: int


def categories(event: Event) -> Sequence[Category]:
    return db.session.scalars(
        select(Category).where(Category.event_id == event.id).order_by(Category.gender, Category.age_from, Category.id)
    ).all()


def category_rows(event: Event) -> tuple[list[CategoryRow], int]:
    """The categories with how many people compete in each, and how many people fit none."""
    found = categories(event)
    brackets = [category.bracket for category in found]
    people = db.session.scalars(select(Participant).where(Participant.event_id == event.id))
    fits = (bracket_for(brackets, person.gender, person.age_at(event.starts_on)) for person in people)
    counted = Counter(bracket.id if bracket else None for bracket in fits)
    return [CategoryRow(category, counted[category.id]) for category in found], counted[None]


# Participants -----------------------------------------------------------------------------------------------------


class People(Pagination):
    """A page of participants out of those whose ids are known, in that order."""

    def _query_items(self) -> list[Participant]:
        ids = self._query_args["ids"][self._query_offset :][: self.per_page]
        found = db.session.scalars(
            select(Participant).where(Participant.id.in_(ids)).options(joinedload(Participant.group))
        )
        by_id = {participant.id: participant for participant in found}
        return [by_id[participant_id] for participant_id in ids]

    def _query_count(self) -> int:
        return len(self._query_args["ids"])


def people(event: Event, words: str = "", group_id: int | None = None, page: int = 1) -> People:
    """By group and place in it. `words` are looked for in names and numbers, without regard to case and accents,
    which SQLite cannot do: the names of the whole event are read, and only the page's rows are loaded."""
    listed = (
        select(Participant.id, Participant.display_name, Participant.external_id)
        .join(Participant.group)
        .where(Participant.event_id == event.id)
        .order_by(Group.position, Group.id, Participant.position, Participant.id)
    )
    if group_id is not None:
        listed = listed.where(Participant.group_id == group_id)
    wanted = folded(words).split()
    rows = db.session.execute(listed)
    ids = [row_id for row_id, name, number in rows if _holds(f"{name} {number or ''}", wanted)]
    return People(page=page, per_page=PER_PAGE, error_out=False, ids=ids)


def _holds(text: str, wanted: Sequence[str]) -> bool:
    if not wanted:
        return True
    text = folded(text)
    return all(word in text for word in wanted)


def folded(text: str) -> str:
    """Without case and accents: "Žofie" is found by "zofie"."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in parts if not unicodedata.combining(character))


def participant_numbered(event: Event, external_id: str) -> Participant | None:
    return db.session.scalar(
        select(Participant).where(Participant.event_id == event.id, Participant.external_id == external_id)
    )


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
