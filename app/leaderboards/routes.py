from __future__ import annotations

import time
from dataclasses import replace

from flask import Blueprint, Flask, Response, abort, current_app, render_template, request
from flask_babel import force_locale
from markupsafe import Markup

from .. import metrics, web
from ..accounts.access import is_signed_in, me
from ..events.queries import events_for, public_events
from ..events.revisions import Revisions
from ..extensions import db
from ..i18n import language, theme
from ..spreadsheets import csv_answer
from . import access, cache, queries
from .board import Board, View, board_of
from .cache import Kept
from .export import as_csv

BOARD = "/events/<int(max=2147483647):event_id>/board"
SHARED_FOR_A_SECOND = "public, max-age=0, s-maxage=1"

bp = Blueprint("leaderboards", __name__)


def init_app(app: Flask) -> None:
    cache.init_app(app)
    app.register_blueprint(bp)


@bp.get("/boards")
@web.public
def index() -> Response:
    mine = events_for(me()) if is_signed_in() else []
    return web.render("leaderboards/index.html", mine=mine, events=public_events())


@bp.get(BOARD)
@web.public
def show(event_id: int) -> Response:
    """Strangers share the bytes of the whole page; for somebody signed in it is drawn around the shared piece."""
    watch = access.board_to_watch(event_id)
    view = View.asked_for(event_id, request, watch.link, language())
    if not is_signed_in():
        key = cache.key_of("page", watch.revisions.link_token, view, theme())
        page = _answer(key, _revision(watch.revisions, view), lambda: _page(view))
        page.vary.update(("Cookie", "Accept-Language"))
        return page
    heading = queries.heading(event_id, view.activity) or abort(404)
    view = replace(view, activity=heading.activity_id)
    key = _piece_key(view, watch.revisions.link_token)
    kept = cache.read(key, _revision(watch.revisions, view), lambda: _piece(view))
    piece = Markup(kept.body.decode())  # noqa: S704
    return web.render("leaderboards/show.html", heading=heading, board=piece, here=view.address)


@bp.get(f"{BOARD}/live")
@web.public
def live(event_id: int) -> Response:
    """The board's piece. Its address says all that it depends on, and it looks into no session."""
    watch = access.board_to_watch(event_id)
    view = View.asked_for(event_id, request, watch.link, current_app.config["BABEL_DEFAULT_LOCALE"])
    key = _piece_key(view, watch.revisions.link_token)
    response = _answer(key, _revision(watch.revisions, view), lambda: _piece(view))
    if watch.is_public:
        response.headers["Cache-Control"] = SHARED_FOR_A_SECOND
    return response


@bp.get(f"{BOARD}.csv")
@web.public
def download(event_id: int) -> Response:
    """All activities. `?bom=1` puts a mark in front by which Excel knows UTF-8."""
    watch = access.board_to_watch(event_id)
    key = cache.key_of("csv", watch.revisions.link_token)
    kept = cache.read(key, watch.revisions.event, lambda: _csv(event_id))
    name = (queries.heading(event_id, None) or abort(404)).event
    return csv_answer(kept.body, name)


def _answer(key: str, revision: int, build: cache.Build) -> Response:
    """A 304 where the reader has this revision; one that has a newer one finds that out from what is kept."""
    if request.if_none_match.contains_weak(_tag(key, revision)):
        metrics.count_board("unchanged")
        response = Response(status=304)
        response.set_etag(_tag(key, revision))
        return response
    kept = cache.read(key, revision, build)
    response = Response(kept.body)
    response.set_etag(_tag(key, kept.revision))
    response.make_conditional(request)
    return response


def _revision(revisions: Revisions, view: View) -> int:
    """What the view's bytes must be as new as. Which activity is the first, only the event's revision tells."""
    if view.activity is None:
        return revisions.event
    return revisions.activities.get(str(view.activity)) or abort(404)


def _page(view: View) -> Kept:
    board = _fresh_board(view)
    heading = f"{board.activity.name} · {board.event.name}" if board.activity else board.event.name
    piece = Markup(_draw(board))  # noqa: S704
    page = render_template("leaderboards/show.html", heading=heading, board=piece, here=board.view.address, shared=True)
    return Kept(_made_from(board, view), board.at, page.encode())


def _piece(view: View) -> Kept:
    board = _fresh_board(view)
    return Kept(_made_from(board, view), board.at, _draw(board).encode())


def _csv(event_id: int) -> Kept:
    db.session.commit()
    at = time.time()
    event = queries.event_as_it_is(event_id) or abort(404)
    return Kept(event.revision, at, as_csv(queries.event_standings(event)).encode())


def _fresh_board(view: View) -> Board:
    db.session.commit()  # Else, on SQLite, it could be of a moment before the revision that is asked for.
    return board_of(view)


def _made_from(board: Board, view: View) -> int:
    return board.event.revision if view.activity is None else board.revision


def _draw(board: Board) -> str:
    """Without the context that other templates have: it would ask who is reading."""
    state = _tag(_piece_key(board.view, board.event.link_token), board.revision)
    with force_locale(board.view.language):
        return current_app.jinja_env.get_template("leaderboards/_board.html").render(board=board, state=state)


def _piece_key(view: View, event_token: str) -> str:
    """The event's own token keeps two events apart that had the same number in two databases."""
    return cache.key_of("piece", event_token, view)


def _tag(key: str, revision: int) -> str:
    return f"{key}-{revision}"
