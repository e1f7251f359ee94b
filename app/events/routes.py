"""The pages of events. What an event consists of has its pages in the modules named for it."""

from __future__ import annotations

from flask import Flask, abort, flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..extensions import db
from . import (
    access,
    actions,
    activity_routes,
    bulk_routes,
    category_routes,
    copy_routes,
    evaluator_routes,
    group_routes,
    invitation_routes,
    labels,
    participant_routes,
    queries,
    team_routes,
)
from .blueprint import bp
from .categories import overlaps
from .changes import Refused
from .forms import EventForm, StatusForm, VisibilityForm
from .kinds import EventStatus, Visibility
from .models import Event
from .queries import Outline

__all__ = [
    "activity_routes",
    "bulk_routes",
    "category_routes",
    "copy_routes",
    "evaluator_routes",
    "group_routes",
    "init_app",
    "invitation_routes",
    "participant_routes",
    "team_routes",
]


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.add_template_filter(labels.label)
    app.add_template_filter(labels.gender_of_many)
    app.add_template_filter(labels.scoring_words)
    app.add_template_global(labels.ages)
    app.add_template_filter(labels.days)


@bp.get("/events")
@allow(Role.EVALUATOR)
def index() -> Response:
    return web.render("events/index.html", rows=queries.event_rows(me()))


@bp.get("/events/new")
@allow(Role.ADMIN)
def new() -> Response:
    return web.render("events/new.html", form=EventForm())


@bp.post("/events")
@allow(Role.ADMIN)
def create() -> Response:
    form = EventForm()
    if not form.validate():
        return web.render("events/new.html", form=form, status=422)
    event = actions.create_event(form.details, by=me())
    db.session.commit()
    flash(_("%(name)s is made. Next: who takes part, and in what.", name=event.name), "ok")
    return web.go_to("events.show", event_id=event.id)


@bp.get("/events/<int:event_id>")
@allow(Role.ADMIN)
def show(event_id: int) -> Response:
    event, outline = queries.event_with_outline(event_id) or abort(404)
    return event_page(event, outline=outline)


@bp.get("/events/<int:event_id>/edit")
@allow(Role.ADMIN)
def edit(event_id: int) -> Response:
    event = access.event_to_manage(event_id)
    return edit_page(event, EventForm(obj=event))


@bp.post("/events/<int:event_id>")
@allow(Role.ADMIN)
def save(event_id: int) -> Response:
    event, form = access.event_to_change(event_id), EventForm()
    if not form.validate():
        return edit_page(event, form, status=422)
    actions.save_event(event, form.details, by=me())
    db.session.commit()
    flash(_("Saved."), "ok")
    return web.go_to("events.show", event_id=event.id)


@bp.post("/events/<int:event_id>/status")
@allow(Role.ADMIN)
def set_status(event_id: int) -> Response:
    event, form = access.event_to_move(event_id), StatusForm()
    if not form.validate():
        abort(422)
    try:
        actions.set_status(event, form.status.data, by=me())
    except Refused as refusal:
        return event_page(event, problem=str(refusal.message), status=409)
    db.session.commit()
    flash(status_news(event), "ok")
    return web.go_to("events.show", event_id=event.id)


@bp.post("/events/<int:event_id>/visibility")
@allow(Role.ADMIN)
def set_visibility(event_id: int) -> Response:
    event, form = access.event_to_move(event_id), VisibilityForm()
    if not form.validate():
        return event_page(event, form, status=422)
    actions.set_visibility(event, Visibility(form.visibility.data), by=me())
    db.session.commit()
    flash(_("Who may watch is saved."), "ok")
    return web.go_to("events.show", event_id=event.id, _anchor="watching")


def edit_page(event: Event, form: EventForm, *, status: int = 200) -> Response:
    return web.render("events/edit.html", status=status, event=event, form=form, at_stake=queries.values_of(event))


def event_page(
    event: Event,
    form: VisibilityForm | None = None,
    *,
    outline: Outline | None = None,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    categories, unassigned = queries.category_rows(event, event.categories)
    return web.render(
        "events/show.html",
        status=status,
        event=event,
        problem=problem,
        form=form or VisibilityForm(formdata=None, obj=event),
        outline=outline or queries.outline(event),
        categories=categories,
        unassigned=unassigned,
        overlapping=overlaps([category.bracket for category in event.categories]),
        groups=queries.group_rows(event),
        activities=queries.activity_rows(event),
        moves=actions.MOVES[event.status],
        share_url=share_url(event),
    )


def share_url(event: Event) -> str | None:
    """The address that opens the board to whoever has it."""
    if event.visibility is Visibility.PRIVATE:
        return None
    link = event.link_token if event.visibility is Visibility.LINK else None
    return web.public_url_for("leaderboards.show", event_id=event.id, link=link)


def status_news(event: Event) -> str:
    news = {
        EventStatus.DRAFT: _("%(name)s is a draft again. Nobody can score it.", name=event.name),
        EventStatus.ACTIVE: _("%(name)s is running. Its evaluators can score.", name=event.name),
        EventStatus.ARCHIVED: _("%(name)s is archived. It can be read, but not changed.", name=event.name),
    }
    return news[event.status]
