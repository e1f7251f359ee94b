"""Where an admin locks, publishes and opens activities, with what there is to know before."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, request
from flask_babel import ngettext
from werkzeug.wrappers import Response

from ... import web
from ...accounts.access import allow, me
from ...accounts.models import Role
from ...events.access import event_to_change, event_to_manage
from ...events.changes import Refused
from ...events.kinds import ActivityState
from ...events.models import Event
from ...extensions import db
from . import queries
from .actions import Move, move
from .forms import StateForm

bp = Blueprint("lifecycle", __name__, url_prefix="/events/<int:event_id>")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/results")
@allow(Role.ADMIN)
def show(event_id: int) -> Response:
    event = event_to_manage(event_id)
    return results_page(event, StateForm(event.activities, request.args.getlist("activity", type=int)))


@bp.post("/results/locked")
@allow(Role.ADMIN)
def lock(event_id: int) -> Response:
    return move_to(event_id, ActivityState.LOCKED)


@bp.post("/results/open")
@allow(Role.ADMIN)
def reopen(event_id: int) -> Response:
    return move_to(event_id, ActivityState.OPEN)


@bp.post("/results/published")
@allow(Role.ADMIN)
def publish(event_id: int) -> Response:
    return move_to(event_id, ActivityState.PUBLISHED)


def move_to(event_id: int, state: ActivityState) -> Response:
    event = event_to_change(event_id)
    form = StateForm(event.activities)
    if not form.validate():
        return results_page(event, form, status=422)
    chosen = [activity for activity in event.activities if activity.id in form.activities.data]
    try:
        moved = move(event, chosen, Move(state, form.reason.data, form.despite_flags.data), by=me())
    except Refused as refusal:
        return results_page(event, form, problem=str(refusal.message), status=409)
    db.session.commit()
    flash(news(state, len(moved)), "ok")
    return web.go_to("lifecycle.show", event_id=event.id)


def news(state: ActivityState, count: int) -> str:
    match state:
        case ActivityState.OPEN:
            return ngettext("One activity is open again.", "%(num)d activities are open again.", count)
        case ActivityState.LOCKED:
            return ngettext(
                "One activity is locked. No value can change now.",
                "%(num)d activities are locked. No value can change now.",
                count,
            )
        case ActivityState.PUBLISHED:
            return ngettext("One activity is published.", "%(num)d activities are published.", count)


def results_page(event: Event, form: StateForm, *, problem: str | None = None, status: int = 200) -> Response:
    return web.render(
        "lifecycle/show.html",
        status=status,
        event=event,
        form=form,
        problem=problem,
        outlooks=queries.outlooks(event),
        chosen=set(form.activities.data or ()),
    )
