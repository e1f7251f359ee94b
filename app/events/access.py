"""Which events somebody may see or change. Loaders answer 404 for what is not theirs to see, 403 to change."""

from __future__ import annotations

from typing import TypeVar

from flask import abort, request
from flask_babel import gettext as _
from flask_login import current_user

from .. import web
from ..accounts.access import is_signed_in, me
from ..accounts.models import User
from ..database import locked
from ..extensions import db
from . import queries
from .kinds import Visibility
from .models import Activity, Category, Event, Group, Participant

Part = TypeVar("Part", Group, Activity, Category, Participant)


def event_to_manage(event_id: int) -> Event:
    """For an admin's pages; the endpoint itself lets only admins in."""
    return db.session.get(Event, event_id) or abort(404)


def event_to_change(event_id: int) -> Event:
    """Locked, and open to changes of its plan; 409 for an archived one."""
    event = event_to_move(event_id)
    if not event.can_change_plan:
        title, detail = _("This event is archived"), _("It can be read, but not changed. An admin can reopen it.")
        abort(web.error_answer(409, title, detail, "archived"))
    return event


def event_to_move(event_id: int) -> Event:
    """Locked, whatever its status: for changes of the status itself, and of who may watch."""
    event_to_manage(event_id)
    return locked(Event, event_id)


def part_of(event: Event, model: type[Part], part_id: int) -> Part:
    """A group, an activity, a category or a participant of this event and no other."""
    part = db.session.get(model, part_id)
    return part if part is not None and part.event_id == event.id else abort(404)


def can_see_board(event: Event, user: User | None, link: str | None) -> bool:
    """Public pages: everyone, whoever has the link, or the event's own staff."""
    if event.visibility is Visibility.PUBLIC:
        return True
    if event.visibility is Visibility.LINK and link is not None and link == event.link_token:
        return True
    return user is not None and (user.is_admin or queries.is_in_pool(event, user))


def event_to_watch(event_id: int) -> Event:
    """An event whose board the reader may see; `?link=` opens one that is shared by link."""
    event = db.session.get(Event, event_id)
    reader = me() if is_signed_in() or current_user.is_authenticated else None
    if event is None or not can_see_board(event, reader, request.args.get("link")):
        abort(404)
    return event
