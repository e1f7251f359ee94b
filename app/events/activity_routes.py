from __future__ import annotations

from decimal import Decimal

from flask import abort, flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms import ValidationError

from .. import web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..extensions import db
from ..i18n import decimal_mark
from ..scoring import values
from . import access, actions, queries
from .activity_forms import ActivityForm, Notation
from .blueprint import bp
from .changes import Refused
from .forms import PlaceForm
from .kinds import EvaluationType
from .models import Activity, Event
from .presets import PRESETS, Preset


@bp.get("/events/<int:event_id>/activities")
@allow(Role.ADMIN)
def activities(event_id: int) -> Response:
    event = access.event_to_manage(event_id)
    return web.render("events/activities.html", event=event, rows=queries.activity_rows(event))


@bp.get("/events/<int:event_id>/activities/new")
@allow(Role.ADMIN)
def new_activity(event_id: int) -> Response:
    event = access.event_to_manage(event_id)
    return activity_page(event, new_form(event, preset=asked_preset()))


@bp.post("/events/<int:event_id>/activities")
@allow(Role.ADMIN)
def create_activity(event_id: int) -> Response:
    event = access.event_to_change(event_id)
    form = new_form(event)
    if not form.validate():
        return activity_page(event, form, status=422)
    activity = actions.create_activity(event, form.details, by=me())
    db.session.commit()
    flash(_("%(name)s is added.", name=activity.name), "ok")
    return web.go_to("events.activities", event_id=event.id)


@bp.get("/events/<int:event_id>/activities/<int:activity_id>")
@allow(Role.ADMIN)
def edit_activity(event_id: int, activity_id: int) -> Response:
    event = access.event_to_manage(event_id)
    activity = access.part_of(event, Activity, activity_id)
    return activity_page(event, form_of(event, activity, preset=asked_preset()), activity)


@bp.post("/events/<int:event_id>/activities/<int:activity_id>")
@allow(Role.ADMIN)
def save_activity(event_id: int, activity_id: int) -> Response:
    event = access.event_to_change(event_id)
    activity = access.part_of(event, Activity, activity_id)
    form = form_of(event, activity)
    if not form.validate():
        return activity_page(event, form, activity, status=422)
    actions.save_activity(event, activity, form.details, by=me())
    db.session.commit()
    flash(_("%(name)s is saved.", name=activity.name), "ok")
    return web.go_to("events.activities", event_id=event.id)


@bp.post("/events/<int:event_id>/activities/<int:activity_id>/place")
@allow(Role.ADMIN)
def place_activity(event_id: int, activity_id: int) -> Response:
    event, form = access.event_to_change(event_id), PlaceForm()
    activity = access.part_of(event, Activity, activity_id)
    if not form.validate():
        abort(422)
    actions.place_activity(event, activity, form.place.data, by=me())
    db.session.commit()
    return web.go_to("events.activities", event_id=event.id, _anchor=f"activity-{activity.id}")


@bp.post("/events/<int:event_id>/activities/<int:activity_id>/delete")
@allow(Role.ADMIN)
def delete_activity(event_id: int, activity_id: int) -> Response:
    event = access.event_to_change(event_id)
    activity = access.part_of(event, Activity, activity_id)
    try:
        actions.delete_activity(event, activity, by=me())
    except Refused as refusal:
        return activity_page(event, form_of(event, activity), activity, problem=str(refusal.message), status=409)
    db.session.commit()
    flash(_("%(name)s is deleted.", name=activity.name), "ok")
    return web.go_to("events.activities", event_id=event.id)


def asked_preset() -> tuple[str, Preset] | None:
    key = request.args.get("preset", "")
    return (key, PRESETS[key]) if key in PRESETS else None


def new_form(event: Event, preset: tuple[str, Preset] | None = None) -> ActivityForm:
    return ActivityForm(event, queries.activities(event), NOTATION, preset=preset)


def form_of(event: Event, activity: Activity, preset: tuple[str, Preset] | None = None) -> ActivityForm:
    values = queries.values_in(activity)
    return ActivityForm(
        event, queries.activities(event), NOTATION, activity, values=values, preset=None if values else preset
    )


def read_amount(text: str, kind: EvaluationType) -> Decimal | None:
    try:
        value = values.parse(text, kind)
    except values.InvalidValue as invalid:
        raise ValidationError(str(invalid.message)) from None
    if value is None or value.amount is None:
        raise ValidationError(_("This is not a number. Write it like 7 or 7.5."))
    return value.amount


def show_amount(amount: Decimal | None, kind: EvaluationType) -> str:
    return "" if amount is None else values.show(values.Value.of(amount), kind, decimal_mark=decimal_mark())


NOTATION = Notation(read_amount, show_amount)


def activity_page(
    event: Event,
    form: ActivityForm,
    activity: Activity | None = None,
    *,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    return web.render(
        "events/activity.html",
        status=status,
        event=event,
        form=form,
        activity=activity,
        problem=problem,
        presets=PRESETS,
    )
