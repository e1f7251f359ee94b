"""Where a template is designed. Everything is a form; scripts only fill the same forms by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, Response, abort, flash, jsonify, request, url_for
from flask_babel import gettext as _
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from .. import web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..events.models import Event
from ..extensions import db, limiter
from ..i18n import language
from ..spreadsheets import file_answer
from . import access, fonts, items, layouts, old_templates, pressing, queries, uploads
from .forms import PlaceForm, SettingsForm, TemplateForm, item_form
from .kinds import FileKind
from .models import DiplomaTemplate
from .rendering import Spot
from .routes import account_and_address, index_page, rule_form, template_form
from .starters import STARTERS
from .template import Template

WIDTHS = (480, 1200)
ROOM = uploads.LARGEST + 1024 * 1024

bp = Blueprint("designer", __name__, url_prefix="/events/<int:event_id>/diplomas/templates")

limited = limiter.shared_limit("30/minute", scope="diploma uploads", key_func=account_and_address)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.add_url_rule("/diplomas/template.schema.json", "designer.schema", schema)


@bp.url_value_preprocessor
def make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Only a background may be this large; said before anybody looks into the request."""
    if endpoint == "designer.save_background":
        request.max_content_length = ROOM


@web.public
def schema() -> Response:
    """What a template may hold, for programs that write them."""
    return jsonify(Template.model_json_schema())


# New ones ---------------------------------------------------------------------------------------------------------


@bp.post("")
@allow(Role.ADMIN)
def create(event_id: int) -> AnyResponse:
    event, form = access.event_to_award(event_id), TemplateForm()
    if not form.validate():
        return index_page(event, rule_form(event, formdata=None), form, status=422)
    starter = STARTERS[form.starter.data]
    template = layouts.create_from_starter(event, form.name.data, starter, form.language.data, by=me())
    db.session.commit()
    return to_designer(template)


@bp.post("/copied")
@allow(Role.ADMIN)
def copy_here(event_id: int) -> AnyResponse:
    """One of this or another event."""
    event = access.event_to_award(event_id)
    source = db.session.get(DiplomaTemplate, request.form.get("source", 0, type=int))
    if source is None or source.deleted_at:
        abort(404)
    name = source.name if source.event_id != event.id else _("%(name)s (copy)", name=source.name)
    template = layouts.copy(source, event, name, by=me())
    db.session.commit()
    return to_designer(template)


@bp.post("/imported")
@allow(Role.ADMIN)
@limited
def import_here(event_id: int) -> AnyResponse:
    event = access.event_to_award(event_id)
    try:
        reading = old_templates.read(sent("file"))
    except old_templates.NoTemplate:
        return index_page(
            event,
            rule_form(event, formdata=None),
            template_form(event, formdata=None),
            status=422,
            problem=_("This file is not a template that Laurel knows."),
        )
    template = layouts.create(event, reading.name or _("Diploma"), reading.template, language(), by=me())
    db.session.commit()
    for told in reading.told[:8]:
        flash(told, "warn")
    return to_designer(template)


# The page ---------------------------------------------------------------------------------------------------------


@bp.get("/<int:template_id>")
@allow(Role.ADMIN)
def show(event_id: int, template_id: int) -> Response:
    template = access.part_to_see(DiplomaTemplate, event_id, template_id)
    return designer_page(template, chosen=request.args.get("item", ""))


@bp.get("/<int:template_id>/preview.png")
@allow(Role.ADMIN)
def preview(event_id: int, template_id: int) -> Response:
    """What is printed, as a picture. The address names the revision, so its bytes can be kept."""
    template = access.part_to_see(DiplomaTemplate, event_id, template_id)
    layout, says = queries.layout_of(template), queries.example(template.event, template)
    width = request.args.get("width", 0, type=int)
    db.session.rollback()
    answer = Response(pressing.picture(layout, says, width if width in WIDTHS else WIDTHS[0]), mimetype="image/png")
    answer.headers["Cache-Control"] = "private, max-age=60"
    return answer


@bp.get("/<int:template_id>/template.json")
@allow(Role.ADMIN)
def download(event_id: int, template_id: int) -> Response:
    template = access.part_to_see(DiplomaTemplate, event_id, template_id)
    body = queries.layout_of(template).template.model_dump_json(indent=2).encode()
    return file_answer(body, "application/json", f"{template.name}.json")


