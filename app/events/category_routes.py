from __future__ import annotations

from flask import flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..extensions import db
from . import access, actions, queries
from .blueprint import bp
from .forms import CategoryForm
from .models import Category, Event


@bp.get("/events/<int:event_id>/categories")
@allow(Role.ADMIN)
def categories(event_id: int) -> Response:
    return categories_page(access.event_to_manage(event_id))


@bp.post("/events/<int:event_id>/categories")
@allow(Role.ADMIN)
def create_category(event_id: int) -> Response:
    event = access.event_to_change(event_id)
    form = CategoryForm(event, queries.categories(event))
    if not form.validate():
        return categories_page(event, form, status=422)
    category = actions.create_category(event, form.details, by=me())
    db.session.commit()
    flash(_("%(name)s is added.", name=category.name), "ok")
    # Back in the field: one often adds several.
    return web.go_to("events.categories", event_id=event.id, _anchor="name")


@bp.get("/events/<int:event_id>/categories/<int:category_id>")
@allow(Role.ADMIN)
def edit_category(event_id: int, category_id: int) -> Response:
    event = access.event_to_manage(event_id)
    return categories_page(event, editing=access.part_of(event, Category, category_id))


@bp.post("/events/<int:event_id>/categories/<int:category_id>")
@allow(Role.ADMIN)
def save_category(event_id: int, category_id: int) -> Response:
    event = access.event_to_change(event_id)
    category = access.part_of(event, Category, category_id)
    form = CategoryForm(event, queries.categories(event), category)
    if not form.validate():
        return categories_page(event, form, editing=category, status=422)
    actions.save_category(event, category, form.details, by=me())
    db.session.commit()
    flash(_("%(name)s is saved.", name=category.name), "ok")
    return web.go_to("events.categories", event_id=event.id)


@bp.post("/events/<int:event_id>/categories/<int:category_id>/delete")
@allow(Role.ADMIN)
def delete_category(event_id: int, category_id: int) -> Response:
    event = access.event_to_change(event_id)
    category = access.part_of(event, Category, category_id)
    actions.delete_category(event, category, by=me())
    db.session.commit()
    flash(_("%(name)s is deleted.", name=category.name), "ok")
    return web.go_to("events.categories", event_id=event.id)


def categories_page(
    event: Event, form: CategoryForm | None = None, *, editing: Category | None = None, status: int = 200
) -> Response:
    categories = queries.categories(event)
    rows, unassigned = queries.category_rows(event, categories)
    return web.render(
        "events/categories.html",
        status=status,
        event=event,
        rows=rows,
        unassigned=unassigned,
        form=form or CategoryForm(event, categories, editing),
        editing=editing,
        at_stake=queries.values_of(event),
    )
