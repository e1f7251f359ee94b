"""A screen's content as HTML, shared by all screens that show the same: kept as boards are."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, current_app
from flask_babel import force_locale, ngettext

from ...events import freezes
from ...events.models import Activity, Event
from ...events.revisions import Revisions
from ...extensions import db
from .. import cache
from ..board import ActivityBoard, View, WholeBoard, board_of, has_whole, subject_of, whole_name
from ..cache import Kept
from ..queries import event_as_it_is
from ..schemes import plan_of
from ..standings import Row, Team
from ..whole import OverallRow, TeamRow, Whole
from . import queries
from .contents import Content, Kind


def key_of(event_id: int, content: Content, language: str, *, is_overlay: bool) -> str:
    """Pictures come and go without a revision, so they are named."""
    pictures = [image.file for image in queries.images(event_id)] if content.kind is Kind.SPONSORS else []
    return cache.key_of("screen", event_id, content.as_json(), language, is_overlay, pictures)


def drawn(key: str, revisions: Revisions, event_id: int, content: Content, language: str, *, is_overlay: bool) -> Kept:
    began = freezes.began(revisions.freezes, time.time())

    def make() -> Kept:
        db.session.commit()  # Else, on SQLite, it could be of a moment before the revision that is asked for.
        at = time.time()
        event = event_as_it_is(event_id) or abort(404)
        token, revision = event.link_token, event.revision
        return Kept(token, revision, at, _draw(event, content, language, is_overlay=is_overlay).encode())

    return cache.read(key, revisions.link_token, revisions.event, began, make)


def _draw(event: Event, content: Content, language: str, *, is_overlay: bool) -> str:
    """Without the context that other templates have: it would ask who is reading."""
    subject = subject_in(event, content.activity)
    group = next((one for one in event.groups if one.id == content.group), None)
    kind = content.kind
    is_there = subject is not None if kind in {Kind.BOARD, Kind.WINNERS} else isinstance(subject, Activity)
    if kind in {Kind.BOARD, Kind.WINNERS, Kind.NEXT} and not (is_there and (kind is not Kind.NEXT or group)):
        kind = Kind.NOTHING  # It was deleted since.
    with force_locale(language):
        board = None
        if kind in {Kind.BOARD, Kind.WINNERS}:
            board = board_of(view_of(event, content, language))
        shown = board.shown if isinstance(board, ActivityBoard | WholeBoard) else str
        template = "screens/_strip.html" if is_overlay else "screens/_content.html"
        return current_app.jinja_env.get_template(template).render(
            event=event,
            content=content,
            kind=kind,
            title=name_of(subject) if subject else "",
            group=group,
            board=board,
            lines=[Line.of(row, shown) for row in board.rows] if board else [],
            places=queries.winners(board.rows, content) if board else [],
            line=lambda row: Line.of(row, shown),
            people=queries.next_up(group, subject) if group and isinstance(subject, Activity) else [],
            images=queries.images(event.id) if kind is Kind.SPONSORS else [],
        )


@dataclass(frozen=True)
class Line:
    """A row of any board, as a hall sees it. `beside` is a person's group, or how many of a team count."""

    id: int
    place: int | None
    name: str
    beside: str
    colour: int
    value: str

    @classmethod
    def of(cls, row: Row | OverallRow | TeamRow, shown: Callable[[Any], str]) -> Line:
        subject = subject_of(row)
        team = subject if isinstance(subject, Team) else subject.group
        counted = sum(member.is_counted for member in row.line.members) if isinstance(row, TeamRow) else 0
        beside = ngettext("One counts", "%(num)d count", counted) if isinstance(row, TeamRow) else team.name
        return cls(subject.id, row.place, subject.name, beside, (team.colour - 1) % 10 + 1, shown(row))


def subject_in(event: Event, what: int | Whole | None) -> Activity | Whole | None:
    """What a content is about; None where it is not there any more."""
    if isinstance(what, Whole):
        return what if has_whole(plan_of(event), what) else None
    return next((one for one in event.activities if one.id == what), None)


def name_of(subject: Activity | Whole) -> str:
    return whole_name(subject) if isinstance(subject, Whole) else subject.name


def view_of(event: Event, content: Content, language: str) -> View:
    return View(
        event=event.id,
        activity=content.activity,
        bucket=content.bucket,
        page=1,
        language=language,
        link=None,
    )
