"""`/d/<number>`: whether a diploma counts, for whoever holds it in their hands. It says what is printed, no more."""

from __future__ import annotations

import structlog
from flask import Blueprint, Flask, Response
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from .. import web
from ..extensions import client_address, limiter
from . import queries
from .forms import NumberForm
from .models import Diploma
from .numbers import Seals, typed

log = structlog.get_logger()

bp = Blueprint("verification", __name__, url_prefix="/d")

limited = limiter.shared_limit("60/minute", scope="verification", key_func=client_address)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/")
@web.public
@limited
def find() -> AnyResponse:
    """A number typed by hand; without one, the form for it."""
    form = NumberForm.of_address()
    if not form.number.data:
        return page(form)
    number = typed(form.number.data)
    return web.go_to("verification.show", number=number) if number else unknown(form)


@bp.get("/<number>")
@web.public
@limited
def show(number: str) -> AnyResponse:
    known, form = typed(number), NumberForm.of_address()
    form.number.data = known or number[:40]
    diploma = genuine(known) if known else None
    return page(form, diploma) if diploma else unknown(form)


def genuine(number: str) -> Diploma | None:
    """The diploma with this number, if it is one of ours and nobody has altered what we know of it."""
    seals = Seals()
    diploma = queries.diploma_with(number) if seals.is_ours(number) else None
    if diploma is None:
        return None
    if seals.seal(number, diploma.event_id, diploma.award, diploma.says) != diploma.seal:
        log.error("diploma_altered", number=number)
        return None
    return diploma


def unknown(form: NumberForm) -> Response:
    form.number.errors = [_("No diploma has this number. Look at it again: it has four groups of four.")]
    return page(form, status=404)


def page(form: NumberForm, diploma: Diploma | None = None, *, status: int = 200) -> Response:
    answer = web.render("diplomas/verify.html", status=status, form=form, diploma=diploma)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
