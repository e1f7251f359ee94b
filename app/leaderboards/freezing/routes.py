"""Where an admin freezes boards, sees what the public does not, and reveals it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask, Response, flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from ... import web
from ...accounts.access import allow, me
from ...accounts.models import Role
from ...events import freezes
from ...events.access import event_to_change, event_to_manage, part_of
from ...events.changes import Refused
from ...events.models import Activity, Event
from ...extensions import db
from ...i18n import decimal_mark
from ...scoring.values import show as show_value
from ..standings import Row
from . import actions, queries
from .forms import FreezeForm

bp = Blueprint("freezing", __name__, url_prefix="/events/<int:event_id>/freeze")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("")
@allow(Role.ADMIN)
def show(event_id: int) -> Response:
    event = event_to_manage(event_id)
    return freeze_page(event, FreezeForm(event))


@bp.get("/<int:activity_id>")
@allow(Role.ADMIN)
def compare(event_id: int, activity_id: int) -> Response:
    event = event_to_manage(event_id)
    activity = part_of(event, Activity, activity_id)

    def shown(row: Row | None) -> str:
        if row is None:
            return ""
        return show_value(row.value, activity.mark_type, decimal_mark=decimal_mark(), places=activity.decimal_places)

    return web.render(
        "freezing/compare.html",
        event=event,
        activity=activity,
        freeze=freezes.in_force(event.freezes, activity.id),
        pairs=queries.pairs(event, activity),
        shown=shown,
    )


@bp.post("")
@allow(Role.ADMIN)
def create(event_id: int) -> AnyResponse:
    event = event_to_change(event_id)
    form = FreezeForm(event)
    if not form.validate():
        return freeze_page(event, form, status=422)
    actions.freeze(event, form.chosen, form.moment, by=me())
    db.session.commit()
    flash(_("Frozen. Values go on to be saved, and the public sees them when you reveal them."), "ok")
    return web.go_to("freezing.show", event_id=event.id)


@bp.post("/reveal")
@allow(Role.ADMIN)
def reveal_event(event_id: int) -> AnyResponse:
    event = event_to_change(event_id)
    return done(event, lambda: actions.reveal(event, None, by=me()), _("Revealed."))


@bp.post("/next")
@allow(Role.ADMIN)
def reveal_next_of_event(event_id: int) -> AnyResponse:
    event = event_to_change(event_id)
    return done(event, lambda: actions.reveal_next(event, None, by=me()), _("The next place is revealed."))


@bp.post("/<int:activity_id>/reveal")
@allow(Role.ADMIN)
def reveal(event_id: int, activity_id: int) -> AnyResponse:
    event = event_to_change(event_id)
    activity = part_of(event, Activity, activity_id)
    return done(event, lambda: actions.reveal(event, activity, by=me()), _("Revealed."))


@bp.post("/<int:activity_id>/next")
@allow(Role.ADMIN)
def reveal_next(event_id: int, activity_id: int) -> AnyResponse:
    event = event_to_change(event_id)
    activity = part_of(event, Activity, activity_id)
    return done(event, lambda: actions.reveal_next(event, activity, by=me()), _("The next place is revealed."))


@bp.post("/overall/next")
@allow(Role.ADMIN)
def reveal_next_overall(event_id: int) -> AnyResponse:
    event = event_to_change(event_id)
    return done(event, lambda: actions.reveal_next_overall(event, by=me()), _("The next place is revealed."))


@bp.post("/undo")
@allow(Role.ADMIN)
def undo(event_id: int) -> AnyResponse:
    event = event_to_change(event_id)
    return done(event, lambda: actions.undo(event, by=me()), _("Undone."))


def done(event: Event, act: Callable[[], object], news: str) -> AnyResponse:
    try:
        act()
    except Refused as refusal:
        return freeze_page(event, FreezeForm(event), problem=str(refusal.message), status=409)
    db.session.commit()
    flash(news, "ok")
    return web.go_to("freezing.show", event_id=event.id)


def freeze_page(event: Event, form: FreezeForm, *, problem: str | None = None, status: int = 200) -> Response:
    return web.render(
        "freezing/show.html",
        status=status,
        event=event,
        form=form,
        problem=problem,
        held=queries.held(event),
        overall=queries.overall_state(event),
        whole=freezes.planned(event.freezes, None),
        whole_in_force=freezes.in_force(event.freezes, None) is not None,
        can_undo=actions.before_last(event) is not None,
    )
