"""The extensions, made once and bound to an application in `create_app`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import redis as redis_client
from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_babel import Babel
from flask_limiter import Limiter
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from htmx_flask import Htmx
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from .config import ROOT

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


class Login(LoginManager):  # type: ignore[misc]
    """Without Flask-Login's own remember-me cookie: looking for one would tie every answer to its reader's cookies."""

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


login = Login()
csrf = CSRFProtect()
htmx = Htmx()
babel = Babel()  # type: ignore[no-untyped-call]


def init_app(app: Flask) -> None:
    app.session_interface = Sessions()
    db.init_app(app)
    app.extensions["migrate"] = _MigrateLater(app)
    app.cli.add_command(_MigrateCommands("db", help="Perform database migrations."))
    redis.init_app(app)
    csrf.init_app(app)
    app.after_request(_ask_nobody_to_wait)
    limiter.init_app(app)


class _MigrateLater:
    """Stands in for Flask-Migrate until somebody migrates: Alembic weighs 28 MB, and no web process needs it."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        from flask_migrate import Migrate

        Migrate(self._app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
        return getattr(self._app.extensions["migrate"], name)


class _MigrateCommands(click.Command):
    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        from flask_migrate.cli import db as commands

        context: click.Context = commands.make_context(*args, **kwargs)
        return context


def client_address() -> str:
    return request.remote_addr or "unknown"


limiter = Limiter(key_func=client_address, default_limits=[], swallow_errors=True)


@limiter.request_filter
def _is_unlimited() -> bool:
    """Boards are asked for every second by everybody: not even their limits are looked for, as they have none."""
    return request.blueprint == "leaderboards"


def _ask_nobody_to_wait(response: Response) -> Response:
    """The limiter puts Retry-After on good answers too, where clients that heed it would wait for no reason."""
    if response.status_code < 400:
        response.headers.pop("Retry-After", None)
    return response


class Sessions(SecureCookieSessionInterface):
    """Flask's own, but for a request without a session's cookie, as a board's are: nothing is prepared for that."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session or session.modified or session.accessed:
            super().save_session(app, session, response)


class Redis:
    """The connection to Redis, made when first used. Whoever calls it expects `redis.RedisError`."""

    def init_app(self, app: Flask) -> None:
        pool = redis_client.BlockingConnectionPool.from_url(
            app.config["SETTINGS"].redis_url,
            max_connections=32,
            timeout=2,
            socket_connect_timeout=0.5,
            socket_timeout=2,
        )
        app.extensions["laurel_redis"] = redis_client.Redis(connection_pool=pool)

    def of(self, app: Flask) -> redis_client.Redis:
        client: redis_client.Redis = app.extensions["laurel_redis"]
        return client


redis = Redis()