@bp.post("/<int:template_id>")
@allow(Role.ADMIN)
def save(event_id: int, template_id: int) -> AnyResponse:
    event, template = access.part_to_change(DiplomaTemplate, event_id, template_id)
    form = SettingsForm()
    if not form.validate():
        return designer_page(template, settings=form, status=422)
    layouts.rename(event, template, form.name.data, form.language.data, by=me())
    paper = {"paper": form.paper.data, "landscape": form.landscape.data}
    return changed(event, template, lambda plain: plain.update(paper), "paper")


@bp.post("/<int:template_id>/delete")
@allow(Role.ADMIN)
def delete(event_id: int, template_id: int) -> AnyResponse:
    event, template = access.part_to_change(DiplomaTemplate, event_id, template_id)
    layouts.delete(event, template, by=me())
    db.session.commit()
    flash(_("%(name)s is deleted. What was printed from it stays.", name=template.name), "ok")
    return web.go_to("diplomas.index", event_id=event.id)


@bp.post("/<int:template_id>/undo")
@allow(Role.ADMIN)
def undo(event_id: int, template_id: int) -> AnyResponse:
    return moved(event_id, template_id, layouts.undo)


@bp.post("/<int:template_id>/redo")
@allow(Role.ADMIN)
def redo(event_id: int, template_id: int) -> AnyResponse:
    return moved(event_id, template_id, layouts.redo)


def moved(event_id: int, template_id: int, go: Callable[..., bool]) -> AnyResponse:
    event, template = access.part_to_change(DiplomaTemplate, event_id, template_id)
    go(event, template, by=me())
    db.session.commit()
    return designer_page(template) if web.wants_piece() else to_designer(template)


# Items ------------------------------------------------------------------------------------------------------------


@bp.post("/<int:template_id>/items")
@allow(Role.ADMIN)
def add_item(event_id: int, template_id: int) -> AnyResponse:
    event, template = access.part_to_change(DiplomaTemplate, event_id, template_id)
    kind = request.form.get("kind", "")
    if kind not in items.NEW:
        abort(422)
    return changed(event, template, lambda plain: items.add(plain, kind), "add")


@bp.post("/<int:template_id>/items/<item_id>")
@allow(Role.ADMIN)
def save_item(event_id: int, template_id: int, item_id: str) -> AnyResponse:
    event, template = access.part_to_change(DiplomaTemplate, event_id, template_id)
    item = next((one for one in queries.layout_of(template).template.items if one.id == item_id), None) or abort(404)
    form = item_form(item, families(queries.layout_of(template).template), typed=True)
    if form.validate():
        try:
            return changed(event, template, lambda plain: items.save(plain, item_id, form.values), item_id)
        except ValidationError as error:
            form.refuse(error)
    return designer_page(template, chosen=item_id, typed=form, status=422)


@bp.post("/<int:template_id>/items/<item_id>/copy")
@allow(Role.ADMIN)
def copy_item(event_id: int, template_id: int, item_id: str) -> AnyResponse:
    event, template = access.part_to_change(DiplomaTemplate, event_id, template_id)
    return changed(event, template, lambda plain: items.duplicate(plain, item_id), item_id)


@bp.post("/<int:template_id>/items/<item_id>/delete")
@allow(Role.ADMIN)
def delete_item(event_id: int, template_id: int, item_id: str) -> AnyResponse:
    event, template = access.part_to_change(DiplomaTemplate, event_id, template_id)
    return changed(event, template, lambda plain: items.delete(plain, item_id), item_id)


@bp.post("/<int:template_id>/items/<item_id>/place")
@allow(Role.ADMIN)
def shift_item(event_id: int, template_id: int, item_id: str) -> AnyResponse:
    event, template = access.part_to_change(DiplomaTemplate, event_id, template_id)
    by = -1 if request.form.get("to") == "back" else 1
    return changed(event, template, lambda plain: items.shift(plain, item_id, by), item_id)


# Files ------------------------------------------------------------------------------------------------------------


@bp.post("/<int:template_id>/background")
@allow(Role.ADMIN)
@limited
def save_background(event_id: int, template_id: int) -> AnyResponse:
    return brought(event_id, template_id, FileKind.BACKGROUND)


@bp.post("/<int:template_id>/background/delete")
@allow(Role.ADMIN)
def delete_background(event_id: int, template_id: int) -> AnyResponse:
    event, template = access.part_to_change(DiplomaTemplate, event_id, template_id)
    return changed(event, template, lambda plain: plain.update(background=None), "background")


