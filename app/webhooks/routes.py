"""Telling other programs what happens in an event."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response
from wtforms import StringField, ValidationError
from wtforms.validators import DataRequired, Length

from .. import web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..events.access import event_to_change, event_to_manage
from ..events.models import Event
from ..extensions import db
from ..forms import Form
from . import actions
from .jobs import rules
from .models import Delivery, Webhook
from .sending import problem_with

MOST = 10
SHOWN = 100

bp = Blueprint("webhooks", __name__, url_prefix="/events/<int:event_id>/webhooks")

WORDS = {
    "no_address": _l("Write a whole address, like https://example.org/laurel."),
    "not_https": _l("It must begin with https://, so that nobody reads along."),
}


class WebhookForm(Form):
    url = StringField(
        _l("Address"), validators=[DataRequired(), Length(max=500)], filters=[lambda text: (text or "").strip()]
    )

    def validate_url(self, field: StringField) -> None:
        if problem := problem_with(field.data, rules()):
            raise ValidationError(WORDS[problem])


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


def webhooks_of(event: Event) -> list[Webhook]:
    return list(db.session.scalars(select(Webhook).where(Webhook.event_id == event.id).order_by(Webhook.id)))


def webhook_of(event: Event, webhook_id: int) -> Webhook:
    webhook = db.session.get(Webhook, webhook_id)
    return webhook if webhook is not None and webhook.event_id == event.id else abort(404)


@bp.get("")
@allow(Role.ADMIN)
def index(event_id: int) -> Response:
    return index_page(event_to_manage(event_id), WebhookForm(formdata=None))


@bp.post("")
@allow(Role.ADMIN)
def create(event_id: int) -> Response:
    event, form = event_to_change(event_id), WebhookForm()
    if not form.validate():
        return index_page(event, form, status=422)
    if len(webhooks_of(event)) >= MOST:
        abort(409, description=_("An event has at most %(most)s webhooks.", most=MOST))
    _webhook, secret = actions.create_webhook(event, form.url.data, by=me())
    db.session.commit()
    page = index_page(event, WebhookForm(formdata=None), secret=secret, status=201)
    page.headers["Cache-Control"] = "no-store"
    return page


@bp.post("/<int:webhook_id>/test")
@allow(Role.ADMIN)
def test(event_id: int, webhook_id: int) -> Response:
    event = event_to_change(event_id)
    actions.test_webhook(event, webhook_of(event, webhook_id), by=me())
    db.session.commit()
    flash(_("A test is on its way. What came of it shows below."), "ok")
    return web.go_to("webhooks.index", event_id=event.id)


@bp.post("/<int:webhook_id>/delete")
@allow(Role.ADMIN)
def delete(event_id: int, webhook_id: int) -> Response:
    event = event_to_change(event_id)
    actions.delete_webhook(event, webhook_of(event, webhook_id), by=me())
    db.session.commit()
    flash(_("The webhook is gone. Nothing more is told to it."), "ok")
    return web.go_to("webhooks.index", event_id=event.id)


@bp.post("/deliveries/<int:delivery_id>/resend")
@allow(Role.ADMIN)
def resend(event_id: int, delivery_id: int) -> Response:
    event = event_to_change(event_id)
    delivery = db.session.get(Delivery, delivery_id) or abort(404)
    webhook_of(event, delivery.webhook_id)
    actions.resend(event, delivery, by=me())
    db.session.commit()
    flash(_("Sent once more, under the same id."), "ok")
    return web.go_to("webhooks.index", event_id=event.id)


def index_page(event: Event, form: WebhookForm, *, secret: str | None = None, status: int = 200) -> Response:
    webhooks = webhooks_of(event)
    wanted = select(Delivery).where(Delivery.webhook_id.in_([one.id for one in webhooks]))
    newest = wanted.options(joinedload(Delivery.webhook)).order_by(Delivery.id.desc()).limit(SHOWN)
    return web.render(
        "webhooks/index.html",
        status=status,
        event=event,
        form=form,
        secret=secret,
        webhooks=webhooks,
        deliveries=db.session.scalars(newest).all(),
    )
