"""An event as one file: taken away, and brought in elsewhere."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from flask import Blueprint, Flask, abort, flash, request
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from .. import assets, web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..events.access import event_to_manage
from ..events.importing import progress
from ..events.kinds import EventStatus, Visibility
from ..exports.routes import limited
from ..extensions import client_address, db, limiter
from ..i18n import language
from ..jobs import enqueue
from ..spreadsheets import file_answer
from . import actions, queries
from .access import bundle_to_change, bundle_to_manage
from .archive import LARGEST, packed
from .forms import WORDS, ConfirmForm, UploadForm
from .jobs import import_bundle
from .models import BundleImport
from .queries import Stage
from .wcif.taking import wcif_of
from .writing import bundle_of

bp = Blueprint("bundles", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


def account_and_address() -> str:
    return f"{me().id} {client_address()}"


@bp.url_value_preprocessor
def take_a_bundle(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form: a bundle may be larger than other uploads, for whoever may send one."""
    if request.endpoint == "bundles.create":
        request.max_content_length = LARGEST + 64 * 1024


# Out --------------------------------------------------------------------------------------------------------------


@bp.get("/events/<int:event_id>/export/event.zip")
@allow(Role.ADMIN)
@limited
def download(event_id: int) -> Response:
    event = event_to_manage(event_id)
    return file_answer(packed(bundle_of(event, by=me())), "application/zip", f"{event.name}.zip")


@bp.get("/events/<int:event_id>/export/wcif.json")
@allow(Role.ADMIN)
@limited
def download_wcif(event_id: int) -> Response:
    event = event_to_manage(event_id)
    body = json.dumps(wcif_of(event), ensure_ascii=False, indent=1).encode()
    return file_answer(body, "application/json", f"{event.name} wcif.json")


@bp.get("/events/<int:event_id>/export/origin.json")
@allow(Role.ADMIN)
@limited
def origin(event_id: int) -> Response:
    """The logs that came along with the bundle."""
    event = event_to_manage(event_id)
    found = queries.origin(event) or abort(404)
    return file_answer(assets.read(found.logs), "application/json", f"{event.name} origin.json")


# In ---------------------------------------------------------------------------------------------------------------


@bp.get("/bundles")
@allow(Role.ADMIN)
def index() -> Response:
    return index_page(UploadForm())


@bp.post("/bundles")
@allow(Role.ADMIN)
@limiter.limit("10/minute", key_func=account_and_address)
def create() -> Response:
    # Ends the transaction: reading a large file takes its time, and must not keep others from writing.
    db.session.rollback()
    form = UploadForm()
    if not form.validate():
        return index_page(form, status=422)
    import_ = actions.create_import(form.filename, form.data_read, form.contents, form.bundle, by=me())
    db.session.commit()
    return web.go_to("bundles.show", bundle_id=import_.id)


@bp.errorhandler(RequestEntityTooLarge)
@allow(Role.ADMIN)
def too_large(_error: RequestEntityTooLarge) -> Response:
    form = UploadForm(formdata=None)
    form.file.errors = [WORDS["too_large"]]
    return index_page(form, status=413)


@bp.get("/bundles/<int:bundle_id>")
@allow(Role.ADMIN)
def show(bundle_id: int) -> Response:
    import_ = bundle_to_manage(bundle_id)
    if import_.event_id is not None:
        return web.go_to("events.show", event_id=import_.event_id)
    form = ConfirmForm(formdata=None, data={"invite": import_.holds["status"] != EventStatus.ARCHIVED})
    stage = queries.stage(import_)
    return web.render(
        "bundles/show.html",
        f"bundles/_{stage}.html",
        part=f"bundles/_{stage}.html",
        import_=import_,
        holds=import_.holds,
        status_=EventStatus(import_.holds["status"]),
        starts_on=date.fromisoformat(import_.holds["starts_on"]),
        made_at=queries.made_at(import_),
        is_public=import_.holds["visibility"] == Visibility.PUBLIC,
        form=form,
        stage=stage,
        went_wrong=queries.went_wrong(import_),
        held_up=bool(import_.job and progress.is_held_up(import_.job)),
    )


@bp.post("/bundles/<int:bundle_id>/apply")
@allow(Role.ADMIN)
def apply(bundle_id: int) -> Response:
    import_, form = bundle_to_change(bundle_id), ConfirmForm()
    if not form.validate():
        abort(422)
    if queries.stage(import_) is Stage.PREVIEW:
        job = enqueue(import_bundle, import_.id, me().id, bool(form.invite.data), language())
        actions.begin(import_, job)
        db.session.commit()
    return web.go_to("bundles.show", bundle_id=import_.id)


@bp.post("/bundles/<int:bundle_id>/delete")
@allow(Role.ADMIN)
def delete(bundle_id: int) -> Response:
    import_ = bundle_to_change(bundle_id)
    actions.delete_import(import_, by=me())
    db.session.commit()
    flash(_("%(file)s is discarded.", file=import_.filename), "ok")
    return web.go_to("bundles.index")


def index_page(form: UploadForm, *, status: int = 200) -> Response:
    waiting: list[BundleImport] = queries.waiting()
    return web.render("bundles/index.html", status=status, form=form, waiting=waiting, megabytes=LARGEST // 1024**2)
