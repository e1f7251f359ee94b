"""How far an event is: every group and activity, who is on it now, and who is still missing. For admins, and live."""

from __future__ import annotations

import hashlib
import json
from itertools import groupby

from flask import Blueprint, Flask, request
from werkzeug.wrappers import Response

from .. import web
from ..accounts.access import allow
from ..accounts.models import Role
from ..events import revisions
from ..events.access import event_to_manage, part_of
from ..events.models import Event, Group
from ..events.queries import groups
from . import presence, queries

bp = Blueprint("progress", __name__, url_prefix="/events/<int:event_id>/progress")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("")
@allow(Role.ADMIN)
def show(event_id: int) -> Response:
    """The page; for its own script 204 while nothing has changed, which asks for nothing but a revision."""
    event = event_to_manage(event_id)
    there = presence.on_sheets(event.id)
    state = _state(event, there)
    if web.wants_piece() and request.args.get("state") == state:
        return Response(status=204)
    found = queries.progress_of(groups(event))
    rows = [(group, list(sheets)) for group, sheets in groupby(found, key=lambda sheet: sheet.group)]
    only_open = request.args.get("only") == "open"
    shown = [(group, sheets) for group, sheets in rows if not only_open or not all(map(_is_complete, sheets))]
    return web.render(
        "scoring/progress.html",
        "scoring/_progress_table.html",
        event=event,
        rows=shown,
        there=there,
        state=state,
        only_open=only_open,
        done=sum(sheet.done for sheet in found),
        wanted=sum(sheet.people for sheet in found),
        complete=sum(map(_is_complete, found)),
        sheets=len(found),
    )


@bp.get("/<int:group_id>")
@allow(Role.ADMIN)
def show_group(event_id: int, group_id: int) -> Response:
    """Who has no value yet, by activity."""
    event = event_to_manage(event_id)
    group = part_of(event, Group, group_id)
    missing = queries.missing_in(group)
    return web.render("scoring/missing.html", "scoring/_missing.html", event=event, group=group, missing=missing)


def _is_complete(sheet: queries.SheetProgress) -> bool:
    return sheet.done >= sheet.people


def _state(event: Event, there: dict[tuple[int, int], list[str]]) -> str:
    """Changes with what the page shows."""
    now = revisions.revisions_of(event.id)
    names = json.dumps(sorted(there.items()))
    return f"{now.event if now else 0}-{hashlib.sha256(names.encode()).hexdigest()[:8]}"
