"""What events have of somebody, for them to take along."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from ..accounts.models import User
from ..accounts.people import personal
from ..accounts.people.personal import Rows
from ..extensions import db
from .models import Event, EventEvaluator, Group, GroupEvaluator, Import


def init_app(_app: Flask) -> None:
    """The rules below are known once this module is loaded."""


@personal.source("events")
def _events(user: User) -> Rows:
    found = db.session.execute(
        select(Event.id, Event.name.label("event"), Event.starts_on, Group.name.label("group"))
        .join(EventEvaluator, EventEvaluator.event_id == Event.id)
        .outerjoin(
            GroupEvaluator,
            (GroupEvaluator.event_id == Event.id) & (GroupEvaluator.user_id == EventEvaluator.user_id),
        )
        .outerjoin(Group, Group.id == GroupEvaluator.group_id)
        .where(EventEvaluator.user_id == user.id)
        .order_by(Event.id)
    )
    return (dict(row) for row in found.mappings())


@personal.source("imports")
def _imports(user: User) -> Rows:
    found = db.session.scalars(select(Import).where(Import.user_id == user.id).order_by(Import.id))
    return (personal.row_of(one, "event_id", "filename", "created_at", "applied_at") for one in found)
