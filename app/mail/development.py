"""What has been sent, on a page: in development, where mail does not leave the machine. Not there in production.

Mails hold links that open accounts, so that only this machine itself is shown them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, make_response, request

from .. import web
from . import transports

NAME = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9]{6}")
HERE = {"127.0.0.1", "::1"}
MOST = 100

bp = Blueprint("dev_mail", __name__, url_prefix="/dev/mail")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.before_request
def _only_this_machine() -> None:
    if request.remote_addr not in HERE or "X-Forwarded-For" in request.headers:
        abort(404)


@dataclass(frozen=True)
class Landed:
    name: str
    at: datetime
    message: EmailMessage

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part is not None else ""


@bp.get("")
@web.public
def index() -> Response:
    files = sorted(transports.folder().glob("*.eml"), reverse=True)[:MOST]
    return web.render("mail/development.html", mails=[read(file) for file in files])


@bp.get("/<name>")
@web.public
def show(name: str) -> Response:
    file = transports.folder() / f"{name}.eml"
    if not NAME.fullmatch(name) or not file.is_file():
        abort(404)
    answer = make_response(read(file).html)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return answer


def read(file: Path) -> Landed:
    with file.open("rb") as opened:
        message = BytesParser(EmailMessage, policy=policy.default).parse(opened)
    at = datetime.strptime(file.stem, "%Y%m%d-%H%M%S-%f").replace(tzinfo=UTC)
    return Landed(file.stem, at, message)
