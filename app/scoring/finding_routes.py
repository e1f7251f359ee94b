"""What looks wrong among what is stored: to be looked at before anything is locked."""

from __future__ import annotations

from flask import Blueprint, Flask, request
from werkzeug.wrappers import Response

from .. import web
from ..accounts.access import allow
from ..accounts.models import Role
from ..events.access import event_to_manage, part_of
from ..events.models import Activity
from ..i18n import decimal_mark
from .doubting import Finding, findings
from .questions import question_of
from .values import show

bp = Blueprint("findings", __name__, url_prefix="/events/<int:event_id>/findings")

MOST = 500


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.add_template_filter(finding_words)
    app.add_template_filter(finding_value)


@bp.get("")
@allow(Role.ADMIN)
def index(event_id: int) -> Response:
    """Of the whole event, or of the activity that is asked for."""
    event = event_to_manage(event_id)
    asked = request.args.get("activity", type=int)
    activity = part_of(event, Activity, asked) if asked else None
    found = findings(event, activity)
    return web.render(
        "scoring/findings.html", event=event, activity=activity, found=found[:MOST], more=max(0, len(found) - MOST)
    )


def finding_words(finding: Finding) -> str:
    names = {finding.doubt.twin: finding.twin} if finding.doubt.twin is not None else {}
    return question_of(finding.doubt, finding.activity, finding.marks, (), names, decimal_mark()).words


def finding_value(finding: Finding) -> str:
    """The mark it is about, or the whole row."""
    marks = [finding.marks[finding.doubt.position - 1]] if finding.doubt.position else finding.marks
    texts = (show(mark, finding.activity.mark_type, decimal_mark=decimal_mark()) for mark in marks)
    return " · ".join(text or "–" for text in texts)
