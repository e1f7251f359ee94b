"""What is done to an event and its plan. Every one of these wants the event's row locked, and commits nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select

from .. import audit
from ..accounts.models import User
from ..accounts.tokens import new_token
from ..audit.models import AuditEntry
from ..database import is_sqlite, now
from ..extensions import db
from . import queries, team_actions
from .categories import overlaps
from .changes import Refused, change, last_position, note, plain, put_at, remove
from .details import (
    ActivityDetails,
    CategoryDetails,
    EventDetails,
    GroupDetails,
    OverallDetails,
    PartDetails,
)
from .kinds import ActivityState, EventStatus, Visibility
from .models import Activity, Category, Event, EventEvaluator, Group, GroupEvaluator
from .names import name_key
from .revisions import touch

MOVES = {
    EventStatus.DRAFT: {EventStatus.ACTIVE},
    EventStatus.ACTIVE: {EventStatus.ARCHIVED, EventStatus.DRAFT},
    EventStatus.ARCHIVED: {EventStatus.ACTIVE},
}


# Events -----------------------------------------------------------------------------------------------------------


def create_event(details: EventDetails, *, by: User) -> Event:
    event = new_event(details)
    note(event, "event.create", by, event, plain(details))
    return event


def new_event(details: EventDetails) -> Event:
    """A private draft; the caller logs how it came to be."""
    event = Event(
        **details,
        id=_unused_id(),
        status=EventStatus.DRAFT,
        visibility=Visibility.PRIVATE,
        link_token=new_token(),
        created_at=now(),
    )
    db.session.add(event)
    db.session.flush()
    return event


def _unused_id() -> int | None:
    """SQLite would give the id of a deleted event anew, whose log still bears it."""
    if not is_sqlite():
        return None
    taken = select(func.max(Event.id)), select(func.max(AuditEntry.event_id))
    return max(db.session.scalar(highest) or 0 for highest in taken) + 1


def save_event(event: Event, details: EventDetails, *, by: User) -> None:
    change(event, "event.save", by, event, details)


def set_status(event: Event, status: EventStatus, *, by: User) -> None:
    """Raises Refused for a move that there is not, for a start that is blocked, and for a way back to the drafting
    where results are. Who signed in with a team's code is signed out when the event is over."""
    if status is event.status:
        return
    if status not in MOVES[event.status]:
        raise Refused(_l("This event cannot go there from where it is now."))
    known = queries.outline(event)
    if event.status is EventStatus.DRAFT and not known.is_ready:
        raise Refused(_l("It cannot start yet: it needs at least one participant and one activity."))
    if event.status is EventStatus.DRAFT and overlaps([category.bracket for category in event.categories]):
        raise Refused(_l("It cannot start yet: somebody could be in two categories."))
    if status is EventStatus.DRAFT and known.has_records:
        raise Refused(_l("It cannot go back to the drafting: there are results already."))
    if status is EventStatus.ARCHIVED:
        team_actions.sign_out_teams(event)
    change(event, "event.status", by, event, {"status": status})


def set_visibility(event: Event, visibility: Visibility, *, by: User) -> None:
    change(event, "event.visibility", by, event, {"visibility": visibility})


# Groups -----------------------------------------------------------------------------------------------------------


def create_group(event: Event, details: GroupDetails, *, by: User) -> Group:
    group = Group(
        event_id=event.id, **details, name_key=name_key(details["name"]), position=last_position(event, Group) + 1
    )
    db.session.add(group)
    note(event, "group.create", by, group, plain(details))
    return group


def save_group(event: Event, group: Group, details: GroupDetails, *, by: User) -> None:
    change(event, "group.save", by, group, {**details, "name_key": name_key(details["name"])})


def place_group(event: Event, group: Group, place: int, *, by: User) -> None:
    put_at(queries.groups(event), group, place)
    note(event, "group.place", by, group, {"place": place})


def delete_group(event: Event, group: Group, *, by: User) -> None:
    """Its evaluators stay in the pool, without a group. Raises Refused while there are people in it."""
    if queries.people_in(group):
        raise Refused(_l("There are still people in “%(name)s”. Move or delete them first.", name=group.name))
    team_actions.revoke_login(event, group, by=by)
    remove(event, "group.delete", by, group, {"name": group.name})


# Activities -------------------------------------------------------------------------------------------------------


def create_activity(event: Event, details: ActivityDetails, *, by: User) -> Activity:
    activity = Activity(
        event_id=event.id,
        **details,
        name_key=name_key(details["name"]),
        state=ActivityState.OPEN,
        position=last_position(event, Activity) + 1,
    )
    db.session.add(activity)
    note(event, "activity.create", by, activity, plain(details))
    return activity


def save_activity(event: Event, activity: Activity, details: ActivityDetails, *, by: User) -> None:
    change(event, "activity.save", by, activity, {**details, "name_key": name_key(details["name"])})


def place_activity(event: Event, activity: Activity, place: int, *, by: User) -> None:
    put_at(queries.activities(event), activity, place)
    note(event, "activity.place", by, activity, {"place": place})


def delete_activity(event: Event, activity: Activity, *, by: User) -> None:
    """Raises Refused once anything was written in it."""
    if queries.has_records(activity):
        raise Refused(_l("“%(name)s” has results, or a history of them, and stays.", name=activity.name))
    remove(event, "activity.delete", by, activity, {"name": activity.name})


# Categories -------------------------------------------------------------------------------------------------------


def create_category(event: Event, details: CategoryDetails, *, by: User) -> Category:
    category = Category(event_id=event.id, **details, name_key=name_key(details["name"]))
    db.session.add(category)
    note(event, "category.create", by, category, plain(details))
    return category


def save_category(event: Event, category: Category, details: CategoryDetails, *, by: User) -> None:
    change(event, "category.save", by, category, {**details, "name_key": name_key(details["name"])})


def delete_category(event: Event, category: Category, *, by: User) -> None:
    remove(event, "category.delete", by, category, {"name": category.name})


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
    note(event, "evaluator.remove", by, user, {"name": user.name})


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


# Overall ----------------------------------------------------------------------------------------------------------


def save_overall(event: Event, details: OverallDetails, parts: Mapping[int, PartDetails], *, by: User) -> None:
    """The event's rules and what each of its activities, by id, has to do with them, as one change."""
    old, new = dict[str, Any](), dict[str, Any]()
    rows: list[tuple[Event | Activity, Mapping[str, Any], str]] = [(event, details, "")]
    rows += [(one, parts[one.id], f"{one.name}: ") for one in event.activities if one.id in parts]
    for row, values, of in rows:
        for name, value in values.items():
            if getattr(row, name) != value:
                old[of + name], new[of + name] = getattr(row, name), value
                setattr(row, name, value)
    if new:
        note(event, "event.overall", by, event, {"old": plain(old), "new": plain(new)})
