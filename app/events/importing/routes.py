"""Bringing people in from a file: upload, check, confirm, follow, discard."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import Any

from flask import Blueprint, Flask, abort, flash, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from ... import assets, web
from ...accounts.access import allow, me
from ...accounts.models import Role
from ...extensions import client_address, db, limiter
from ...jobs import enqueue
from ..access import event_to_change, event_to_manage
from ..models import Event, Import
from . import actions, progress, queries, wording
from .access import import_to_change, import_to_manage
from .forms import ConfirmForm, OptionsForm, UploadForm, options_form
from .jobs import apply_import
from .plan import Plan
from .preview import name_column, row_page
from .progress import Stage
from .queries import Reading
from .reading import LARGEST
from .refused import refused_file
from .results import Doubtful, ResultsOfRow, scorer
from .table import UnreadableFile
from .undoing import undo_import, what_undoing_does

bp = Blueprint("importing", __name__)

REFUSED = 422


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


def account_and_address() -> str:
    return f"{me().id} {client_address()}"


# The list and the upload ------------------------------------------------------------------------------------------


@bp.get("/events/<int:event_id>/imports")
@allow(Role.ADMIN)
def index(event_id: int) -> Response:
    return index_page(event_to_manage(event_id), UploadForm())


@bp.post("/events/<int:event_id>/imports")
@allow(Role.ADMIN)
@limiter.limit("10/minute", key_func=account_and_address)
def create(event_id: int) -> Response:
    # Ends the transaction: reading a large file takes its time, and must not keep others from writing.
    db.session.rollback()
    form = UploadForm()
    valid = form.validate()
    event = event_to_change(event_id)
    if not valid:
        return index_page(event, form, status=REFUSED)
    import_ = actions.create_import(event, form.filename, form.data_read, form.table, by=me())
    db.session.commit()
    return web.go_to("importing.show", import_id=import_.id)


@bp.errorhandler(RequestEntityTooLarge)
def refuse_size(error: RequestEntityTooLarge) -> Any:
    """The request was turned away before any view saw it, so its form says so from here."""
    event_id = (request.view_args or {}).get("event_id")
    return error.get_response() if event_id is None else too_large(event_id)


@allow(Role.ADMIN)
def too_large(event_id: int) -> Response:
    form = UploadForm(formdata=None)
    form.file.errors = [_("The file is larger than %(size)s MB.", size=LARGEST // 1024**2)]
    return index_page(event_to_manage(event_id), form, status=413)


def index_page(event: Event, form: UploadForm, status: int = 200) -> Response:
    rows = queries.import_rows(event)
    return web.render("importing/index.html", event=event, form=form, rows=rows, progress=progress, status=status)


# One import -------------------------------------------------------------------------------------------------------


@bp.get("/imports/<int:import_id>")
@allow(Role.ADMIN)
def show(import_id: int) -> Response:
    return import_page(import_to_manage(import_id))


@bp.post("/imports/<int:import_id>")
@allow(Role.ADMIN)
def save(import_id: int) -> Response:
    import_ = import_to_change(import_id)
    if progress.stage(import_) is not Stage.PREVIEW:
        abort(409, description=_("This import is on its way already, and cannot be changed."))
    try:
        reading = queries.reading(import_)
    except UnreadableFile:
        return import_page(import_, status=REFUSED)
    plan = plan_of(import_, reading)
    form = form_of(import_, reading, plan)
    if not form.validate():
        return preview_page(import_, reading, plan, form, status=REFUSED)
    actions.choose_options(import_, form.options)
    db.session.commit()
    return import_page(import_) if web.wants_piece() else web.go_to("importing.show", **where_it_is(import_))


@bp.get("/imports/<int:import_id>/refused.csv")
@allow(Role.ADMIN)
def download_refused(import_id: int) -> Response:
    import_ = import_to_manage(import_id)
    try:
        reading = queries.reading(import_)
    except UnreadableFile as unreadable:
        abort(404, description=unreadable.message)
    plan = plan_of(import_, reading) or abort(404)
    name = f"{import_.filename.rpartition('.')[0] or 'import'}-left-out.csv"
    return send_file(
        BytesIO(refused_file(reading, plan).encode()), "text/csv", as_attachment=True, download_name=name, max_age=0
    )


@bp.post("/imports/<int:import_id>/apply")
@allow(Role.ADMIN)
def apply(import_id: int) -> Response:
    import_, form = import_to_change(import_id), ConfirmForm()
    if not form.validate():
        abort(REFUSED)
    if progress.stage(import_) is Stage.PREVIEW:
        actions.begin(import_, enqueue(apply_import, import_.id, me().id, form.fingerprint.data))
        db.session.commit()
    return web.go_to("importing.show", import_id=import_.id)


@bp.get("/imports/<int:import_id>/undo")
@allow(Role.ADMIN)
def undo(import_id: int) -> Response:
    """What would be taken back, and what would stay."""
    import_ = import_to_manage(import_id)
    if progress.stage(import_) is not Stage.DONE:
        return web.go_to("importing.show", import_id=import_.id)
    return page(import_, "importing/_undo.html", form=ConfirmForm(formdata=None), undoing=what_undoing_does(import_))


@bp.post("/imports/<int:import_id>/undo")
@allow(Role.ADMIN)
def take_back(import_id: int) -> Response:
    import_ = import_to_change(import_id)
    if progress.stage(import_) is Stage.DONE:
        undo_import(import_, what_undoing_does(import_), by=me())
        db.session.commit()
    return web.go_to("importing.show", import_id=import_.id)


@bp.post("/imports/<int:import_id>/delete")
@allow(Role.ADMIN)
def delete(import_id: int) -> Response:
    import_ = import_to_change(import_id)
    actions.delete_import(import_, by=me())
    db.session.commit()
    assets.delete(import_.file)
    flash(_("The import of %(file)s is discarded.", file=import_.filename), "ok")
    return web.go_to("importing.index", event_id=import_.event_id)


def import_page(import_: Import, status: int = 200) -> Response:
    """The preview until it is confirmed, then how far it is, then what came of it."""
    stage = progress.stage(import_)
    if stage is not Stage.PREVIEW:
        held_up = bool(import_.job and progress.is_held_up(import_.job))
        told = progress.told(import_.id) if stage is Stage.UNDER_WAY else None
        return page(import_, f"importing/_{stage}.html", held_up=held_up, told=told)
    try:
        reading = queries.reading(import_)
    except UnreadableFile as unreadable:
        return page(import_, "importing/_unreadable.html", status, message=unreadable.message)
    plan = plan_of(import_, reading)
    return preview_page(import_, reading, plan, form_of(import_, reading, plan, formdata=None), status)


def plan_of(import_: Import, reading: Reading) -> Plan | None:
    return None if reading.problems else queries.plan(import_.event, reading)


def form_of(import_: Import, reading: Reading, plan: Plan | None, **kwargs: Any) -> OptionsForm:
    return options_form(reading, plan.questions if plan else [], partial(queries.stored_table, import_.file), **kwargs)


def preview_page(
    import_: Import, reading: Reading, plan: Plan | None, form: OptionsForm, status: int = 200
) -> Response:
    rows = row_page(reading, plan, request.args.get("only"), request.args.get("page", 1, int))
    return page(
        import_,
        "importing/_preview.html",
        status,
        form=form,
        reading=reading,
        problems=reading.problems,
        plan=plan,
        name_column=name_column(reading.mapping),
        rows=rows,
        only=rows.only,
        doubtful=doubtful(import_, plan),
        went_wrong=progress.problem(import_),
        wording=wording,
        address_here=url_for("importing.show", **where_it_is(import_)),
    )


def doubtful(import_: Import, plan: Plan | None) -> list[Doubtful]:
    """The values that look wrong, asked about once for the whole file."""
    rows = [
        ResultsOfRow(row.number, row.participant_id, {result: new for result, (_old, new) in row.results.items()})
        for row in (plan.rows if plan else ())
        if row.results
    ]
    return scorer().doubts(import_.event, rows)


def where_it_is(import_: Import) -> dict[str, Any]:
    """The address of the rows that are looked at, which no choice changes."""
    return {"import_id": import_.id, "only": request.args.get("only"), "page": request.args.get("page")}


def page(import_: Import, piece: str, status: int = 200, **context: Any) -> Response:
    stage = progress.stage(import_)
    return web.render(
        "importing/show.html",
        piece,
        status=status,
        part=piece,
        import_=import_,
        event=import_.event,
        stage=stage,
        **context,
    )
