"""The addresses of the desktop analyser: paths, shapes and status codes are its own, and exact.

Errors are `{"detail": ..}` with more beside it. Nothing here looks at a cookie but the way back from osu!.
"""

from __future__ import annotations

import json
import re
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, abort, jsonify, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from .. import assets, web
from ..accounts import signing_in
from ..accounts.identities import actions as identities
from ..accounts.identities import failures, flow
from ..accounts.identities.flow import Arrival
from ..accounts.identities.models import Provider
from ..accounts.identities.queries import identity_at
from ..accounts.identities.routes import limit_failures, service_or_404, settled
from ..accounts.identities.services import Service
from ..accounts.identities.trips import Trip
from ..database import begin_writing, reads_first
from ..extensions import client_address, db, limiter
from . import actions, beatmaps, passes, pictures, proofs, queries
from .access import allow_analyser, player
from .client import Osu
from .models import Beatmap
from .queries import Entry
from .replays import LARGEST
from .reports import BadReport

bp = Blueprint("analyser", __name__, url_prefix="/api")

CALLBACK = "analyser.come_back"
PORTS = range(1024, 65536)
READABLE = tuple(
    map(
        re.compile,
        (
            r"me(/(osu|taiko|fruits|mania))?",
            r"users/[^/]{1,40}(/(osu|taiko|fruits|mania))?",
            r"users/\d{1,12}/scores/best",
            r"beatmaps",
            r"beatmaps/lookup",
            r"beatmaps/\d{1,12}",
        ),
    )
)
"""Of osu!'s API, what passes. All of it only reads."""
KEPT = 60
MOST_HASHES = 500
MD5 = re.compile(r"[0-9a-fA-F]{32}")
PAGE, MOST_ROWS = 50, 200
ROOM = 50 * 1024 * 1024
LARGEST_REPORT = 5 * 1024 * 1024

_waiting = BoundedSemaphore(4)
"""How many requests of a process wait for osu! at a time: evaluators must find room beside them."""


@bp.before_request
def make_room() -> None:
    if request.endpoint == "analyser.submit":
        request.max_content_length = ROOM


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


# Signing in ---------------------------------------------------------------------------------------------------------


@bp.get("/auth/login")
@web.public
def sign_in() -> AnyResponse:
    """The analyser listens at a port of its own computer; it is sent back there and nowhere else."""
    port = request.args.get("callback_port", "")
    if request.args.get("client_type", "desktop") != "desktop":
        return sign_in_here()
    if not port.isdecimal() or int(port) not in PORTS:
        abort(400, description=_("callback_port must be a number from 1024 to 65535."))
    return _leave(str(int(port)))


@bp.get("/auth/web-login")
@web.public
def sign_in_here() -> AnyResponse:
    return _leave("")


def _leave(port: str) -> AnyResponse:
    answer = flow.leave(service_or_404(Provider.OSU.value), "analyser", data=port, callback=CALLBACK)
    answer.status_code = 307
    return answer


@bp.get("/auth/callback")
@web.public
@limit_failures
def come_back() -> AnyResponse:
    return flow.come_back(service_or_404(Provider.OSU.value), CALLBACK)


def _not_arrived(service: Service, trip: Trip | None, failure: failures.Failure) -> AnyResponse:
    """Whoever says no must not leave the analyser waiting."""
    if trip is None or not trip.data:
        return flow.show_failure(service, trip, failure)
    title, _detail = failure.words(service.title)
    return _to_the_analyser(trip.data, error="access_denied" if isinstance(failure, failures.Denied) else title)


@flow.purpose("analyser", failed=_not_arrived)
def arrive(arrival: Arrival) -> AnyResponse:
    user = settled(lambda: identities.sign_in_or_up(arrival.service, arrival.profile, arrival.tokens))
    db.session.commit()
    if not arrival.trip.data:
        begin_writing()
        return signing_in.sign_in(user, next_url="/lost-scores")
    return _to_the_analyser(
        arrival.trip.data,
        jwt_token=passes.issue(user),
        user_id=arrival.profile.subject,
        username=arrival.profile.username,
    )


def _to_the_analyser(port: str, **told: str) -> AnyResponse:
    answer = redirect(f"http://localhost:{port}/?{urlencode(told)}", 307)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@bp.get("/user/me")
@allow_analyser
def show_me() -> Response:
    user = player()
    known = identity_at(Provider.OSU, user) or abort(401)
    return jsonify(
        id=user.id,
        osu_user_id=int(known.subject),
        username=known.username,
        country=known.country or None,
        avatar_url=known.avatar_url or None,
    )


