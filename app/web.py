"""What every page shares: pieces for htmx, access marks, security headers, request ids and error answers.

This module is the only one that reads htmx's request headers or writes its response headers.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import urlsplit

import structlog
from flask import (
    Flask,
    Request,
    Response,
    current_app,
    g,
    has_request_context,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as AnyResponse

from .extensions import db, htmx

log = structlog.get_logger()

View = TypeVar("View", bound=Callable[..., Any])

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
SECURITY_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=()",
}
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RowId(IntegerConverter):
    """An `<int:...>` in an address. A number that no column can hold is the id of nothing: 404, and not a crash."""

    def __init__(self, url_map: Map, *args: Any, **options: Any) -> None:
        super().__init__(url_map, *args, **{"max": 2**31 - 1, **options})


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = RowId
    htmx.init_app(app)
    app.before_request(_begin_request)
    app.before_request(_refuse_unguarded)
    app.after_request(_finish_request)
    app.teardown_request(_close_uploads)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(Exception, _crash)
    app.view_functions["static"] = public(app.view_functions["static"])


# Access ---------------------------------------------------------------------------------------------------------


def public(view: View) -> View:
    """Mark a view that everybody may call. Views without any access rule are refused, and a test names them."""
    return marked(view, "everyone")


def marked(view: View, rule: str) -> View:
    view.access_rule = rule  # type: ignore[attr-defined]
    return view


def access_rule(endpoint: str) -> str | None:
    return getattr(current_app.view_functions[endpoint], "access_rule", None)


def _close_uploads(_error: BaseException | None) -> None:
    """A large upload lies in a temporary file, which would else stay open until somebody collects it."""
    request.close()


def _refuse_unguarded() -> None:
    if request.endpoint and access_rule(request.endpoint) is None:
        raise InternalServerError(f"{request.endpoint} has no access rule")


# Answers --------------------------------------------------------------------------------------------------------


def wants_piece() -> bool:
    """Whether htmx asked for a part of the page, and not for the whole of it."""
    asked = request.htmx  # type: ignore[attr-defined]
    return bool(asked) and not asked.boosted and not asked.history_restore_request


def device() -> str:
    """What the browser or script that asks calls itself; empty where nobody asks, as in a job."""
    return request.user_agent.string[:200] if has_request_context() else ""


def open_page() -> str:
    """Path and query of the page that htmx asks from."""
    url = urlsplit(request.htmx.current_url or "/")  # type: ignore[attr-defined]
    return f"{url.path}?{url.query}" if url.query else url.path


def render(
    page: str, piece: str | None = None, *, status: int = 200, announce: str | None = None, **context: Any
) -> Response:
    """Answer with a whole page, or with its piece when htmx asked for one.

    `announce` names the event that tells other pieces of the open page to fetch themselves again.
    """
    template = piece if piece and wants_piece() else page
    response = make_response(render_template(template, **context), status)
    if piece:
        response.vary.add("HX-Request")
    if announce:
        response.headers["HX-Trigger"] = announce
    return response


def go_to(endpoint: str, **values: Any) -> AnyResponse:
    """Send the browser on after a write (303, so that a reload writes nothing again)."""
    return go_to_url(url_for(endpoint, **values))


def go_to_url(url: str) -> AnyResponse:
    if wants_piece():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, 303)


def public_url_for(endpoint: str, **values: Any) -> str:
    """The whole address of a page, for where this browser is not: a card, a mail, another service.

    LAUREL_PUBLIC_URL goes first. Without it, it is the address that was asked, which anybody can make up in a request's
    `Host`: what goes out by mail is written in a job. There it is the web server's own.
    """
    settings = current_app.config["SETTINGS"]
    if has_request_context() and not settings.public_url:
        return url_for(endpoint, _external=True, **values)
    path = current_app.url_map.bind("").build(endpoint, values)
    return (settings.public_url or f"http://{settings.address}") + path


def opens_on_phones(url: str) -> bool:
    """Whether an address is more than this computer's name for itself."""
    host = urlsplit(url).hostname or ""
    return host not in {"localhost", "::1", "::"} and not host.startswith(("127.", "0.")) and host[-10:] != ".localhost"


def allow_forms_to(response: Response, *origins: str) -> Response:
    """Let this page's forms lead to another site too, as a redirect after a POST does."""
    policy = POLICY.replace("form-action 'self'", " ".join(("form-action 'self'", *origins)))
    response.headers["Content-Security-Policy"] = policy
    return response


def allow_pictures_from(response: Response, *origins: str) -> Response:
    """Let this page show pictures of another site."""
    policy = POLICY.replace("img-src 'self'", " ".join(("img-src 'self'", *origins)))
    response.headers["Content-Security-Policy"] = policy
    return response


def is_local(url: str) -> bool:
    """Whether a `next` address stays on this site. Browsers read a backslash as a slash."""
    return url.startswith("/") and not url.startswith(("//", "/\\")) and not re.search(r"[\x00-\x1f\\]", url)


def is_json_path() -> bool:
    return request.path.startswith("/api/")


