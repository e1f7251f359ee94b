"""Photos of sheets: sent from a phone or a desk, read by the worker, looked at and saved by a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, Flask, abort, flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import SelectField, ValidationError
from wtforms.fields.choices import SelectChoice

from .. import assets, web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..events import queries as events
from ..events.access import event_to_change
from ..events.models import Event
from ..extensions import client_address, db, limiter
from ..forms import Form
from ..scoring import queries as scoring
from ..scoring.actions import NotOpen, Outcome, Verdict, save_records
from ..scoring.models import Source
from ..scoring.queries import Sheet
from . import crops, review, scans, tables
from . import layout as paper
from .models import PaperScan, PaperSheet, ScanState
from .reading.confidence import Reason
from .reading.reader import LARGEST, Refused
from .scans import Told

bp = Blueprint("scans", __name__, url_prefix="/events/<int:event_id>/scans")

MOST = 20
"""Files at once."""
SHOWN = 200
ROOM = 120 * 1024 * 1024

REFUSALS = {
    Refused.BROKEN: _l("This is not a picture or a PDF that can be opened. Send a JPEG, PNG, WebP, HEIC or PDF."),
    Refused.TOO_LARGE: _l("It is too large, or unpacks to far more than a photo has."),
    Refused.NO_SHEET: _l(
        "No sheet of ours is on it. Take the whole page with its black squares, or say below what it is."
    ),
    Refused.DARK: _l("It is too dark to read. Take it again with more light."),
    Refused.BLURRED: _l("It is too blurred to read. Hold still and take it again."),
    Refused.SEVERAL: _l("There are several sheets on it. Take one page at a time."),
    Refused.NO_CODE: _l(
        "The square code could not be read. Take it again with the whole upper right corner, or choose the sheet."
    ),
    Refused.CUT_OFF: _l("Too little of the page is on it. Take it with its corners in view."),
    Refused.UNKNOWN_SHEET: _l("This sheet was not printed here, or has been deleted since."),
    Refused.OTHER_EVENT: _l("This sheet is of another event. Send it there."),
    Refused.NO_TABLE: _l("No names could be found on it. Take it from closer, straight from above."),
}
REASONS = {
    Reason.UNSURE: _l("hard to read"),
    Reason.STRUCK: _l("struck through"),
    Reason.CORRECTED: _l("corrected below"),
    Reason.GAP: _l("an empty box inside"),
    Reason.SECONDS: _l("more than 59 seconds"),
    Reason.RANGE: _l("out of the usual range"),
    Reason.TICK: _l("a value and a tick"),
    Reason.TICKS: _l("both ticked"),
    Reason.DISAGREE: _l("two readers disagree"),
    Reason.STORED: _l("differs from what stands"),
    Reason.SPARE: _l("a spare row"),
    Reason.INCOMPLETE: _l("more or fewer values than there are marks"),
    Reason.FOREIGN: _l("not on a sheet of ours"),
    Reason.NOBODY: _l("nobody's name for sure"),
}


HELPED = {Refused.NO_SHEET, Refused.NO_CODE, Refused.BLURRED, Refused.CUT_OFF, Refused.UNKNOWN_SHEET, Refused.NO_TABLE}
"""Where a person can say what it is."""
KEPT = (0, 30, 90, 365)
"""Days, to choose from; none is for as long as the event is there."""


class AgainForm(Form):
    sheet = SelectField(_l("One of our sheets"), coerce=int, default=0)
    group = SelectField(_l("Group"), coerce=int, default=0)
    activity = SelectField(_l("Activity"), coerce=int, default=0)

    @classmethod
    def of(cls, event: Event, **options: object) -> AgainForm:
        form = cls(**options)
        nothing = SelectChoice(0, "–")
        form.sheets = {sheet.id: sheet for sheet in scans.sheets_of(event)}
        form.sheet.choices = [nothing] + [
            SelectChoice(one.id, f"{one.activity.name}, {one.group.name} ({one.version})")
            for one in form.sheets.values()
        ]
        form.group.choices = [nothing] + [SelectChoice(one.id, one.name) for one in events.groups(event)]
        form.activity.choices = [nothing] + [SelectChoice(one.id, one.name) for one in events.activities(event)]
        return form

    sheets: dict[int, PaperSheet]

    @property
    def subject(self) -> tuple[int, int]:
        sheet = self.sheets.get(self.sheet.data)
        return (sheet.group_id, sheet.activity_id) if sheet else (self.group.data, self.activity.data)

    def validate_activity(self, field: SelectField) -> None:
        if not self.sheet.data and not (field.data and self.group.data):
            raise ValidationError(_("Choose a sheet, or a group and an activity."))


class KeepingForm(Form):
    days = SelectField(
        _l("Keep photos"),
        coerce=int,
        choices=[
            SelectChoice(0, _l("as long as the event")),
            *(SelectChoice(days, _l("%(days)s days after they are settled", days=days)) for days in KEPT[1:]),
        ],
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.add_template_filter(refusal)
    app.add_template_filter(doubt)


def refusal(reason: str) -> str:
    return str(REFUSALS.get(Refused(reason), reason)) if reason in set(Refused) else reason


def doubt(reason: str) -> str:
    return str(REASONS.get(Reason(reason), reason))


@bp.before_request
def make_room() -> None:
    if request.endpoint == "scans.create":
        request.max_content_length = ROOM


def event_to_scan(event_id: int) -> Event:
    """For admins, and for those who evaluate in it."""
    event = db.session.get(Event, event_id)
    if event is None or not (me().is_admin or events.is_in_pool(event, me())):
        abort(404)
    return event


@bp.get("")
@allow(Role.EVALUATOR)
def index(event_id: int) -> Response:
    return index_page(event_to_scan(event_id))


@bp.post("")
@allow(Role.EVALUATOR)
@limiter.limit("60/minute", key_func=client_address)
def create(event_id: int) -> Response:
    event = event_to_scan(event_id)
    files = [(file.filename or "", file.stream.read(LARGEST + 1)) for file in request.files.getlist("files")]
    files = [(name, data) for name, data in files if data]
    problem = None
    if not files:
        problem = _("Choose photos, or take one.")
    elif len(files) > MOST:
        problem = _("At most %(most)s files at once.", most=MOST)
    elif not event.can_take_scores:
        problem = _("This event takes no values now.")
    for name, data in files:
        if len(data) > LARGEST:
            problem = _("%(name)s is larger than %(most)s MB.", name=name, most=LARGEST // 1024**2)
    if problem is not None:
        return index_page(event, problem, status=422)
    _made, known = scans.add(event, files, by=me())
    db.session.commit()
    for scan in known:
        flash(_("%(name)s is here already.", name=scan.name), "info")
    return web.go_to("scans.index", event_id=event.id)


def index_page(event: Event, problem: str | None = None, *, status: int = 200) -> Response:
    wanted = select(PaperScan).where(PaperScan.event_id == event.id).order_by(PaperScan.id.desc()).limit(SHOWN)
    found = [scan for scan in db.session.scalars(wanted) if may_see(scan)]
    return web.render(
        "paper/scans.html",
        "paper/_scans.html",
        status=status,
        event=event,
        scans=found,
        waiting=[scan for scan in found if scan.state is ScanState.WAITING],
        to_look_at=[scan for scan in found if scan.state is ScanState.READ],
        problem=problem,
        elsewhere=tables.model() is not None,
        keeping=KeepingForm(formdata=None, days=event.photo_days or 0) if me().is_admin else None,
    )


def may_see(scan: PaperScan) -> bool:
    """Who sent it, admins, and whoever may score the sheet that it shows."""
    if me().is_admin or scan.sent_by_id == me().id:
        return True
    return scan.subject is not None and scoring.sheet_of(*scan.subject, me()) is not None


def scan_of(event_id: int, scan_id: int) -> PaperScan:
    scan = db.session.get(PaperScan, scan_id)
    if scan is None or scan.event_id != event_to_scan(event_id).id or not may_see(scan):
        abort(404)
    return scan


def sheet_to_review(scan: PaperScan) -> Sheet:
    """404 for who sent a photo of a sheet that is not theirs to score."""
    found = scoring.sheet_of(*scan.subject, me()) if scan.subject else None
    return found or abort(404)


@bp.get("/<int:scan_id>")
@allow(Role.EVALUATOR)
def show(event_id: int, scan_id: int) -> Response:
    scan = scan_of(event_id, scan_id)
    if scan.state in {ScanState.WAITING, ScanState.REFUSED} or scan.subject is None or not scan.photo:
        return scan_page(scan)
    return review_page(scan, sheet_to_review(scan))


def scan_page(scan: PaperScan, form: AgainForm | None = None, *, status: int = 200) -> Response:
    """A photo without rows, and where a person can help, what to ask them."""
    elsewhere = tables.model() is not None
    helps = scan.state is ScanState.REFUSED and scan.photo and scan.reason in HELPED
    form = form or (AgainForm.of(scan.event, formdata=None) if helps else None)
    return web.render("paper/scan.html", status=status, scan=scan, event=scan.event, form=form, elsewhere=elsewhere)


@bp.post("/<int:scan_id>/again")
@allow(Role.EVALUATOR)
@limiter.limit("60/minute", key_func=client_address)
def read_again(event_id: int, scan_id: int) -> Response:
    """A person says what the photo shows: one of our sheets, or a group and an activity on a sheet of another make."""
    form = AgainForm.of(scan_of(event_id, scan_id).event)
    try:
        scan = scans.to_settle(scan_id)
    except scans.Settled:
        return settled(event_id, scan_id)
    if scan.state is not ScanState.REFUSED or not scan.photo:
        return settled(event_id, scan_id)
    if not form.validate():
        db.session.rollback()
        return scan_page(scan_of(event_id, scan_id), form, status=422)
    subject = form.subject
    if scoring.sheet_of(*subject, me()) is None:
        db.session.rollback()
        form.sheet.errors = [_("This sheet is not yours to score.")]
        return scan_page(scan_of(event_id, scan_id), form, status=422)
    told = Told(sheet_id=form.sheet.data) if form.sheet.data else Told(None, *subject)
    scans.read_again(scan, told, by=me())
    db.session.commit()
    return web.go_to("scans.index", event_id=event_id)


@bp.post("/keeping")
@allow(Role.ADMIN)
def set_keeping(event_id: int) -> Response:
    """For how long photos are kept once they are settled."""
    event = event_to_change(event_id)
    form = KeepingForm()
    if not form.validate():
        return index_page(event, status=422)
    scans.keep_for(event, form.days.data or None, by=me())
    db.session.commit()
    flash(_("Saved."), "ok")
    return web.go_to("scans.index", event_id=event.id)


@bp.post("/<int:scan_id>")
@allow(Role.EVALUATOR)
def save(event_id: int, scan_id: int) -> Response:
    """What is fine is saved; what is not, comes back as it was typed, each with its reason."""
    scan_of(event_id, scan_id)
    try:
        scan = scans.to_settle(scan_id)
    except scans.Settled:
        return settled(event_id, scan_id)
    sheet = sheet_to_review(scan)
    try:
        owners, typed = review.with_owners(scan, sheet, request.form)
    except review.TwoRows as twice:
        db.session.rollback()
        words = _("%(name)s is chosen for two rows.", name=str(twice))
        return review_page(scan, sheet_to_review(scan), typed=request.form, problem=words, status=422)
    scans.assign(scan, owners)
    entries = review.entries_of(scan, sheet, typed)
    try:
        outcomes = save_records(scan.event, entries, by=me(), source=Source.PAPER) if entries else []
    except NotOpen as closed:
        db.session.rollback()
        problem = _("This event takes no values now.") if closed.reason == "event" else _("This activity is closed.")
        return review_page(scan, sheet_to_review(scan), typed=request.form, problem=problem, status=409)
    scans.keep_evidence(scan, outcomes)
    if all(outcome.verdict.is_fine for outcome in outcomes):
        scans.settle(scan, ScanState.SAVED, by=me())
        db.session.commit()
        flash(_("Saved from paper: %(count)s values.", count=len(outcomes)), "ok")
        return web.go_to("scans.index", event_id=event_id)
    db.session.commit()
    status = 409 if any(outcome.verdict is Verdict.CONFLICT for outcome in outcomes) else 422
    return review_page(scan, sheet_to_review(scan), outcomes, typed=typed, status=status)


@bp.post("/<int:scan_id>/discard")
@allow(Role.EVALUATOR)
def discard(event_id: int, scan_id: int) -> Response:
    scan_of(event_id, scan_id)
    try:
        scans.settle(scans.to_settle(scan_id), ScanState.DISCARDED, by=me())
    except scans.Settled:
        return settled(event_id, scan_id)
    db.session.commit()
    flash(_("The photo is put away. Nothing was saved from it."), "ok")
    return web.go_to("scans.index", event_id=event_id)


def settled(event_id: int, scan_id: int) -> Response:
    db.session.rollback()
    name = db.session.get_one(PaperScan, scan_id).settled_by_name
    flash(_("%(name)s has settled this photo already.", name=name or _("Somebody")), "info")
    return web.go_to("scans.show", event_id=event_id, scan_id=scan_id)


def review_page(
    scan: PaperScan,
    sheet: Sheet,
    outcomes: Sequence[Outcome] = (),
    *,
    typed: Mapping[str, str] | None = None,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    lines = review.lines_of(scan, sheet, outcomes, typed)
    strangers = review.strangers(scan, sheet, typed)
    return web.render(
        "paper/review.html",
        status=status,
        scan=scan,
        event=scan.event,
        sheet=sheet,
        lines=lines,
        strangers=strangers,
        outside=any(row.get("by") == tables.GEMINI for row in scan.rows),
        people=review.without_row(scan, sheet) if strangers else [],
        doubtful=sum(line.is_doubtful for line in lines) + len(strangers),
        problem=problem,
    )


# Pictures -----------------------------------------------------------------------------------------------------------


@bp.get("/<int:scan_id>/photo")
@allow(Role.EVALUATOR)
def photo(event_id: int, scan_id: int) -> Response:
    return picture(stored(scan_of(event_id, scan_id).photo))


@bp.get("/<int:scan_id>/rows/<int:row>")
@allow(Role.EVALUATOR)
def crop(event_id: int, scan_id: int, row: int) -> Response:
    """A row of the page, cut out."""
    scan = scan_of(event_id, scan_id)
    read = next((one for one in scan.rows if one["row"] == row), None) or abort(404)
    if scan.is_foreign:
        whole = stored(scan.photo)
        return picture(crops.part(whole, read["corners"]) if read["corners"] else whole)
    if scan.sheet is None or scan.page is None:
        abort(404)
    found = paper.from_json(scan.sheet.layout)
    of = found.pages[scan.page - 1].rows[row]
    return picture(crops.row(stored(scan.flat), found, of, tuple(read["shift"])))


@bp.get("/evidence/<int:activity_id>/<int:participant_id>")
@allow(Role.EVALUATOR)
def evidence(event_id: int, activity_id: int, participant_id: int) -> Response:
    """The sheet that a value was read from."""
    found = scans.evidence_of(activity_id, participant_id)
    if found is None or found.scan.event_id != event_id:
        abort(404)
    return web.go_to("scans.show", event_id=event_id, scan_id=scan_of(event_id, found.scan_id).id)


def stored(key: str) -> bytes:
    try:
        return assets.read(key)
    except assets.MissingFile:
        abort(404)


def picture(data: bytes) -> Response:
    return Response(data, mimetype="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})
