"""The first page: where somebody has something to do, by role; for strangers, what Laurel is."""

from __future__ import annotations

from flask import Blueprint, Flask
from werkzeug.wrappers import Response

from . import web
from .accounts.access import is_signed_in, me
from .accounts.models import Role
from .events.queries import public_events

bp = Blueprint("home", __name__)

HOMES = {
    Role.SUPER_ADMIN: "events.index",
    Role.ADMIN: "events.index",
    Role.EVALUATOR: "scoring.index",
    Role.PLAYER: "leaderboards.index",
}


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/")
@web.public
def show() -> Response:
    if is_signed_in():
        return web.go_to(HOMES[me().role])
    return web.render("home.html", events=public_events())
