"""What a browser in the hall opens, and the overlay of a stream. Their token is all they have, and all they need."""

from __future__ import annotations

import hashlib
from contextlib import suppress

from flask import Blueprint, Flask, Response, abort, current_app, render_template, request
from redis import RedisError
from werkzeug.wrappers import Response as AnyResponse

from ... import assets, web
from ...accounts.tokens import new_token, token_hash
from ...events import freezes
from ...events.revisions import revisions_of
from ...extensions import client_address, limiter
from ...i18n import language
from . import drawing, pairing, queries
from .models import Screen

COOKIE = "screen"
YEARS = 5 * 365 * 24 * 3600

bp = Blueprint("hall", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/screen")
@web.public
@limiter.limit("60/minute", key_func=client_address)
def show() -> Response:
    """Shows a code until a desk has paired it. Its cookie is all that a screen is known by, so it outlives a reboot."""
    token = request.cookies.get(COOKIE) or new_token()
    answer = Response(render_template("screens/screen.html", url="/screen/content", overlay=False))
    secure = current_app.config["SETTINGS"].secure_cookies
    answer.set_cookie(COOKIE, token, max_age=YEARS, samesite="Lax", secure=secure, httponly=True)
    return answer


@bp.get("/screen/content")
@web.public
def content() -> Response:
    token = request.cookies.get(COOKIE) or abort(404)
    screen = queries.screen_with(token, is_overlay=False)
    return content_of(screen) if screen else waiting(token)


@bp.get("/overlay/<token>")
@web.public
def overlay(token: str) -> Response:
    if queries.screen_with(token, is_overlay=True) is None:
        abort(404)
    answer = Response(render_template("screens/screen.html", url=f"/overlay/{token}/content", overlay=True))
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@bp.get("/overlay/<token>/content")
@web.public
def overlay_content(token: str) -> Response:
    return content_of(queries.screen_with(token, is_overlay=True) or abort(404))


@bp.get("/screen/images/<key>")
@web.public
def image(key: str) -> AnyResponse:
    """Its address cannot be guessed, and its bytes never change."""
    found = queries.image(key) or abort(404)
    try:
        answer = Response(assets.read(found.file), mimetype="image/webp")
    except assets.MissingFile:
        abort(404)
    answer.headers["Cache-Control"] = "public, max-age=86400, immutable"
    return answer


def content_of(screen: Screen) -> Response:
    """A 304 where the screen shows it already."""
    revisions = revisions_of(screen.event_id) or abort(404)
    event_id, shows, overlay = screen.event_id, screen.content, screen.is_overlay
    screen_id, theme = screen.id, screen.theme
    with suppress(RedisError):  # The desk then does not know.
        pairing.was_seen(screen_id)
    key = drawing.key_of(event_id, shows, language(), is_overlay=overlay)
    kept = drawing.drawn(key, revisions, event_id, shows, language(), is_overlay=overlay)
    return piece(kept.body, theme, key, kept.revision, freezes.began(revisions.freezes, kept.at))


def waiting(token: str) -> Response:
    try:
        code = pairing.code_for(token_hash(token))
    except RedisError:
        abort(503)
    body = render_template("screens/_waiting.html", code=f"{code[:3]} {code[3:]}", address=request.host)
    return piece(body.encode(), "dark", code)


def piece(body: bytes, theme: str, *state: object) -> Response:
    """The theme goes beside it, and Laurel's look: a screen that is on for days loads itself anew after an update."""
    look = current_app.extensions["laurel_look"][:12]
    tag = hashlib.sha256(repr((look, theme, *state)).encode()).hexdigest()[:24]
    answer = Response(status=304) if request.if_none_match.contains_weak(tag) else Response(body)
    answer.set_etag(tag)
    answer.headers["X-Laurel-Theme"], answer.headers["X-Laurel-Look"] = theme, look
    return answer
