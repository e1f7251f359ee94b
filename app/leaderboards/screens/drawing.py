"""A screen's content as HTML, shared by all screens that show the same: kept as boards are."""

from __future__ import annotations

import time

from flask import abort, current_app
from flask_babel import force_locale

from ...events import freezes
from ...events.models import Event
from ...events.revisions import Revisions
from ...extensions import db
from .. import cache
from ..board import View, board_of
from ..cache import Kept
from ..queries import event_as_it_is
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
    activity = next((one for one in event.activities if one.id == content.activity), None)
    group = next((one for one in event.groups if one.id == content.group), None)
    kind = content.kind
    if (kind in {Kind.BOARD, Kind.WINNERS, Kind.NEXT} and activity is None) or (kind is Kind.NEXT and group is None):
        kind = Kind.NOTHING  # It was deleted since.
    with force_locale(language):
        board = None
        if activity and kind in {Kind.BOARD, Kind.WINNERS}:
            board = board_of(view_of(event, content, language))
        template = "screens/_strip.html" if is_overlay else "screens/_content.html"
        return current_app.jinja_env.get_template(template).render(
            event=event,
            content=content,
            kind=kind,
            activity=activity,
            group=group,
            board=board,
            rows=board.rows if board else (),
            places=queries.winners(board.rows, content) if board else [],
            people=queries.next_up(group, activity) if group and activity and kind is Kind.NEXT else [],
            images=queries.images(event.id) if kind is Kind.SPONSORS else [],
        )


def view_of(event: Event, content: Content, language: str) -> View:
    return View(
        event=event.id,
        activity=content.activity,
        bucket=content.bucket,
        page=1,
        language=language,
        link=None,
    )
