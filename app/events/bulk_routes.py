"""Several participants at once, as chosen in their list; to move and withdraw them is a change of the plan."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, flash, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from .. import web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..extensions import db
from . import access, people_actions, people_queries
from .blueprint import bp
from .models import Event, Participant
from .people_forms import PeopleForm


@bp.post("/events/<int:event_id>/participants/return")
@allow(Role.ADMIN)
def bring_people_back(event_id: int) -> Response:
    event = access.event_to_change(event_id)
    count = people_actions.bring_back(event, chosen(event, PeopleForm()), by=me())
    db.session.commit()
    flash(ngettext("One is back.", "%(num)d are back.", count), "ok")
    return to_list(event)


@bp.post("/events/<int:event_id>/participants/delete")
@allow(Role.ADMIN)
def delete_people(event_id: int) -> Response:
    event = access.event_to_change(event_id)
    people = chosen(event, PeopleForm())
    count = people_actions.delete_without_records(event, people, by=me())
    db.session.commit()
    flash(ngettext("One is deleted.", "%(num)d are deleted.", count), "ok")
    staying = len(people) - count
    if staying:
        why = ngettext(
            "One has results, or a history of them, and stays.",
            "%(num)d have results, or a history of them, and stay.",
            staying,
        )
        flash(why, "warn")
    return to_list(event)


def chosen(event: Event, form: PeopleForm) -> Sequence[Participant]:
    if not form.validate():
        abort(422)
    return people_queries.chosen(event, form.people.data or []) or abort(
        422, description=_("Choose at least one person.")
    )


def to_list(event: Event) -> Response:
    """Back to the list as it was looked at."""
    shown = {name: request.args[name] for name in ("q", "group", "page") if request.args.get(name)}
    return web.go_to("events.participants", event_id=event.id, **shown)
