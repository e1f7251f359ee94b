"""What is done to an event and its plan. Every one of these wants the event's row locked, and commits nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import delete, func, select

from .. import audit
from ..accounts.models import User
from ..accounts.tokens import new_token
from ..database import now
from ..extensions import Model, db
from . import queries
from .details import ActivityDetails, CategoryDetails, EventDetails, GroupDetails, ParticipantDetails
from .kinds import ActivityState, EventStatus, Visibility
from .models import Activity, Category, Event, EventEvaluator, Group, GroupEvaluator, Participant
from .names import name_key
from .revisions import touch

MOVES = {
    EventStatus.DRAFT: {EventStatus.ACTIVE},
    EventStatus.ACTIVE: {EventStatus.ARCHIVED, EventStatus.DRAFT},
    EventStatus.ARCHIVED: {EventStatus.ACTIVE},
}


class Refused(Exception):
    """It cannot be done now; the message says why, for people."""

    def __init__(self, message: LazyString) -> None:
        super().__init__("refused")
        self.message = message


# Events -----------------------------------------------------------------------------------------------------------


def create_event(details: EventDetails, *, by: User) -> Event:
    event = Event(
        **details,
        status=EventStatus.DRAFT,
        visibility=Visibility.PRIVATE,
        link_token=new_token(),
        created_at=now(),
    )
    db.session.add(event)
    _note(event, "event.create", by, event, _plain(details))
    return event


def save_event(event: Event, details: EventDetails, *, by: User) -> None:
    _change(event, "event.save", by, event, details)


def set_status(event: Event, status: EventStatus, *, by: User) -> None:
    """Raises Refused for a move that there is not, for a start without people or activities, and for a way back to
    the drafting where results are."""
    if status is event.status:
        return
    if status not in MOVES[event.status]:
        raise Refused(_l("This event cannot go there from where it is now."))
    known = queries.outline(event)
    if event.status is EventStatus.DRAFT and not known.is_ready:
        raise Refused(_l("It cannot start yet: it needs at least one participant and one activity."))
    if status is EventStatus.DRAFT and known.has_records:
        raise Refused(_l("It cannot go back to the drafting: there are results already."))
    _change(event, "event.status", by, event, {"status": status})


def set_visibility(event: Event, visibility: Visibility, *, by: User) -> None:
    _change(event, "event.visibility", by, event, {"visibility": visibility})


# Groups -----------------------------------------------------------------------------------------------------------


def create_group(event: Event, details: GroupDetails, *, by: User) -> Group:
    group = Group(
        event_id=event.id, **details, name_key=name_key(details["name"]), position=_last_position(event, Group) + 1
    )
    db.session.add(group)
    _note(event, "group.create", by, group, _plain(details))
    return group


def save_group(event: Event, group: Group, details: GroupDetails, *, by: User) -> None:
    _change(event, "group.save", by, group, {**details, "name_key": name_key(details["name"])})


def place_group(event: Event, group: Group, place: int, *, by: User) -> None:
    _place(queries.groups(event), group, place)
    _note(event, "group.place", by, group, {"place": place})


def delete_group(event: Event, group: Group, *, by: User) -> None:
    """Its evaluators stay in the pool, without a group. Raises Refused while there are people in it."""
    if queries.people_in(group):
        raise Refused(_l("There are still people in “%(name)s”. Move or delete them first.", name=group.name))
    _delete(event, "group.delete", by, group, {"name": group.name})


# Activities -------------------------------------------------------------------------------------------------------


def create_activity(event: Event, details: ActivityDetails, *, by: User) -> Activity:
    activity = Activity(
        event_id=event.id,
        **details,
        name_key=name_key(details["name"]),
        state=ActivityState.OPEN,
        position=_last_position(event, Activity) + 1,
    )
    db.session.add(activity)
    _note(event, "activity.create", by, activity, _plain(details))
    return activity


def save_activity(event: Event, activity: Activity, details: ActivityDetails, *, by: User) -> None:
    _change(event, "activity.save", by, activity, {**details, "name_key": name_key(details["name"])})


def place_activity(event: Event, activity: Activity, place: int, *, by: User) -> None:
    _place(queries.activities(event), activity, place)
    _note(event, "activity.place", by, activity, {"place": place})


def set_state(event: Event, activity: Activity, state: ActivityState, *, by: User) -> None:
    _change(event, "activity.state", by, activity, {"state": state})


def delete_activity(event: Event, activity: Activity, *, by: User) -> None:
    """Raises Refused once anything was written in it."""
    if queries.has_records(activity):
        raise Refused(_l("“%(name)s” has results, or a history of them, and stays.", name=activity.name))
    _delete(event, "activity.delete", by, activity, {"name": activity.name})


# Categories -------------------------------------------------------------------------------------------------------


def create_category(event: Event, details: CategoryDetails, *, by: User) -> Category:
    category = Category(event_id=event.id, **details, name_key=name_key(details["name"]))
    db.session.add(category)
    _note(event, "category.create", by, category, _plain(details))
    return category


def save_category(event: Event, category: Category, details: CategoryDetails, *, by: User) -> None:
    _change(event, "category.save", by, category, {**details, "name_key": name_key(details["name"])})


def delete_category(event: Event, category: Category, *, by: User) -> None:
    _delete(event, "category.delete", by, category, {"name": category.name})


# Participants -----------------------------------------------------------------------------------------------------


def create_participant(event: Event, details: ParticipantDetails, *, by: User) -> Participant:
    participant = Participant(event_id=event.id, **details, extra={}, position=_last_position(event, Participant) + 1)
    db.session.add(participant)
    _note(event, "participant.create", by, participant, _plain(details))
    return participant


def save_participant(event: Event, participant: Participant, details: ParticipantDetails, *, by: User) -> None:
    _change(event, "participant.save", by, participant, details)


def delete_participant(event: Event, participant: Participant, *, by: User) -> None:
    """Raises Refused once anything was written for them."""
    if queries.has_records(participant):
        raise Refused(_l("%(name)s has results, or a history of them, and stays.", name=participant.display_name))
    _delete(event, "participant.delete", by, participant, {"display_name": participant.display_name})


# Evaluators -------------------------------------------------------------------------------------------------------


def add_evaluators(event: Event, users: Sequence[User], *, by: User) -> None:
    """Put people into the pool who are not in it."""
    db.session.add_all(EventEvaluator(event_id=event.id, user_id=user.id) for user in users)
    for user in users:
        audit.record(event, "evaluator.add", by=by, subject=user, payload={"name": user.name})
    touch(event)


def remove_evaluator(event: Event, member: EventEvaluator, *, by: User) -> None:
    """Out of the pool, and so out of their group. What they have written stays."""
    db.session.execute(
        delete(GroupEvaluator).where(GroupEvaluator.event_id == event.id, GroupEvaluator.user_id == member.user_id)
    )
    user = member.user
    db.session.delete(member)
    _note(event, "evaluator.remove", by, user, {"name": user.name})


def assign(event: Event, groups: Mapping[int, Group | None], *, by: User) -> None:
    """Give evaluators of the pool, by their user's id, one group each, or none."""
    before = {member.user_id: member for member in queries.pool(event)}
    changed = False
    for user_id, group in groups.items():
        member = before[user_id]
        old_id = member.assignment.group_id if member.assignment else None
        if old_id == (group.id if group else None):
            continue
        if group is None:
            db.session.delete(member.assignment)
        else:
            db.session.merge(GroupEvaluator(event_id=event.id, user_id=user_id, group_id=group.id))
        changed = True
        payload = {"old": old_id, "new": group.id if group else None, "name": member.user.name}
        audit.record(event, "evaluator.assign", by=by, subject=member.user, payload=payload)
    if changed:
        touch(event)


