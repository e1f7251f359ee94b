from __future__ import annotations

from flask import abort, flash
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from .. import web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..extensions import db
from . import access, actions, queries
from .blueprint import bp
from .models import Event, EventEvaluator
from .staff_forms import PoolForm, assignment_form, group_of


@bp.get("/events/<int:event_id>/evaluators")
@allow(Role.ADMIN)
def evaluators(event_id: int) -> Response:
    return evaluators_page(access.event_to_manage(event_id))


@bp.post("/events/<int:event_id>/evaluators")
@allow(Role.ADMIN)
def add_evaluators(event_id: int) -> Response:
    event = access.event_to_change(event_id)
    outside = queries.evaluators_outside(queries.pool(event))
    form = PoolForm(outside)
    if not form.validate():
        return evaluators_page(event, form, status=422)
    added = [user for user in outside if user.id in form.users.data]
    actions.add_evaluators(event, added, by=me())
    db.session.commit()
    flash(ngettext("One evaluator is added.", "%(num)d evaluators are added.", len(added)), "ok")
    return web.go_to("events.evaluators", event_id=event.id)


@bp.post("/events/<int:event_id>/evaluators/groups")
@allow(Role.ADMIN)
def assign_evaluators(event_id: int) -> Response:
    event = access.event_to_change(event_id)
    members, groups = [member for member in queries.pool(event) if not member.user.shared], queries.groups(event)
    form = assignment_form(members, groups)
    if not form.validate():
        abort(422)
    by_id = {group.id: group for group in groups}
    chosen = {member.user_id: by_id.get(form[group_of(member)].data) for member in members}
    actions.assign(event, chosen, by=me())
    db.session.commit()
    flash(_("Who scores which group is saved."), "ok")
    return web.go_to("events.evaluators", event_id=event.id)


@bp.post("/events/<int:event_id>/evaluators/<int:user_id>/delete")
@allow(Role.ADMIN)
def remove_evaluator(event_id: int, user_id: int) -> Response:
    event = access.event_to_change(event_id)
    member = db.session.get(EventEvaluator, (event.id, user_id))
    if member is None or member.user.shared:
        abort(404)
    name = member.user.name
    actions.remove_evaluator(event, member, by=me())
    db.session.commit()
    flash(_("%(name)s no longer evaluates here.", name=name), "ok")
    return web.go_to("events.evaluators", event_id=event.id)


def evaluators_page(event: Event, form: PoolForm | None = None, *, status: int = 200) -> Response:
    members, groups = queries.pool(event), queries.groups(event)
    people = [member for member in members if not member.user.shared]
    staffed = {member.assignment.group_id for member in members if member.assignment}
    return web.render(
        "events/evaluators.html",
        status=status,
        event=event,
        members=people,
        teams={member.assignment.group_id for member in members if member.user.shared and member.assignment},
        groups=groups,
        form=form or PoolForm(queries.evaluators_outside(members)),
        assignment=assignment_form(people, groups),
        unstaffed=[group for group in groups if group.id not in staffed],
    )
