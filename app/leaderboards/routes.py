from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, Flask, Response, abort, current_app, render_template, request
from flask_babel import force_locale
from markupsafe import Markup

from .. import web
from ..accounts.access import is_signed_in, me
from ..events import freezes
from ..events.queries import events_for, public_events
from ..extensions import db
from ..i18n import language
from ..spreadsheets import csv_answer
from . import access, cache, queries, shortcut, wanted
from .board import Board, View, board_of, whole_name
from .cache import Kept
from .export import as_csv
from .recent import Recent, without_collecting
from .whole import Whole

BOARD = "/events/<int(max=2147483647):event_id>/board"

bp = Blueprint("leaderboards", __name__)


def init_app(app: Flask) -> None:
    cache.init_app(app)
    app.extensions["laurel_standings"] = Recent()
    app.register_blueprint(bp)
    shortcut.init_app(app)


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
    if not is_signed_in():
        what = wanted.page(event_id, request, watch.link)
        return wanted.answer(what, watch, request, lambda: _kept(what.key, watch, what.view, _page))
    view = View.asked_for(event_id, request, watch.link, language())
    heading, view = heading_of(view)
    kept = _kept(wanted.piece_key(view), watch, view, _piece)
    piece = Markup(kept.body.decode())  # noqa: S704
    return web.render("leaderboards/show.html", heading=heading, board=piece, here=view.address)


@bp.get(f"{BOARD}/live")
@web.public
def live(event_id: int) -> Response:
    """The board's piece, which looks into no session where everybody may see it."""
    watch = access.board_to_watch(event_id)
    what = wanted.piece(event_id, request, watch.link)
    return wanted.answer(what, watch, request, lambda: _kept(what.key, watch, what.view, _piece))


@bp.get(f"{BOARD}.csv")
@web.public
def download(event_id: int) -> Response:
    """All activities. `?bom=1` puts a mark in front by which Excel knows UTF-8."""
    watch = access.board_to_watch(event_id)
    key, revisions = cache.key_of("csv", event_id), watch.revisions
    kept = cache.read(key, revisions.link_token, revisions.event, wanted.began(watch), lambda: _csv(event_id))
    name = (queries.heading(event_id, None) or abort(404)).event
    return csv_answer(kept.body, name)


def heading_of(view: View) -> tuple[str, View]:
    """What stands on top of the page, and the view with the activity that is meant."""
    if isinstance(view.activity, Whole):
        found = queries.heading(view.event, None) or abort(404)
        return f"{whole_name(view.activity)} · {found.event}", view
    found = queries.heading(view.event, view.activity) or abort(404)
    return str(found), replace(view, activity=found.activity_id)


def _kept(key: str, watch: access.Watch, view: View, make: Callable[[View], Kept]) -> Kept:
    token, revision = watch.revisions.link_token, wanted.revision_of(watch, view)
    return cache.read(key, token, revision, wanted.began(watch), lambda: make(view))


@without_collecting()
def _page(view: View) -> Kept:
    board = _fresh_board(view)
    heading = f"{board.title} · {board.event.name}" if board.title else board.event.name
    piece = Markup(_draw(board))  # noqa: S704
    page = render_template("leaderboards/show.html", heading=heading, board=piece, here=board.view.address, shared=True)
    # A hundred rows are to weigh little; nothing on this page stands in lines that begin with spaces.
    lean = "\n".join(line.lstrip() for line in page.splitlines())
    return Kept(board.event.link_token, _made_from(board, view), board.at, lean.encode())


@without_collecting()
def _piece(view: View) -> Kept:
    board = _fresh_board(view)
    return Kept(board.event.link_token, _made_from(board, view), board.at, _draw(board).encode())


@without_collecting()
def _csv(event_id: int) -> Kept:
    db.session.commit()
    at = time.time()
    event = queries.event_as_it_is(event_id) or abort(404)
    text = as_csv(queries.event_standings(event), queries.wholes(event))
    return Kept(event.link_token, event.revision, at, text.encode())


def _fresh_board(view: View) -> Board:
    db.session.commit()  # Else, on SQLite, it could be of a moment before the revision that is asked for.
    return board_of(view)


def _made_from(board: Board, view: View) -> int:
    return board.revision if isinstance(view.activity, int) else board.event.revision


def _draw(board: Board) -> str:
    """Without the context that other templates have: it would ask who is reading."""
    began = freezes.began(board.event.freezes, board.at)
    state = wanted.tag_of(wanted.piece_key(board.view), board.event.link_token, board.revision, began)
    with force_locale(board.view.language):
        return current_app.jinja_env.get_template("leaderboards/_board.html").render(board=board, state=state)
