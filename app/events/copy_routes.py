"""A copy of an event, and its end."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import assets, web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..extensions import db
from . import access, cloning, queries
from .blueprint import bp
from .forms import CloneForm, DeleteForm
from .models import Event


@bp.get("/events/<int:event_id>/clone")
@allow(Role.ADMIN)
def clone(event_id: int) -> Response:
    event = access.event_to_manage(event_id)
    copied = {"name": _("%(name)s (copy)", name=event.name)[:120], "place": event.place, "starts_on": None}
    return clone_page(event, CloneForm(data=copied))


@bp.post("/events/<int:event_id>/clone")
@allow(Role.ADMIN)
def create_clone(event_id: int) -> Response:
    source, form = access.event_to_manage(event_id), CloneForm()
    if not form.validate():
        return clone_page(source, form, status=422)
    event = cloning.clone_event(source, form.details, people=form.people.data, staff=form.staff.data, by=me())
    db.session.commit()
    flash(_("%(name)s is made. It holds no results.", name=event.name), "ok")
    return web.go_to("events.show", event_id=event.id)


@bp.get("/events/<int:event_id>/delete")
@allow(Role.ADMIN)
def confirm_delete(event_id: int) -> Response:
    event = access.event_to_manage(event_id)
    return delete_page(event, DeleteForm(event))


@bp.post("/events/<int:event_id>/delete")
@allow(Role.ADMIN)
def delete(event_id: int) -> Response:
    event = access.event_to_move(event_id)
    form = DeleteForm(event)
    if not form.validate():
        return delete_page(event, form, status=422)
    name = event.name
    files = cloning.delete_event(event, by=me())
    db.session.commit()
    for file in files:
        assets.delete(file)
    flash(_("%(name)s is deleted, with all that was in it.", name=name), "ok")
    return web.go_to("events.index")


def clone_page(event: Event, form: CloneForm, *, status: int = 200) -> Response:
    return web.render("events/clone.html", status=status, event=event, form=form, outline=queries.outline(event))


def delete_page(event: Event, form: DeleteForm, *, status: int = 200) -> Response:
    return web.render("events/delete.html", status=status, event=event, form=form, outline=queries.outline(event))