# What they share --------------------------------------------------------------------------------------------------


def _note(event: Event, action: str, by: User, subject: Model, payload: dict[str, Any]) -> None:
    """Log what was done and raise the revisions, once its rows have their ids."""
    db.session.flush()
    audit.record(event, action, by=by, subject=subject, payload=payload)
    touch(event)


def _change(event: Event, action: str, by: User, row: Model, values: Mapping[str, Any]) -> None:
    """Write what is new in these values; where nothing is, nothing happened."""
    old = {name: getattr(row, name) for name, value in values.items() if getattr(row, name) != value}
    if not old:
        return
    new = {name: values[name] for name in old}
    for name, value in new.items():
        setattr(row, name, value)
    _note(event, action, by, row, {"old": _plain(old), "new": _plain(new)})


def _delete(event: Event, action: str, by: User, row: Model, payload: dict[str, Any]) -> None:
    db.session.delete(row)
    _note(event, action, by, row, payload)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON can hold it; the folded name says nothing that the name does not."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if name != "name_key"
    }


def _last_position(event: Event, model: type[Group] | type[Activity] | type[Participant]) -> int:
    return db.session.scalar(select(func.max(model.position)).where(model.event_id == event.id)) or 0


def _place(rows: Sequence[Group] | Sequence[Activity], moved: Group | Activity, place: int) -> None:
    """Move one to this place, counted from 1, and number them all anew; beyond an end is that end."""
    order: list[Group | Activity] = [row for row in rows if row is not moved]
    order.insert(max(place - 1, 0), moved)
    for position, row in enumerate(order, start=1):
        row.position = position
