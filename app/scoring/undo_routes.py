"""Taking back on a sheet: one's own last save in one action, and the whole sheet to a time, previewed first."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Flask, abort, flash, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from .. import web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..extensions import db
from . import undoing
from .access import sheet_to_score
from .actions import NotOpen
from .queries import Sheet
from .routes import why_not_open

bp = Blueprint("undoing", __name__, url_prefix="/sheets/<int:group_id>/<int:activity_id>")

MOST = 200


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.post("/undo")
@allow(Role.EVALUATOR)
def undo(group_id: int, activity_id: int) -> Response:
    sheet = sheet_to_score(group_id, activity_id)
    try:
        outcomes = undoing.undo_last(sheet, by=me())
    except NotOpen as closed:
        db.session.rollback()
        abort(409, description=why_not_open(closed))
    except undoing.NothingToUndo:
        db.session.rollback()
        flash(_("There is nothing of yours to undo on this sheet."))
        return back_to(sheet)
    except undoing.ChangedSince as changed:
        db.session.rollback()
        whose = {"who": changed.who, "name": changed.participant.display_name}
        flash(_("%(who)s has changed %(name)s since, so nothing was undone.", **whose), "bad")
        return back_to(sheet)
    db.session.commit()
    first = outcomes[0].entry.participant
    done = ngettext(
        "Undone: %(name)s", "Undone: %(name)s and others, %(num)d rows", len(outcomes), name=first.display_name
    )
    flash(done, "ok")
    return back_to(sheet, f"row-{first.id}")


@bp.get("/history")
@allow(Role.EVALUATOR)
def show_history(group_id: int, activity_id: int) -> Response:
    """Every change of the sheet, newest first, each with the way back to before it."""
    sheet = sheet_to_score(group_id, activity_id)
    changes = undoing.open_changes_on(sheet)
    names = {person.id: person.display_name for person in sheet.participants}
    return web.render(
        "scoring/sheet_history.html", sheet=sheet, changes=changes[:MOST], names=names, more=max(0, len(changes) - MOST)
    )


@bp.get("/back")
@allow(Role.EVALUATOR)
def show_back(group_id: int, activity_id: int) -> Response:
    """What putting the sheet back to before a moment would change."""
    sheet = sheet_to_score(group_id, activity_id)
    if "before" not in request.args:
        return web.go_to("undoing.show_history", group_id=group_id, activity_id=activity_id)
    return preview(sheet, moment(request.args["before"]))


@bp.post("/back")
@allow(Role.EVALUATOR)
def put_back(group_id: int, activity_id: int) -> Response:
    sheet = sheet_to_score(group_id, activity_id)
    before = moment(request.form.get("before", ""))
    try:
        outcomes = undoing.put_back(sheet, before, request.form.get("fingerprint", ""), by=me())
    except NotOpen as closed:
        db.session.rollback()
        abort(409, description=why_not_open(closed))
    except undoing.Moved:
        db.session.rollback()
        return preview(sheet, before, problem=_("The sheet has changed in the meantime. Look once more."), status=409)
    db.session.commit()
    flash(ngettext("One row is put back.", "%(num)d rows are put back.", len(outcomes)), "ok")
    return back_to(sheet)


def preview(sheet: Sheet, before: datetime, *, problem: str = "", status: int = 200) -> Response:
    steps = undoing.steps_back(sheet, before)
    return web.render(
        "scoring/back.html",
        status=status,
        sheet=sheet,
        before=before,
        steps=steps,
        fingerprint=undoing.fingerprint(steps),
        problem=problem,
    )


def moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        abort(404)
    return found if found.tzinfo else abort(404)


def back_to(sheet: Sheet, anchor: str | None = None) -> Response:
    return web.go_to("scoring.show", group_id=sheet.group.id, activity_id=sheet.activity.id, _anchor=anchor)
