"""Every component of the look on one page. Not served in production."""

from __future__ import annotations

from flask import Blueprint, Flask, Response

from . import web

bp = Blueprint("styleguide", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/styleguide")
@web.public
def show() -> Response:
    return web.render("styleguide.html")