# Passing through ----------------------------------------------------------------------------------------------------


@bp.get("/proxy/<path:path>")
@allow_analyser
def proxy(path: str) -> Response:
    """osu!'s own answer, asked for with the player's own token."""
    if not any(known.fullmatch(path) for known in READABLE):
        abort(404, description=_("This is not passed on to osu!."))
    user = player()
    if not _waiting.acquire(blocking=False):
        raise web.json_refusal(429, "busy", _("osu! is asked a lot at the moment. Try again soon."), retry_after=5)
    try:
        answer = Osu.here().get(path, request.args.to_dict(flat=False), as_player=user, keep=KEPT)
    except failures.Failure as failure:
        raise refused(failure) from None
    finally:
        _waiting.release()
    passed = Response(answer.body, answer.status, mimetype="application/json")
    if answer.status >= 400:
        passed.set_data(_with_detail(answer.body))
    return passed


def refused(failure: failures.Failure) -> Any:
    """What the analyser makes of it: 401 is a session that is over, anything else is tried again."""
    title, detail = failure.words("osu!")
    match failure:
        case failures.SignInAgain() | failures.NotLinked() | failures.TokenRefused():
            return web.json_refusal(401, "sign_in_again", detail)
        case failures.Busy():
            return web.json_refusal(429, "busy", detail, retry_after=failure.retry_after or 5)
        case failures.Slow():
            return web.json_refusal(504, "slow", detail)
        case _:
            return web.json_refusal(502, "osu_away", f"{title}. {detail}")


def _with_detail(body: bytes) -> bytes:
    """osu!'s words under the name that this side reads, with whatever else it said."""
    try:
        told = json.loads(body)
    except ValueError:
        told = {}
    told = told if isinstance(told, dict) else {}
    return json.dumps({"detail": told.get("error") or "osu! refused this.", **told}).encode()


# Reports ------------------------------------------------------------------------------------------------------------


@bp.post("/hall-of-fame/submit")
@allow_analyser
@limiter.limit("10/minute", key_func=client_address)
def submit() -> Response:
    file, summary = request.files.get("report_file"), request.form.get("report_summary")
    signature = request.form.get("hmac_signature")
    missing = [name for name in ("report_summary", "hmac_signature") if request.form.get(name) is None]
    missing += [] if file is not None else ["report_file"]
    if missing or file is None or summary is None or signature is None:
        raise web.json_refusal(422, "missing", _("Missing: %(names)s.", names=", ".join(missing)))
    data = file.stream.read(LARGEST_REPORT + 1)
    if not actions.is_signed(data, signature.strip()):
        raise web.json_refusal(403, "bad_signature", _("The signature does not fit the report."))
    try:
        if not isinstance(json.loads(summary), dict):
            raise ValueError
    except (ValueError, RecursionError):
        raise web.json_refusal(400, "bad_summary", _("report_summary is not a JSON object.")) from None
    if len(data) > LARGEST_REPORT:
        raise web.json_refusal(400, "too_large", _("A report is at most 5 MB."))
    try:
        made = actions.submit(player(), data)
        replays = [
            (file.filename or "", file.stream.read(LARGEST + 1)) for file in request.files.getlist("replay_files")
        ]
        if replays:
            proofs.add(made, [each for each in replays if 0 < len(each[1]) <= LARGEST], by=player())
    except proofs.TooMany:
        raise web.json_refusal(400, "too_many", _("A report has at most %(most)s replays.", most=proofs.MOST)) from None
    except BadReport as problem:
        raise web.json_refusal(400, "bad_report", str(problem)) from None
    db.session.commit()
    return jsonify(message="Submission successful", submission_id=made.number)


@bp.get("/hall-of-fame/")
@web.public
def hall_of_fame() -> Response:
    return jsonify(
        [
            {
                "rank": rank,
                "username": entry.name,
                "osu_user_id": entry.osu_user_id,
                "total_pp_gain": float(entry.submission.delta_pp),
                "lost_scores_count": entry.submission.lost_count,
                "submission_date": entry.submission.made_at.isoformat(),
            }
            for rank, entry in enumerate(queries.hall_of_fame(), start=1)
        ]
    )


@bp.get("/submissions/list")
@web.public
def list_submissions() -> Response:
    most = min(max(request.args.get("limit", 100, type=int), 1), 100)
    return jsonify(
        [
            {
                "username": entry.name,
                "user_id": entry.osu_user_id,
                "scan_date": entry.submission.made_at.isoformat(),
                "lost_scores_count": entry.submission.lost_count,
                "total_pp_gain": float(entry.submission.delta_pp),
                "current_pp": float(entry.submission.current_pp),
                "potential_pp": float(entry.submission.potential_pp),
            }
            for entry in queries.newest_submissions(most)
        ]
    )


