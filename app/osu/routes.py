"""Lost scores for people: the hall of fame, a submission, sending a report, and a moderator's queue."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, Flask, abort, flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from .. import web
from ..accounts.access import allow, me
from ..accounts.identities.models import Provider
from ..accounts.identities.queries import identity_at
from ..accounts.models import Role
from ..extensions import db
from ..forms import Form
from . import actions, proofs, queries
from .api import LARGEST_REPORT
from .models import COVERS, Submission, SubmissionState
from .replays import LARGEST, LARGEST_MAP
from .reports import BadReport, weighted_pp

bp = Blueprint("lost_scores", __name__, url_prefix="/lost-scores")
signed_in = Blueprint("oauth", __name__, url_prefix="/oauth")

ROWS = 50
SHOWN_IN_BARS = 100
"""What is behind these plays weighs next to nothing."""
ROOM = 50 * 1024 * 1024
"""For all files that are sent at once."""
SORTS = ("pp", "accuracy", "at", "title")


class ReportForm(Form):
    file = FileField(_l("Report"), validators=[FileRequired(_l("Choose the file."))])


class JudgeForm(Form):
    state = RadioField(
        _l("It is"),
        choices=[SelectChoice(state.value, state.value) for state in SubmissionState],
        default=SubmissionState.VERIFIED.value,
    )
    reason = StringField(_l("Reason"), filters=[lambda text: (text or "").strip()], validators=[Length(max=300)])


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(signed_in)
    app.add_template_filter(osu_stars)


@signed_in.get("/success")
@web.public
def success() -> Response:
    """Where the analyser leads its browser when somebody has signed in, or has not."""
    answer = web.render(
        "osu/signed_in.html", name=request.args.get("username", "")[:60], problem=request.args.get("error", "")[:200]
    )
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("")
@web.public
def index() -> Response:
    sought = request.args.get("q", "").strip()[:60]
    country = request.args.get("country", "")[:2]
    verified = request.args.get("verified") == "1"
    return web.render(
        "osu/hall.html",
        "osu/_hall.html",
        entries=queries.hall_of_fame(sought, country, verified=verified),
        q=sought,
        country=country,
        verified=verified,
        countries=queries.countries(),
    )


@bp.get("/mine/new")
@allow(Role.PLAYER, shared=False)
def new() -> Response:
    return new_page(ReportForm(formdata=None))


@bp.post("/mine")
@allow(Role.PLAYER, shared=False)
def create() -> Response:
    form = ReportForm()
    if not form.validate():
        return new_page(form, status=422)
    data = form.file.data.stream.read(LARGEST_REPORT + 1)
    try:
        if len(data) > LARGEST_REPORT:
            raise BadReport(_("A report is at most 5 MB."))
        made = actions.submit(me(), data)
    except BadReport as problem:
        form.file.errors = [str(problem)]
        return new_page(form, status=422)
    db.session.commit()
    flash(_("Your report is in. It counts as claimed until its replays prove it."), "ok")
    return web.go_to("lost_scores.show", username=made.user.username)


@bp.post("/mine/<int:submission_id>/delete")
@allow(Role.PLAYER, shared=False)
def delete(submission_id: int) -> Response:
    actions.delete(mine(submission_id), by=me())
    db.session.commit()
    flash(_("The report is deleted."), "ok")
    return web.go_to("lost_scores.index")


@bp.before_request
def make_room() -> None:
    if request.endpoint == "lost_scores.prove":
        request.max_content_length = ROOM


@bp.post("/mine/<int:submission_id>/replays")
@allow(Role.PLAYER, shared=False)
def prove(submission_id: int) -> Response:
    """Replays, and maps' files beside them; each is looked at by the worker."""
    submission = mine(submission_id)
    files = [(file.filename or "", file.stream.read(LARGEST_MAP + 1)) for file in request.files.getlist("files")]
    files = [(name, data) for name, data in files if data]
    problem = None
    if not files:
        problem = _("Choose the replays.")
    for name, data in files:
        most = LARGEST_MAP if name.casefold().endswith(".osu") else LARGEST
        if len(data) > most:
            problem = _("%(name)s is larger than %(most)s MB.", name=name, most=most // 1024**2)
    try:
        if problem is None:
            proofs.add(submission, files, by=me())
    except proofs.TooMany:
        problem = _("A report has at most %(most)s replays.", most=proofs.MOST)
    if problem is not None:
        db.session.rollback()
        return proof_page(submission, problem, status=422)
    db.session.commit()
    return web.go_to("lost_scores.show_proof", submission_id=submission.id)


@bp.get("/mine/<int:submission_id>/replays")
@allow(Role.PLAYER, shared=False)
def show_proof(submission_id: int) -> Response:
    """For whoever sent the report, and for those who moderate."""
    found = queries.submission_with(submission_id)
    return proof_page(found) if found is not None and (me().is_admin or found.user_id == me().id) else abort(404)


def mine(submission_id: int) -> Submission:
    found = queries.submission_with(submission_id)
    return found if found is not None and found.user_id == me().id else abort(404)


def proof_page(submission: Submission, problem: str | None = None, *, status: int = 200) -> Response:
    return web.render(
        "osu/proof.html",
        "osu/_proof.html",
        status=status,
        submission=submission,
        problem=problem,
        replays=proofs.replays_of(submission),
        proven=proofs.proven(submission),
    )


def new_page(form: ReportForm, *, status: int = 200) -> Response:
    return web.render("osu/new.html", status=status, form=form, osu=identity_at(Provider.OSU, me()))


@bp.get("/<username>")
@web.public
def show(username: str) -> Response:
    entry = queries.submission_of(username) or abort(404)
    submission = entry.submission
    sort = request.args.get("sort", "pp")
    sort = sort if sort in SORTS else "pp"
    plays = sorted(submission.lost, key=_key(sort), reverse=sort in {"pp", "accuracy"})
    page = max(request.args.get("page", 1, type=int), 1)
    shown = plays[(page - 1) * ROWS : page * ROWS]
    top = submission.top[:ROWS]
    answer = web.render(
        "osu/submission.html",
        "osu/_plays.html",
        entry=entry,
        submission=submission,
        plays=shown,
        number=page,
        more=len(plays) > page * ROWS,
        sort=sort,
        top=top,
        maps=queries.beatmaps({play["beatmap_id"] for play in (*shown, *top)}),
        bars=bars(submission),
        proven={submission.lost[number]["md5"] for number in proofs.proven(submission)},
    )
    return web.allow_pictures_from(answer, COVERS)


def _key(sort: str):  # type: ignore[no-untyped-def]
    if sort in {"pp", "accuracy"}:
        return lambda play: Decimal(play[sort])
    if sort == "at":
        # "DD-MM-YYYY HH-MM-SS": year, month, day, time.
        return lambda play: (play["at"][6:10], play["at"][3:5], play["at"][:2], play["at"][11:])
    return lambda play: str(play["title"]).casefold()


def bars(submission: Submission) -> list[tuple[int, Decimal, Decimal]]:
    """Where the pp come from, by tens of the plays that count: first rank, what is kept, what is lost."""
    found = []
    for start in range(0, min(len(submission.top), SHOWN_IN_BARS), 10):
        kept = lost = Decimal(0)
        for rank, play in enumerate(submission.top[start : start + 10], start=start):
            pp = weighted_pp(Decimal(play["pp"]), rank)
            if play["score_id"] is None:
                lost += pp
            else:
                kept += pp
        found.append((start + 1, kept, lost))
    return found


@bp.get("/queue")
@allow(Role.ADMIN)
def queue() -> Response:
    return queue_page(JudgeForm(formdata=None))


@bp.post("/queue/<int:submission_id>")
@allow(Role.ADMIN)
def judge(submission_id: int) -> Response:
    found = queries.submission_with(submission_id) or abort(404)
    form = JudgeForm()
    if not form.validate():
        return queue_page(form, status=422)
    if form.state.data == SubmissionState.REJECTED.value and not form.reason.data:
        form.reason.errors = [_("Say why, so that the player knows.")]
        return queue_page(form, status=422)
    actions.judge(found, SubmissionState(form.state.data), form.reason.data, by=me())
    db.session.commit()
    flash(_("Saved."), "ok")
    return web.go_to("lost_scores.queue")


def queue_page(form: JudgeForm, *, status: int = 200) -> Response:
    return web.render("osu/queue.html", status=status, form=form, entries=queries.waiting_for_a_moderator())


def osu_stars(stars: Decimal) -> int:
    """From 1 to 10: which of the colours of difficulty a map has."""
    return min(max(int(stars) + 1, 1), 10)