@bp.post("/<int:template_id>/pictures")
@allow(Role.ADMIN)
@limited
def add_picture(event_id: int, template_id: int) -> AnyResponse:
    return brought(event_id, template_id, FileKind.PICTURE)


@bp.post("/<int:template_id>/fonts")
@allow(Role.ADMIN)
@limited
def add_font(event_id: int, template_id: int) -> AnyResponse:
    return brought(event_id, template_id, FileKind.FONT)


def brought(event_id: int, template_id: int, kind: FileKind) -> AnyResponse:
    """Made anew or looked into before anything is locked: that takes its time, and keeps nobody from writing."""
    db.session.rollback()
    template = access.part_to_see(DiplomaTemplate, event_id, template_id)
    data, name = sent("file"), request.files["file"].filename or ""
    db.session.rollback()
    try:
        if kind is FileKind.FONT:
            name = uploads.font(data)
        else:
            data = uploads.background(data) if kind is FileKind.BACKGROUND else uploads.logo(data)
    except uploads.Unusable as unusable:
        return designer_page(template, problem=str(unusable.message), status=422)
    event, template = access.part_to_change(DiplomaTemplate, event_id, template_id)
    file = layouts.add_file(event, kind, name, data, by=me())

    def use(plain: dict[str, Any]) -> None:
        match kind:
            case FileKind.BACKGROUND:
                plain["background"] = file.key
            case FileKind.PICTURE:
                items.add(plain, "picture", file=file.key)
            case FileKind.FONT:
                plain["fonts"] = [
                    *(one for one in plain["fonts"] if one["family"] != name),
                    {"family": name, "file": file.key},
                ]

    return changed(event, template, use, kind.value)


def sent(name: str) -> bytes:
    """What came in this field of files; 422 without any."""
    file = request.files.get(name)
    if file is None or not file.filename:
        abort(422, description=_("Choose a file first."))
    with file.stream:
        return file.stream.read()


# Answers ----------------------------------------------------------------------------------------------------------


def changed(event: Event, template: DiplomaTemplate, make: Callable[[dict[str, Any]], Any], what: str) -> AnyResponse:
    """Change the layout and answer with the page as it is then. Raises ValidationError where an item is refused."""
    made: list[Any] = []
    try:
        layouts.change(event, template, lambda plain: made.append(make(plain)), what, by=me())
    except LookupError:
        abort(404)
    db.session.commit()
    chosen = made[0] if isinstance(made[0], str) else what
    if web.wants_piece():
        return designer_page(template, chosen=chosen)
    return web.go_to_url(
        url_for("designer.show", event_id=event.id, template_id=template.id, item=chosen) + f"#item-{chosen}"
    )


def to_designer(template: DiplomaTemplate) -> AnyResponse:
    return web.go_to("designer.show", event_id=template.event_id, template_id=template.id)


@dataclass(frozen=True)
class Handle:
    """An item on the page, in percent of it: what is taken hold of."""

    id: str
    x: float
    y: float
    left: float
    top: float
    width: float
    height: float
    fits: bool


def handles(template: Template, spots: list[Spot]) -> list[Handle]:
    wide, high = template.millimetres
    return [
        Handle(
            item.id,
            item.x,
            item.y,
            spot.x / wide * 100,
            spot.y / high * 100,
            spot.width / wide * 100,
            spot.height / high * 100,
            spot.fits,
        )
        for item, spot in zip(template.items, spots, strict=True)
    ]


def families(template: Template) -> list[str]:
    return [*fonts.FAMILIES, *(font.family for font in template.fonts)]


def designer_page(
    template: DiplomaTemplate,
    *,
    chosen: str = "",
    typed: PlaceForm | None = None,
    settings: SettingsForm | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    layout = queries.layout_of(template)
    page = layout.template
    known = {
        "name": template.name,
        "language": template.language,
        "paper": page.paper.value,
        "landscape": page.landscape,
    }
    spots = pressing.spots(layout, queries.example(template.event, template))
    forms = {item.id: typed if typed and item.id == chosen else item_form(item, families(page)) for item in page.items}
    return web.render(
        "diplomas/designer.html",
        "diplomas/_designer.html",
        status=status,
        event=template.event,
        template=template,
        layout=layout,
        sheet=page,
        forms=forms,
        chosen=chosen,
        refused=typed is not None,
        settings=settings or SettingsForm(formdata=None, data=known),
        handles=handles(page, spots),
        problem=problem,
    )