@bp.get("/submissions/<username>")
@web.public
def show_submission(username: str) -> Response:
    entry = entry_of(username)
    submission = entry.submission
    offset = max(request.args.get("offset", 0, type=int), 0)
    shown = submission.lost[offset : offset + min(max(request.args.get("limit", PAGE, type=int), 1), MOST_ROWS)]
    sets = queries.beatmapset_ids(shown)
    return jsonify(
        metadata={
            "username": entry.name,
            "user_id": entry.osu_user_id,
            "submission_id": submission.number,
            "analysis_timestamp": submission.scanned_at,
            "submission_date": submission.made_at.isoformat(),
            "state": submission.state.value,
        },
        summary_stats={
            "lost_scores_found": submission.lost_count,
            "current_pp": float(submission.current_pp),
            "potential_pp": float(submission.potential_pp),
            "delta_pp": float(submission.delta_pp),
            "current_acc": float(submission.current_acc),
            "potential_acc": float(submission.potential_acc),
            "weighted_pp_current": float(submission.weighted_current),
            "weighted_pp_potential": float(submission.weighted_potential),
        },
        lost_scores=[told(play, sets) for play in shown],
        current_user_stats=entry.osu.figures,
        total_count=len(submission.lost),
    )


def entry_of(username: str) -> Entry:
    return queries.submission_of(username) or abort(404, description=_("There is no submission of this player."))


def told(play: dict[str, Any], sets: dict[int, int]) -> dict[str, Any]:
    """A play under the names that reports have for it."""
    return {
        "pp": float(play["pp"]),
        "beatmap_id": play["beatmap_id"],
        "beatmapset_id": sets.get(play["beatmap_id"]),
        "beatmap_md5": play["md5"],
        "artist": play["artist"],
        "title": play["title"],
        "creator": play["creator"],
        "version": play["version"],
        "mods": play["mods"],
        "count100": play["count100"],
        "count50": play["count50"],
        "countMiss": play["misses"],
        "accuracy": float(play["accuracy"]),
        "total_score": play["score"],
        "score_time": play["at"],
        "rank": play["grade"],
    }


@bp.get("/submissions/<username>/image/<name>")
@web.public
@limiter.limit("30/minute", key_func=client_address)
def show_picture(username: str, name: str) -> Response:
    if name not in pictures.NAMES:
        abort(400, description=_("There is no picture of this name."))
    answer = Response(pictures.png(entry_of(username), name), mimetype="image/png")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


@bp.get("/hall-of-fame/replays/<submission_id>/<filename>")
@allow_analyser
def show_replay(submission_id: str, filename: str) -> Response:
    """Somebody's own, and nobody else's."""
    found = queries.replay(submission_id, filename)
    if found is None or found.submission.user_id != player().id:
        abort(404)
    answer = Response(assets.read(found.file), mimetype="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=found.name)
    return answer


@bp.post("/beatmaps/enrich")
@allow_analyser
@limiter.limit("30/minute", key_func=client_address)
@reads_first
def enrich() -> Response:
    asked = web.json_body(100_000)
    hashes = asked.get("md5_hashes") if isinstance(asked, dict) else None
    if not isinstance(hashes, list) or not all(isinstance(one, str) and MD5.fullmatch(one) for one in hashes):
        raise web.json_refusal(422, "invalid", _("md5_hashes must be a list of MD5 sums."))
    if len(hashes) > MOST_HASHES:
        raise web.json_refusal(422, "too_many", _("At most %(most)s at a time.", most=MOST_HASHES))
    if not _waiting.acquire(blocking=False):
        raise web.json_refusal(429, "busy", _("osu! is asked a lot at the moment. Try again soon."), retry_after=5)
    try:
        found = beatmaps.by_md5(hashes)
    finally:
        _waiting.release()
    return jsonify(beatmaps={one: _beatmap(found.get(one.lower())) for one in hashes})


def _beatmap(known: Beatmap | None) -> dict[str, Any] | None:
    if known is None:
        return None
    return {
        "beatmap_id": known.id,
        "beatmapset_id": known.beatmapset_id,
        "ranked_status": known.status,
        "artist": known.artist,
        "title": known.title,
        "creator": known.creator,
        "version": known.version,
        "hit_objects": known.hit_objects,
        "max_combo": known.figures.get("max_combo"),
    }
