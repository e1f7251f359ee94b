"""Photos of sheets: sent from a phone or a desk, read by the worker, looked at and saved by a person."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Flask, abort, flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.wrappers import Response

from .. import assets, web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..events import queries as events
from ..events.models import Event
from ..extensions import client_address, db, limiter
from ..scoring import queries as scoring
from ..scoring.actions import NotOpen, Outcome, Verdict, save_records
from ..scoring.models import Source
from ..scoring.queries import Sheet
from . import crops, review, scans
from . import layout as paper
from .models import PaperScan, ScanState
from .reading.confidence import Reason
from .reading.reader import LARGEST, Refused

bp = Blueprint("scans", __name__, url_prefix="/events/<int:event_id>/scans")

MOST = 20
"""Files at once."""
SHOWN = 200
ROOM = 120 * 1024 * 1024

REFUSALS = {
    Refused.BROKEN: _l("This is not a picture or a PDF that can be opened. Send a JPEG, PNG, WebP, HEIC or PDF."),
    Refused.TOO_LARGE: _l("It is too large, or unpacks to far more than a photo has."),
    Refused.NO_SHEET: _l("No sheet of ours is on it. Take the whole page with its black squares."),
    Refused.DARK: _l("It is too dark to read. Take it again with more light."),
    Refused.BLURRED: _l("It is too blurred to read. Hold still and take it again."),
    Refused.SEVERAL: _l("There are several sheets on it. Take one page at a time."),
    Refused.NO_CODE: _l("The square code could not be read. Take it again, with the upper right corner in view."),
    Refused.CUT_OFF: _l("Too little of the page is on it. Take it with its corners in view."),
    Refused.UNKNOWN_SHEET: _l("This sheet was not printed here, or has been deleted since."),
    Refused.OTHER_EVENT: _l("This sheet is of another event. Send it there."),
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
}


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
    )


def may_see(scan: PaperScan) -> bool:
    """Who sent it, admins, and whoever may score the sheet that it shows."""
    if me().is_admin or scan.sent_by_id == me().id:
        return True
    sheet = scan.sheet
    return sheet is not None and scoring.sheet_of(sheet.group_id, sheet.activity_id, me()) is not None


def scan_of(event_id: int, scan_id: int) -> PaperScan:
    scan = db.session.get(PaperScan, scan_id)
    if scan is None or scan.event_id != event_to_scan(event_id).id or not may_see(scan):
        abort(404)
    return scan


def sheet_to_review(scan: PaperScan) -> Sheet:
    """404 for who sent a photo of a sheet that is not theirs to score."""
    sheet = scan.sheet
    found = scoring.sheet_of(sheet.group_id, sheet.activity_id, me()) if sheet else None
    return found or abort(404)


@bp.get("/<int:scan_id>")
@allow(Role.EVALUATOR)
def show(event_id: int, scan_id: int) -> Response:
    scan = scan_of(event_id, scan_id)
    if scan.state in {ScanState.WAITING, ScanState.REFUSED} or scan.sheet is None:
        return web.render("paper/scan.html", scan=scan, event=scan.event)
    return review_page(scan, sheet_to_review(scan))


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
    entries = review.entries_of(scan, sheet, request.form)
    try:
        outcomes = save_records(scan.event, entries, by=me(), source=Source.PAPER) if entries else []
    except NotOpen as closed:
        db.session.rollback()
        problem = _("This event takes no values now.") if closed.reason == "event" else _("This activity is closed.")
        return review_page(scan, sheet_to_review(scan), problem=problem, status=409)
    scans.keep_evidence(scan, outcomes)
    if all(outcome.verdict.is_fine for outcome in outcomes):
        scans.settle(scan, ScanState.SAVED, by=me())
        db.session.commit()
        flash(_("Saved from paper: %(count)s values.", count=len(outcomes)), "ok")
        return web.go_to("scans.index", event_id=event_id)
    db.session.commit()
    status = 409 if any(outcome.verdict is Verdict.CONFLICT for outcome in outcomes) else 422
    return review_page(scan, sheet_to_review(scan), outcomes, status=status)


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
    scan: PaperScan, sheet: Sheet, outcomes: Sequence[Outcome] = (), *, problem: str | None = None, status: int = 200
) -> Response:
    lines = review.lines_of(scan, sheet, outcomes)
    return web.render(
        "paper/review.html",
        status=status,
        scan=scan,
        event=scan.event,
        sheet=sheet,
        lines=lines,
        strangers=review.strangers(scan, sheet),
        doubtful=sum(line.is_doubtful for line in lines),
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
    if scan.sheet is None or scan.page is None:
        abort(404)
    read = next((one for one in scan.rows if one["row"] == row), None) or abort(404)
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
