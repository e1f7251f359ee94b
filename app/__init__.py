"""Laurel runs a competition from the list of names to the diploma."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from . import extensions, health, i18n, logs, models, styleguide, web  # noqa: F401
from .accounts import access
from .audit import commands as audit_commands
from .config import ROOT, Settings
from .jobs import commands as job_commands


def create_app(settings: Settings | None = None) -> Flask:
    settings = settings or Settings.from_environment()
    app = Flask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(ROOT / "instance"),
    )
    app.config.from_mapping(settings.flask())
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]

    logs.init_app(app)
    extensions.db.init_app(app)
    extensions.migrate.init_app(app, extensions.db, directory=str(ROOT / "migrations"), render_as_batch=True)
    extensions.redis.init_app(app)
    extensions.csrf.init_app(app)
    extensions.limiter.init_app(app)
    web.init_app(app)
    i18n.init_app(app)
    access.init_app(app)
    job_commands.init_app(app)
    audit_commands.init_app(app)
    app.register_blueprint(health.bp)
    if not settings.production:
        app.register_blueprint(styleguide.bp)
    return app
