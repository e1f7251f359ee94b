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
from .changes import Refused
from .forms import GroupForm, PlaceForm
from .models import Event, Group


@bp.get("/events/<int:event_id>/groups")
@allow(Role.ADMIN)
def groups(event_id: int) -> Response:
    return groups_page(access.event_to_manage(event_id))


@bp.post("/events/<int:event_id>/groups")
@allow(Role.ADMIN)
def create_group(event_id: int) -> Response:
    event = access.event_to_change(event_id)
    form = GroupForm(event, queries.groups(event))
    if not form.validate():
        return groups_page(event, form, status=422)
    group = actions.create_group(event, form.details, by=me())
    db.session.commit()
    flash(_("%(name)s is added.", name=group.name), "ok")
    # Back in the field: one often adds several.
    return web.go_to("events.groups", event_id=event.id, _anchor="name")


@bp.get("/events/<int:event_id>/groups/<int:group_id>")
@allow(Role.ADMIN)
def edit_group(event_id: int, group_id: int) -> Response:
    event = access.event_to_manage(event_id)
    return groups_page(event, editing=access.part_of(event, Group, group_id))


@bp.post("/events/<int:event_id>/groups/<int:group_id>")
@allow(Role.ADMIN)
def save_group(event_id: int, group_id: int) -> Response:
    event = access.event_to_change(event_id)
    group = access.part_of(event, Group, group_id)
    form = GroupForm(event, queries.groups(event), group)
    if not form.validate():
        return groups_page(event, form, editing=group, status=422)
    actions.save_group(event, group, form.details, by=me())
    db.session.commit()
    flash(_("%(name)s is saved.", name=group.name), "ok")
    return web.go_to("events.groups", event_id=event.id)


@bp.post("/events/<int:event_id>/groups/<int:group_id>/place")
@allow(Role.ADMIN)
def place_group(event_id: int, group_id: int) -> Response:
    event, form = access.event_to_change(event_id), PlaceForm()
    group = access.part_of(event, Group, group_id)
    if not form.validate():
        abort(422)
    actions.place_group(event, group, form.place.data, by=me())
    db.session.commit()
    return web.go_to("events.groups", event_id=event.id, _anchor=f"group-{group.id}")


@bp.post("/events/<int:event_id>/groups/<int:group_id>/delete")
@allow(Role.ADMIN)
def delete_group(event_id: int, group_id: int) -> Response:
    event = access.event_to_change(event_id)
    group = access.part_of(event, Group, group_id)
    try:
        actions.delete_group(event, group, by=me())
    except Refused as refusal:
        return groups_page(event, editing=group, problem=str(refusal.message), status=409)
    db.session.commit()
    flash(_("%(name)s is deleted.", name=group.name), "ok")
    return web.go_to("events.groups", event_id=event.id)


def groups_page(
    event: Event,
    form: GroupForm | None = None,
    *,
    editing: Group | None = None,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    rows = queries.group_rows(event)
    return web.render(
        "events/groups.html",
        status=status,
        event=event,
        rows=rows,
        form=form or GroupForm(event, [row.group for row in rows], editing),
        editing=editing,
        problem=problem,
    )
