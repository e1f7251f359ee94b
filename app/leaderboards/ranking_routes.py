"""Where an admin says how an event is ranked, and sees beforehand what that changes."""

from __future__ import annotations

from flask import Blueprint, Flask, flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..events.access import event_to_change, event_to_manage
from ..events.actions import save_overall
from ..events.models import Event
from ..extensions import db
from . import queries
from .previewing import Preview, preview_of, warnings_for
from .ranking_forms import RankingForm
from .schemes import plan_of

bp = Blueprint("ranking", __name__, url_prefix="/events/<int:event_id>/ranking")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("")
@allow(Role.ADMIN)
def show(event_id: int) -> Response:
    event = event_to_manage(event_id)
    return ranking_page(event, form_of(event))


@bp.post("/preview")
@allow(Role.ADMIN)
def preview(event_id: int) -> Response:
    """Writes nothing."""
    event = event_to_manage(event_id)
    form = form_of(event)
    if not form.validate():
        return ranking_page(event, form, status=422)
    return ranking_page(event, form, preview_of(event, plan_of(event), form.ranking.plan))


@bp.post("")
@allow(Role.ADMIN)
def save(event_id: int) -> Response:
    event = event_to_change(event_id)
    form = form_of(event)
    if not form.validate():
        return ranking_page(event, form, status=422)
    save_overall(event, form.ranking.details, form.ranking.parts, by=me())
    db.session.commit()
    flash(_("The ranking is saved."), "ok")
    return web.go_to("ranking.show", event_id=event.id)


def form_of(event: Event) -> RankingForm:
    return RankingForm(event, queries.numbers_known(event))


def ranking_page(event: Event, form: RankingForm, found: Preview | None = None, *, status: int = 200) -> Response:
    plan = plan_of(event)
    warnings = found.warnings if found else warnings_for(event, plan) if plan else ()
    return web.render("ranking/show.html", status=status, event=event, form=form, preview=found, warnings=warnings)
