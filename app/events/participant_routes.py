from __future__ import annotations

from dataclasses import dataclass

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..audit.queries import entries_about
from ..extensions import db
from ..i18n import decimal_mark
from ..scoring import queries as scoring
from ..scoring.values import show
from . import access, people_actions, people_queries, queries
from .blueprint import bp
from .changes import Refused
from .forms import words
from .models import Activity, Event, Participant
from .people_forms import ParticipantForm

TRAIL = 20
"""How many of the latest changes a participant's page shows."""


@dataclass(frozen=True)
class Result:
    """What stands for somebody in an activity; `text` is empty where nothing does, `changes` counts its history."""

    activity: Activity
    text: str
    changes: int


@bp.get("/events/<int:event_id>/participants")
@allow(Role.ADMIN)
def participants(event_id: int) -> Response:
    event = access.event_to_manage(event_id)
    groups = queries.groups(event)
    asked = request.args.get("group", type=int)
    group = next((group for group in groups if group.id == asked), None)
    sought = words(request.args.get("q"))
    people = people_queries.people(event, sought, group.id if group else None, request.args.get("page", 1, type=int))
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
    participant = people_actions.create_participant(event, form.details, by=me())
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
    people_actions.save_participant(event, participant, form.details, by=me())
    db.session.commit()
    flash(_("%(name)s is saved.", name=participant.display_name), "ok")
    return web.go_to("events.participants", event_id=event.id, group=participant.group_id)


@bp.post("/events/<int:event_id>/participants/<int:participant_id>/delete")
@allow(Role.ADMIN)
def delete_participant(event_id: int, participant_id: int) -> Response:
    event = access.event_to_change(event_id)
    participant = access.part_of(event, Participant, participant_id)
    try:
        people_actions.delete_participant(event, participant, by=me())
    except Refused as refusal:
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
    results = results_of(event, participant) if participant else []
    return web.render(
        "events/participant.html",
        status=status,
        event=event,
        form=form,
        participant=participant,
        problem=problem,
        results=results,
        at_stake=sum(bool(result.text) for result in results),
        trail=entries_about(event.id, participant, most=TRAIL) if participant else [],
        group_names={choice.value: choice.label for choice in form.group_id.choices},
    )


def results_of(event: Event, participant: Participant) -> list[Result]:
    activities = queries.activities(event)
    standings = scoring.standings(activities, [participant.id])
    found = [(activity, standings.get((activity.id, participant.id))) for activity in activities]
    return [Result(activity, text_of(activity, now), now.version if now else 0) for activity, now in found]


def text_of(activity: Activity, standing: scoring.Standing | None) -> str:
    value, places = standing.value if standing else None, activity.decimal_places
    return show(value, activity.mark_type, decimal_mark=decimal_mark(), places=places)
