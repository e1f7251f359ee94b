from __future__ import annotations

from flask import abort, flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..extensions import db
from . import access, actions, queries
from .blueprint import bp
from .forms import ActivityForm, PlaceForm, StateForm
from .kinds import ActivityState
from .models import Activity, Event


@bp.get("/events/<int:event_id>/activities")
@allow(Role.ADMIN)
def activities(event_id: int) -> Response:
    event = access.event_to_manage(event_id)
    return web.render("events/activities.html", event=event, rows=queries.activity_rows(event))


@bp.get("/events/<int:event_id>/activities/new")
@allow(Role.ADMIN)
def new_activity(event_id: int) -> Response:
    event = access.event_to_manage(event_id)
    return activity_page(event, ActivityForm(event, queries.activities(event)))


@bp.post("/events/<int:event_id>/activities")
@allow(Role.ADMIN)
def create_activity(event_id: int) -> Response:
    event = access.event_to_change(event_id)
    form = ActivityForm(event, queries.activities(event))
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
    return activity_page(event, form_of(event, activity), activity)


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


@bp.post("/events/<int:event_id>/activities/<int:activity_id>/state")
@allow(Role.ADMIN)
def set_state(event_id: int, activity_id: int) -> Response:
    event, form = access.event_to_change(event_id), StateForm()
    activity = access.part_of(event, Activity, activity_id)
    if not form.validate():
        abort(422)
    actions.set_state(event, activity, form.state.data, by=me())
    db.session.commit()
    locked = activity.state is ActivityState.LOCKED
    news = _("%(name)s is locked. No value can change now.") if locked else _("%(name)s is open for values again.")
    flash(news % {"name": activity.name}, "ok")
    return web.go_to("events.activities", event_id=event.id, _anchor=f"activity-{activity.id}")


@bp.post("/events/<int:event_id>/activities/<int:activity_id>/delete")
@allow(Role.ADMIN)
def delete_activity(event_id: int, activity_id: int) -> Response:
    event = access.event_to_change(event_id)
    activity = access.part_of(event, Activity, activity_id)
    try:
        actions.delete_activity(event, activity, by=me())
    except actions.Refused as refusal:
        return activity_page(event, form_of(event, activity), activity, problem=str(refusal.message), status=409)
    db.session.commit()
    flash(_("%(name)s is deleted.", name=activity.name), "ok")
    return web.go_to("events.activities", event_id=event.id)


def form_of(event: Event, activity: Activity) -> ActivityForm:
    return ActivityForm(event, queries.activities(event), activity, values=queries.values_in(activity))


def activity_page(
    event: Event,
    form: ActivityForm,
    activity: Activity | None = None,
    *,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    return web.render("events/activity.html", status=status, event=event, form=form, activity=activity, problem=problem)
