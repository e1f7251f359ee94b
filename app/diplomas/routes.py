"""An event's diplomas: templates, rules, the list to check, printing, and what was printed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask import Blueprint, Flask, Response, abort, flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from .. import assets, web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..events.access import event_to_manage
from ..events.changes import Refused
from ..events.labels import days
from ..events.models import Event
from ..events.queries import activities
from ..extensions import client_address, db, limiter
from ..i18n import LANGUAGES, language
from ..jobs import enqueue
from ..spreadsheets import file_name
from . import access, actions, awards, pressing, queries, wording
from . import ceremony as ceremony_page
from .awards import Award
from .ceremony import Step, Winner, Won
from .forms import RuleForm, TemplateForm
from .kinds import Basis, DiplomaState
from .models import AwardRule, Diploma, PrintRun
from .printing import print_diplomas
from .queries import Line, ToCheck

bp = Blueprint("diplomas", __name__)


def init_app(app: Flask) -> None:
    app.add_template_filter(wording.label, "diploma_label")
    app.register_blueprint(bp)


def account_and_address() -> str:
    return f"{me().id} {client_address()}"


# Templates and rules ----------------------------------------------------------------------------------------------


@bp.get("/events/<int:event_id>/diplomas")
@allow(Role.ADMIN)
def index(event_id: int) -> Response:
    event = event_to_manage(event_id)
    return index_page(event, rule_form(event, formdata=None), template_form(event, formdata=None))


@bp.post("/events/<int:event_id>/diplomas/rules")
@allow(Role.ADMIN)
def add_rule(event_id: int) -> AnyResponse:
    event = access.event_to_award(event_id)
    form = rule_form(event)
    if not form.validate():
        return index_page(event, form, template_form(event, formdata=None), status=422)
    activity = None if form.basis.data is Basis.EVERYBODY else form.activity_id.data or None
    actions.add_rule(
        event, form.basis.data, form.template_id.data, places=form.places.data or 0, activity_id=activity, by=me()
    )
    db.session.commit()
    return web.go_to("diplomas.index", event_id=event.id)


@bp.post("/events/<int:event_id>/diplomas/rules/<int:rule_id>/delete")
@allow(Role.ADMIN)
def delete_rule(event_id: int, rule_id: int) -> AnyResponse:
    event, rule = access.part_to_change(AwardRule, event_id, rule_id)
    actions.delete_rule(event, rule, by=me())
    db.session.commit()
    return web.go_to("diplomas.index", event_id=event.id)


def rule_form(event: Event, **options: Any) -> RuleForm:
    return RuleForm(activities(event), queries.templates(event), **options)


def template_form(event: Event, **options: Any) -> TemplateForm:
    form = TemplateForm(**options)
    if options:
        form.name.data, form.language.data = _("Diploma"), language()
        form.name.data = f"{_('Diploma')} {len(queries.templates(event)) + 1}"
    return form


def index_page(
    event: Event, form: RuleForm, new: TemplateForm, *, status: int = 200, problem: str | None = None
) -> Response:
    return web.render(
        "diplomas/index.html",
        status=status,
        event=event,
        templates=queries.templates(event),
        elsewhere=queries.templates_elsewhere(event),
        rules=queries.rules(event),
        runs=queries.runs(event),
        form=form,
        new=new,
        languages=LANGUAGES,
        problem=problem,
    )


# The list to check, and printing ----------------------------------------------------------------------------------


@bp.get("/events/<int:event_id>/diplomas/check")
@allow(Role.ADMIN)
def check(event_id: int) -> Response:
    """What would be printed now; `?participant=` only of one of them."""
    event = event_to_manage(event_id)
    return check_page(event, queries.to_check(event))


@bp.get("/events/<int:event_id>/diplomas/unfit")
@allow(Role.ADMIN)
@limiter.limit("20/minute", key_func=account_and_address)
def unfit(event_id: int) -> Response:
    """What of it would not be printed as it should. Asked for by the list itself: it takes a moment."""
    event = event_to_manage(event_id)
    found = pressing.misfits(event, queries.to_check(event).lines)
    return web.render("diplomas/unfit.html", "diplomas/_unfit.html", event=event, found=found)


@bp.post("/events/<int:event_id>/diplomas/runs")
@allow(Role.ADMIN)
@limiter.limit("20/minute", key_func=account_and_address)
def create_run(event_id: int) -> AnyResponse:
    """Of what was chosen on the list, if the list is still the same: what it says was looked at."""
    event = access.event_to_award(event_id)
    listed = queries.to_check(event)
    if request.form.get("state") != state_of(listed):
        problem = _("Results or rules have changed since you looked at this list. Look at it again before printing.")
        return check_page(event, listed, status=409, problem=problem)
    chosen = set(request.form.getlist("award"))
    lines = [line for line in listed.lines if (line.award.name in chosen if chosen else line.is_due)]
    address = web.public_url_for("verification.show", number="0").removesuffix("0")
    try:
        run = actions.prepare_run(event, lines, address=address, by=me())
    except Refused as refused:
        return check_page(event, listed, status=409, problem=str(refused.message))
    run.job_id = enqueue(print_diplomas, run.id).id
    db.session.commit()
    return web.go_to("diplomas.show_run", event_id=event.id, run_id=run.id)


def check_page(event: Event, listed: ToCheck, *, status: int = 200, problem: str | None = None) -> Response:
    participant = request.args.get("participant", type=int)
    shown = [line for line in listed.lines if participant is None or line.award.subject == f"participant-{participant}"]
    return web.render(
        "diplomas/check.html",
        status=status,
        event=event,
        listed=listed,
        shown=ToCheck(shown, listed.left, listed.empty),
        participant=participant,
        state=state_of(listed),
        problem=problem,
        opens_on_phones=web.opens_on_phones(web.public_url_for("verification.show", number="0")),
        under_way=queries.run_under_way(event),
    )


def state_of(listed: ToCheck) -> str:
    """Changes with anything that the list says."""
    told = [
        (line.award.name, line.says, line.template.id, line.template.revision, _held(line)) for line in listed.lines
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _held(line: Line) -> int | None:
    return line.held.id if line.held else None


@bp.get("/events/<int:event_id>/diplomas/announcer")
@allow(Role.ADMIN)
def ceremony(event_id: int) -> Response:
    """The winners in the order of the ceremony, to be read out."""
    event = event_to_manage(event_id)
    return web.render("diplomas/ceremony.html", event=event, lists=ceremony_lists(event))


@bp.get("/events/<int:event_id>/diplomas/announcer.pdf")
@allow(Role.ADMIN)
@limiter.limit("20/minute", key_func=account_and_address)
def ceremony_pdf(event_id: int) -> Response:
    event = event_to_manage(event_id)
    lists, heading, day = ceremony_lists(event), event.name, days(event, "long")
    db.session.rollback()
    body = ceremony_page.pdf(heading, day, lists, language())
    answer = Response(body, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"{file_name(heading)}.pdf")
    return answer


def ceremony_lists(event: Event) -> list[Won]:
    return [
        Won(
            wording.title_of(first),
            [
                Step(
                    place,
                    [Winner(one.winner, group_of(one), wording.value_of(one)) for one in some],
                )
                for place, some in steps
            ],
        )
        for first, steps in awards.ceremony(queries.awards_of(event))
    ]


def group_of(award: Award) -> str:
    return award.participant.group.name if award.participant else ""


@bp.get("/events/<int:event_id>/diplomas/runs/<int:run_id>")
@allow(Role.ADMIN)
def show_run(event_id: int, run_id: int) -> Response:
    run = access.part_to_see(PrintRun, event_id, run_id)
    diplomas = queries.diplomas_of(run) if not web.wants_piece() else []
    return web.render(
        "diplomas/run.html", "diplomas/_run.html", event=run.event, run=run, diplomas=diplomas, states=DiplomaState
    )


@bp.post("/events/<int:event_id>/diplomas/runs/<int:run_id>/cancel")
@allow(Role.ADMIN)
def cancel_run(event_id: int, run_id: int) -> AnyResponse:
    event, run = access.part_to_change(PrintRun, event_id, run_id)
    try:
        actions.cancel_run(event, run, by=me())
    except Refused as refused:
        abort(409, description=str(refused.message))
    db.session.commit()
    flash(_("Cancelled. Nothing was printed, and no number counts."), "ok")
    return web.go_to("diplomas.check", event_id=event.id)


@bp.get("/events/<int:event_id>/diplomas/runs/<int:run_id>/diplomas.pdf")
@allow(Role.ADMIN)
def download_pdf(event_id: int, run_id: int) -> Response:
    run = access.part_to_see(PrintRun, event_id, run_id)
    return file(run.pdf, "application/pdf", f"{run.event.name} {run.id}", "pdf")


@bp.get("/events/<int:event_id>/diplomas/runs/<int:run_id>/diplomas.zip")
@allow(Role.ADMIN)
def download_zip(event_id: int, run_id: int) -> Response:
    run = access.part_to_see(PrintRun, event_id, run_id)
    return file(run.archive, "application/zip", f"{run.event.name} {run.id}", "zip")


def file(key: str, kind: str, name: str, ending: str) -> Response:
    """Sent piece by piece: a zip with backgrounds is large."""
    try:
        answer = Response(assets.chunks(key), mimetype=kind)
    except assets.MissingFile:
        abort(404)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{file_name(name)}.{ending}")
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@bp.get("/events/<int:event_id>/diplomas/<int:diploma_id>.pdf")
@allow(Role.ADMIN)
@limiter.limit("30/minute", key_func=account_and_address)
def download_one(event_id: int, diploma_id: int) -> Response:
    """One of those that were printed, again, with the same bytes as in the zip."""
    diploma = access.part_to_see(Diploma, event_id, diploma_id)
    name = file_name(f"{diploma.says['participant_name']} {diploma.number}")
    answer = Response(pressing.printed_again(diploma), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.pdf")
    return answer


@bp.post("/events/<int:event_id>/diplomas/<int:diploma_id>/revoke")
@allow(Role.ADMIN)
def revoke(event_id: int, diploma_id: int) -> AnyResponse:
    event, diploma = access.part_to_change(Diploma, event_id, diploma_id)
    try:
        actions.revoke(event, diploma, by=me())
    except Refused as refused:
        abort(409, description=str(refused.message))
    db.session.commit()
    flash(_("Revoked: whoever follows its code is told so."), "ok")
    return web.go_to("diplomas.show_run", event_id=event.id, run_id=diploma.run_id)
