"""Is it up, and is it ready: for supervisors, load balancers and the person looking at a broken installation."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask, Response, current_app, jsonify
from redis import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from . import history, web
from .config import ROOT
from .extensions import db, redis

ASSETS = ("js/htmx.min.js", "fonts/inter.css")

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
    """200 when everything that requests and jobs need answers, else 503; each part by name."""
    parts = {name: check() for name, check in CHECKS.items()}
    fine = all(state == "ok" for state in parts.values())
    return jsonify(status="ok" if fine else "unavailable", **parts), 200 if fine else 503


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


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "redis": _redis,
    "assets": _assets,
}
