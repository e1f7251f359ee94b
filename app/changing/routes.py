"""Changes of the plan on the day: each is previewed, done as it was previewed, and undone as a whole."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, flash, request
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from .. import web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..events.access import event_to_change, event_to_manage
from ..events.changes import Refused
from ..events.models import Event, Participant
from ..extensions import db
from . import actions, queries
from .making import Wanted, both_written, plan_for
from .models import PlanChange
from .plan import Kind, Plan, from_json
from .preview import lines_of, places_of

bp = Blueprint("changing", __name__, url_prefix="/events/<int:event_id>/changes")

ASKED = {
    Kind.ADD: ("name",),
    Kind.WITHDRAW: ("one",),
    Kind.QUIT: ("one",),
    Kind.SWAP: ("one", "other"),
    Kind.MOVE: ("one", "group"),
    Kind.MERGE: ("one", "other"),
    Kind.SCORING: ("activity", "preview"),
}
"""What has to be said before there is anything to preview."""


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


def words() -> dict[Kind, str]:
    return {
        Kind.ADD: _("Add somebody late"),
        Kind.WITHDRAW: _("Withdraw somebody"),
        Kind.QUIT: _("Quit all that is left"),
        Kind.SWAP: _("Swap two people"),
        Kind.MOVE: _("Move to another group"),
        Kind.MERGE: _("Merge two who are one"),
        Kind.SCORING: _("Change how it is scored"),
    }


@bp.get("")
@allow(Role.ADMIN)
def index(event_id: int) -> Response:
    return changes_page(event_to_manage(event_id))


@bp.get("/new")
@allow(Role.ADMIN)
def new(event_id: int) -> Response:
    """What is wanted stands in the address: first in part, then whole, with what exactly will happen."""
    event = event_to_manage(event_id)
    if "kind" not in request.args:
        return web.go_to("changing.index", event_id=event.id)
    wanted = wanted_of(request.args)
    if not all(wanted.text(name) for name in ASKED[wanted.kind]):
        return new_page(event, wanted)
    try:
        return new_page(event, wanted, plan_for(event, wanted))
    except Refused as refusal:
        return new_page(event, wanted, problem=str(refusal.message), status=422)


@bp.post("")
@allow(Role.ADMIN)
def create(event_id: int) -> Response:
    """Done if it still is what was previewed; else the preview again, as it would be now."""
    event = event_to_change(event_id)
    wanted = wanted_of(request.form)
    try:
        plan = plan_for(event, wanted)
        if plan.fingerprint != request.form.get("fingerprint"):
            return new_page(
                event, wanted, plan, problem=_("Something changed in the meantime. Look again."), status=409
            )
        actions.change_plan(event, plan, by=me())
    except Refused as refusal:
        db.session.rollback()
        return new_page(event_to_manage(event_id), wanted, problem=str(refusal.message), status=409)
    db.session.commit()
    flash(_("Done. It can be undone below."), "ok")
    return web.go_to("changing.index", event_id=event.id)


@bp.post("/<int:change_id>/undo")
@allow(Role.ADMIN)
def undo(event_id: int, change_id: int) -> Response:
    event = event_to_change(event_id)
    made = db.session.get(PlanChange, change_id)
    if made is None or made.event_id != event.id:
        abort(404)
    try:
        actions.undo_change(event, made, by=me())
    except Refused as refusal:
        db.session.rollback()
        return changes_page(event_to_manage(event_id), problem=str(refusal.message), status=409)
    db.session.commit()
    flash(_("Undone. All is as it was before."), "ok")
    return web.go_to("changing.index", event_id=event.id)


def wanted_of(said: MultiDict[str, str]) -> Wanted:
    """`people` are those chosen in a list."""
    values = said.to_dict()
    if people := said.getlist("people"):
        values["one"] = ",".join(people)
        del values["people"]
    kind = values.get("kind", "")
    return Wanted(Kind(kind), values) if kind in set(Kind) else abort(404)


def changes_page(event: Event, *, problem: str | None = None, status: int = 200) -> Response:
    changes = [(made, lines_of(event, from_json(made.steps))) for made in queries.changes_of(event)]
    return web.render(
        "changing/index.html", status=status, event=event, changes=changes, words=words(), problem=problem
    )


def new_page(
    event: Event, wanted: Wanted, plan: Plan | None = None, *, problem: str | None = None, status: int = 200
) -> Response:
    one, other = (db.session.get(Participant, wanted.number(name) or 0) for name in ("one", "other"))
    clash = both_written(event, one, other) if plan and plan.kind is Kind.MERGE and one and other else []
    return web.render(
        "changing/new.html",
        status=status,
        event=event,
        wanted=wanted,
        title=words()[wanted.kind],
        plan=plan,
        problem=problem,
        lines=lines_of(event, plan.steps) if plan else [],
        places=places_of(event, plan) if plan else [],
        clash=clash,
        people=db.session.scalars(
            select(Participant)
            .where(Participant.event_id == event.id, Participant.withdrawn_at.is_(None))
            .order_by(Participant.display_name, Participant.id)
        ).all(),
    )
