from __future__ import annotations

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..extensions import db
from . import access, actions, queries
from .blueprint import bp
from .forms import ParticipantForm, words
from .models import Event, Participant


@bp.get("/events/<int:event_id>/participants")
@allow(Role.ADMIN)
def participants(event_id: int) -> Response:
    event = access.event_to_manage(event_id)
    groups = queries.groups(event)
    asked = request.args.get("group", type=int)
    group = next((group for group in groups if group.id == asked), None)
    sought = words(request.args.get("q"))
    people = queries.people(event, sought, group.id if group else None, request.args.get("page", 1, type=int))
    return web.render(
        "events/participants.html",
        "events/_participants.html",
        event=event,
        groups=groups,
        group=group,
        q=sought,
        people=people,
    )


@bp.get("/events/<int:event_id>/participants/new")
@allow(Role.ADMIN)
def new_participant(event_id: int) -> Response:
    event = access.event_to_manage(event_id)
    form = ParticipantForm(event, queries.groups(event), group_id=request.args.get("group", type=int))
    return participant_page(event, form)


@bp.post("/events/<int:event_id>/participants")
@allow(Role.ADMIN)
def create_participant(event_id: int) -> Response:
    event = access.event_to_change(event_id)
    form = ParticipantForm(event, queries.groups(event))
    if not form.validate():
        return participant_page(event, form, status=422)
    participant = actions.create_participant(event, form.details, by=me())
    db.session.commit()
    flash(_("%(name)s is added.", name=participant.display_name), "ok")
    return web.go_to("events.participants", event_id=event.id, group=participant.group_id)


@bp.get("/events/<int:event_id>/participants/<int:participant_id>")
@allow(Role.ADMIN)
def edit_participant(event_id: int, participant_id: int) -> Response:
    event = access.event_to_manage(event_id)
    participant = access.part_of(event, Participant, participant_id)
    return participant_page(event, ParticipantForm(event, queries.groups(event), participant), participant)


@bp.post("/events/<int:event_id>/participants/<int:participant_id>")
@allow(Role.ADMIN)
def save_participant(event_id: int, participant_id: int) -> Response:
    event = access.event_to_change(event_id)
    participant = access.part_of(event, Participant, participant_id)
    form = ParticipantForm(event, queries.groups(event), participant)
    if not form.validate():
        return participant_page(event, form, participant, status=422)
    actions.save_participant(event, participant, form.details, by=me())
    db.session.commit()
    flash(_("%(name)s is saved.", name=participant.display_name), "ok")
    return web.go_to("events.participants", event_id=event.id, group=participant.group_id)


@bp.post("/events/<int:event_id>/participants/<int:participant_id>/delete")
@allow(Role.ADMIN)
def delete_participant(event_id: int, participant_id: int) -> Response:
    event = access.event_to_change(event_id)
    participant = access.part_of(event, Participant, participant_id)
    try:
        actions.delete_participant(event, participant, by=me())
    except actions.Refused as refusal:
        form = ParticipantForm(event, queries.groups(event), participant)
        return participant_page(event, form, participant, problem=str(refusal.message), status=409)
    db.session.commit()
    flash(_("%(name)s is deleted.", name=participant.display_name), "ok")
    return web.go_to("events.participants", event_id=event.id, group=participant.group_id)


def participant_page(
    event: Event,
    form: ParticipantForm,
    participant: Participant | None = None,
    *,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    return web.render(
        "events/participant.html", status=status, event=event, form=form, participant=participant, problem=problem
    )