def wants_json() -> bool:
    """A script's path, or a script of our own pages that asks for nothing but JSON."""
    return is_json_path() or request.headers.get("Accept") == "application/json"


# Request ids and headers ----------------------------------------------------------------------------------------


def begin(asked: Request) -> str:
    """The request's id, as it was sent or made up, which from here on is on every line of the log."""
    given = asked.headers.get("X-Request-ID", "")
    request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    return request_id


def finish(response: Response, request_id: str) -> Response:
    """With the headers that every answer has."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["SETTINGS"].secure_cookies:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    response.headers["X-Request-ID"] = request_id
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def _begin_request() -> None:
    g.request_id = begin(request)


def _finish_request(response: Response) -> Response:
    return finish(response, g.get("request_id", ""))


# Errors ---------------------------------------------------------------------------------------------------------


def error_answer(status: int, title: str, detail: str, code: str, **more: Any) -> Response:
    """An error in the form its reader can use: JSON for scripts, a toast for htmx, a page for people."""
    if wants_json():
        response = jsonify(detail=detail, error_code=code, request_id=g.get("request_id"), **more)
    elif wants_piece():
        response = make_response(render_template("errors/_toast.html", title=title, detail=detail))
        response.headers["HX-Retarget"] = "#toasts"
        response.headers["HX-Reswap"] = "beforeend"
    else:
        response = make_response(render_template("errors/error.html", status=status, title=title, detail=detail))
    response.status_code = status
    return response


def _http_error(error: HTTPException) -> AnyResponse:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    status = error.code or 500
    title, detail, code = _words(status)
    if error.description and error.description != type(error).description and status not in {429, 500}:
        detail = error.description  # What our own code says; a limiter's or a crash's words are not for people.
    answer = error_answer(status, title, detail, code)
    for name, value in error.get_headers():
        if name in {"Retry-After", "Allow", "WWW-Authenticate"}:
            answer.headers[name] = value
    return answer


def _csrf_error(_error: CSRFError) -> AnyResponse:
    detail = _("This form was open for too long, or cookies are off. Go back, reload the page and send it again.")
    return error_answer(400, _("Please send it again"), detail, "csrf")


def _database_error(error: OperationalError) -> AnyResponse:
    db.session.rollback()
    log.error("database_unavailable", error=str(error.orig))
    answer = _http_error(ServiceUnavailable())
    answer.headers["Retry-After"] = "2"
    return answer


def _crash(error: Exception) -> AnyResponse:
    if current_app.testing:
        raise error
    log.exception("crash", path=request.path)
    db.session.rollback()
    return _http_error(InternalServerError())


def _words(status: int) -> tuple[str, str, str]:
    """Title, what to do next, and the stable code of an error status."""
    known = {
        400: (_("That did not work"), _("The request could not be understood."), "bad_request"),
        401: (_("Please sign in"), _("Sign in to see this page."), "unauthorized"),
        403: (_("Not for you"), _("You may see this, but not change it. Ask an admin."), "forbidden"),
        404: (_("Nothing here"), _("This page does not exist, or it is not yours to see."), "not_found"),
        405: (_("Not this way"), _("This address does not take that kind of request."), "method_not_allowed"),
        409: (_("Somebody was faster"), _("This was changed in the meantime."), "conflict"),
        413: (_("Too large"), _("This is larger than Laurel takes."), "too_large"),
        415: (_("Wrong kind"), _("This kind of content is not taken here."), "unsupported_media_type"),
        422: (_("Please check it"), _("Something in it is not right."), "invalid"),
        429: (_("A little slower"), _("Too many tries. Wait a moment and try again."), "too_many_requests"),
        503: (_("One moment"), _("Laurel is busy or starting. Try again in a few seconds."), "unavailable"),
    }
    crash = (_("Our mistake"), _("Something broke on our side. What you sent was not saved."), "server_error")
    return known.get(status, crash if status >= 500 else known[400])


def json_body(limit: int) -> Any:
    """The request's JSON, with fractions as text so that they stay exact.

    Or a 4xx: too large, not JSON, or numbers that JSON does not have.
    """
    raw = request.get_data(cache=False, as_text=False)
    if len(raw) > limit:
        raise json_error(413)
    try:
        return json.loads(raw, parse_float=_written_out, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise json_error(400) from None


def _written_out(number: str) -> str:
    """A number's text, exactly and without an exponent (1e-05 is 0.00001), as far as a value can be that long."""
    _mantissa, _e, exponent = number.lower().partition("e")
    if not exponent or abs(int(exponent)) > 30:
        return number
    return f"{Decimal(number):f}"


def json_error(status: int) -> HTTPException:
    title, detail, code = _words(status)
    return HTTPException(response=error_answer(status, title, detail, code))


def json_refusal(status: int, code: str, detail: str, *, retry_after: int = 0, **more: Any) -> HTTPException:
    """An error answer to scripts, to raise; with the seconds to wait, if any."""
    answer = error_answer(status, "", detail, code, **more)
    if retry_after:
        answer.headers["Retry-After"] = str(retry_after)
    return HTTPException(response=answer)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
