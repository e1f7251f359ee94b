"""What a browser needs to open an evaluator's sheets without a network: the service worker, and its last resort.

The worker's text begins with a hash of the files that it keeps, so that a new version of any of them is a new worker,
which browsers look for whenever a page is opened.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, render_template, url_for

from . import web
from .config import ROOT

bp = Blueprint("offline", __name__)

STATIC = ROOT / "static"
WORKER = STATIC / "js" / "worker.js"
FONTS = "vendor/fonts/files/*-latin*.woff2"
KEPT = ("css/*.css", "js/*.js", "img/*.svg", "vendor/js/*.js", "vendor/fonts/*.css", FONTS)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/worker.js")
@web.public
def worker() -> Response:
    files = kept_files()
    assets = [url_for("static", filename=file.relative_to(STATIC).as_posix()) for file in files]
    head = json.dumps({"version": version(files), "assets": [*assets, url_for("offline.show")]})
    response = Response(f"self.LAUREL = {head};\n{WORKER.read_text()}", mimetype="text/javascript")
    response.headers["Service-Worker-Allowed"] = "/"
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/offline")
@web.public
def show() -> Response:
    """What the worker answers for a sheet that it does not have. The same for everybody."""
    return Response(render_template("offline.html"))


@bp.get("/authority.crt")
@web.public
def authority() -> Response:
    """What a phone has to trust for HTTPS on a local network; there is none where HTTPS comes from elsewhere."""
    file = current_app.config["SETTINGS"].instance / "https" / "authority.crt"
    if not file.exists():
        abort(404)
    return Response(file.read_bytes(), mimetype="application/x-x509-ca-cert")


def kept_files() -> list[Path]:
    return sorted(file for pattern in KEPT for file in STATIC.glob(pattern))


def version(files: list[Path]) -> str:
    sums = [f"{file.name} {_sum(file, file.stat().st_mtime_ns)}" for file in files]
    return hashlib.sha256("\n".join(sums).encode()).hexdigest()[:16]


@cache
def _sum(file: Path, _changed: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
