"""Is it up, and is it ready: for supervisors, load balancers and the person looking at a broken installation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait

from flask import Blueprint, Flask, Response, current_app, jsonify
from redis import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from . import history, web
from .config import ROOT
from .extensions import db, redis

ASSETS = ("js/htmx.min.js", "fonts/inter.css")

PATIENCE = 1.2
"""Seconds."""

bp = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/healthz")
@web.public
def alive() -> Response:
    return jsonify(status="ok")


@bp.get("/readyz")
@web.public
def ready() -> tuple[Response, int]:
    """200 when everything that requests and jobs need answers, else 503; each part by name.

    All are asked at the same time. What has not answered after a moment counts as away: who asks this has no patience.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    asked = {name: _asked(app, name) for name in CHECKS}
    wait(asked.values(), timeout=PATIENCE)
    parts = {name: asked[name].result() if asked[name].done() else silent for name, (_check, silent) in CHECKS.items()}
    fine = all(state == "ok" for state in parts.values())
    return jsonify(status="ok" if fine else "unavailable", **parts), 200 if fine else 503


def _asked(app: Flask, name: str) -> Future[str]:
    """The answer to come. One that hangs is waited for by everybody, and holds one thread however often it is asked."""
    running: dict[str, Future[str]] = app.extensions.setdefault("laurel_ready", {})
    if name not in running or running[name].done():
        answer: Future[str] = Future()
        running[name] = answer
        threading.Thread(target=_ask, args=(app, CHECKS[name][0], answer), daemon=True).start()
    return running[name]


def _ask(app: Flask, check: Callable[[], str], answer: Future[str]) -> None:
    """Answers once the connection that it took is back."""
    try:
        with app.app_context():
            state = check()
    except Exception as error:  # noqa: BLE001  Whoever waits for it gets it.
        answer.set_exception(error)
    else:
        answer.set_result(state)


def _database() -> str:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return "unreachable"
    return "ok"


def _migrations() -> str:
    try:
        current = history.current(db.session.connection())
    except SQLAlchemyError:
        return "unknown"
    return "ok" if current == history.newest() else f"at {current or 'nothing'}, expected {history.newest()}"


def _redis() -> str:
    try:
        redis.of(current_app).ping()
    except RedisError:
        return "unreachable"
    return "ok"


def _assets() -> str:
    missing = [name for name in ASSETS if not (ROOT / "static" / "vendor" / name).is_file()]
    return "missing: " + ", ".join(missing) if missing else "ok"


CHECKS: dict[str, tuple[Callable[[], str], str]] = {
    "database": (_database, "unreachable"),
    "migrations": (_migrations, "unknown"),
    "redis": (_redis, "unreachable"),
    "assets": (_assets, "unknown"),
}
"""Each with what is said when it does not answer in time."""
