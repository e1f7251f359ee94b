"""A map's page: how hard it is, what mods make of it, who of ours played it, and who lost a play on it."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import web
from ..accounts.access import allow
from ..accounts.models import Role
from ..extensions import client_address, db, limiter
from ..jobs import enqueue
from ..tournaments import queries as tournaments
from . import queries
from .jobs import work_out_beatmap
from .models import COVERS, Beatmap

bp = Blueprint("beatmaps", __name__, url_prefix="/beatmaps")

STATUSES = {-2: "graveyard", -1: "WIP", 0: "pending", 1: "ranked", 2: "approved", 3: "qualified", 4: "loved"}
"""osu!'s own words, which nobody translates."""


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/<int:beatmap_id>")
@web.public
def show(beatmap_id: int) -> Response:
    beatmap = db.session.get(Beatmap, beatmap_id) or abort(404)
    page = web.render(
        "osu/beatmap.html",
        beatmap=beatmap,
        played=tournaments.played(beatmap_id),
        kind=STATUSES.get(beatmap.status, "?"),
        lost=queries.lost_on(beatmap_id),
    )
    return web.allow_pictures_from(page, COVERS)


@bp.post("/<int:beatmap_id>/difficulty")
@allow(Role.PLAYER, shared=False)
@limiter.limit("10/minute", key_func=client_address)
def work_out(beatmap_id: int) -> Response:
    """Asked of the worker by whoever wants to know: osu! is not asked for files that nobody looks at."""
    beatmap = db.session.get(Beatmap, beatmap_id) or abort(404)
    if beatmap.with_mods is None:
        enqueue(work_out_beatmap, beatmap.id)
        db.session.commit()
        flash(_("It is being worked out. Look again in a moment."), "ok")
    return web.go_to("beatmaps.show", beatmap_id=beatmap_id)
