"""The outbox, for super admins: what waits and why, and what has left."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from ... import audit, mail, web
from ...extensions import db
from ...mail import queries
from ...mail.models import Mail, MailState
from ..access import allow, me
from ..models import Role

bp = Blueprint("outbox", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/people/mail")
@allow(Role.SUPER_ADMIN)
def index() -> Response:
    given = request.args.get("state", "")
    state = MailState(given) if given in set(MailState) else None
    found = queries.page_of(state, request.args.get("page", 1, int))
    counts = queries.count_by_state()
    return web.render("mail/outbox.html", found=found, state=state, counts=counts, leaves=mail.leaves_this_machine())


@bp.post("/people/mail/<int:mail_id>/retry")
@allow(Role.SUPER_ADMIN)
def retry(mail_id: int) -> Response:
    row = db.session.get(Mail, mail_id) or abort(404)
    if row.state is not MailState.PENDING:
        abort(409, description=_("This one has left, or was given up: send it again from where it came."))
    mail.try_now(row)
    audit.record(None, "mail.retry", by=me(), subject=row)
    db.session.commit()
    flash(_("It is tried again now."), "ok")
    return web.go_to("outbox.index")
