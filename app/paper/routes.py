"""Printing sheets to write on: for a group, an activity, or the whole event."""

from __future__ import annotations

from flask import Blueprint, Flask, abort
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from .. import web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..events import queries as events
from ..events.access import event_to_change, event_to_manage
from ..events.models import Event
from ..extensions import client_address, db, limiter
from ..forms import Form
from ..spreadsheets import file_answer
from . import actions, printing
from .layout import PAPERS, DoesNotFit

bp = Blueprint("paper", __name__, url_prefix="/events/<int:event_id>/paper")

NAMES = {"a4": "A4", "letter": "Letter"}


class SheetsForm(Form):
    group = SelectField(_l("Group"), coerce=int, default=0)
    activity = SelectField(_l("Activity"), coerce=int, default=0)
    paper = SelectField(_l("Paper"), choices=[SelectChoice(size, NAMES[size]) for size in PAPERS])

    @classmethod
    def of(cls, event: Event, **options: object) -> SheetsForm:
        form = cls(**options)
        form.group.choices = [SelectChoice(0, _("All groups"))] + [
            SelectChoice(group.id, group.name) for group in events.groups(event)
        ]
        form.activity.choices = [SelectChoice(0, _("All activities"))] + [
            SelectChoice(activity.id, activity.name) for activity in events.activities(event)
        ]
        return form


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("")
@allow(Role.ADMIN)
def show(event_id: int) -> Response:
    event = event_to_manage(event_id)
    return page(event, SheetsForm.of(event, formdata=None))


@bp.post("")
@allow(Role.ADMIN)
@limiter.limit("20/minute", key_func=client_address)
def create(event_id: int) -> Response:
    event = event_to_change(event_id)
    form = SheetsForm.of(event)
    if not form.validate():
        return page(event, form, status=422)
    groups = [group for group in events.groups(event) if form.group.data in (0, group.id)]
    activities = [one for one in events.activities(event) if form.activity.data in (0, one.id)]
    if not groups or not activities:
        abort(409, description=_("First, a group and an activity."))
    try:
        sheets = actions.make_sheets(event, groups, activities, size=form.paper.data, by=me())
    except actions.TooMany:
        db.session.rollback()
        form.group.errors = [_("At most %(most)s sheets at once: choose a group or an activity.", most=actions.MOST)]
        return page(event_to_manage(event_id), form, status=422)
    except DoesNotFit as problem:
        db.session.rollback()
        form.activity.errors = [_("%(name)s has more or longer marks than fit on paper.", name=str(problem))]
        return page(event_to_manage(event_id), form, status=422)
    # The sheets exist before anybody holds them: what comes back is known.
    db.session.commit()
    return file_answer(printing.pdf(sheets), "application/pdf", f"{event.name}.pdf")


def page(event: Event, form: SheetsForm, *, status: int = 200) -> Response:
    return web.render("paper/show.html", status=status, event=event, form=form)
