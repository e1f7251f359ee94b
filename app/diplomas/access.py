"""Diplomas are for admins, as their event is. Loaders answer 404 for what is of another event."""

from __future__ import annotations

from typing import TypeVar

from flask import abort

from ..events.access import event_to_manage, event_to_move
from ..events.models import Event
from ..extensions import db
from .models import AwardRule, Diploma, DiplomaFile, DiplomaTemplate, PrintRun

Part = TypeVar("Part", AwardRule, Diploma, DiplomaFile, DiplomaTemplate, PrintRun)


def event_to_award(event_id: int) -> Event:
    """Locked. Also an archived one: diplomas are printed when all is over."""
    return event_to_move(event_id)


def part_to_see(model: type[Part], event_id: int, part_id: int) -> Part:
    return _of(event_to_manage(event_id), model, part_id)


def part_to_change(model: type[Part], event_id: int, part_id: int) -> tuple[Event, Part]:
    """With its event locked."""
    event = event_to_award(event_id)
    return event, _of(event, model, part_id)


def _of(event: Event, model: type[Part], part_id: int) -> Part:
    part = db.session.get(model, part_id, populate_existing=True)
    if part is None or part.event_id != event.id or getattr(part, "deleted_at", None):
        abort(404)
    return part
