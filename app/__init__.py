"""Laurel runs a competition from the list of names to the diploma."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from . import demo, extensions, health, home, i18n, icons, logs, models, navigation, styleguide, web
from .accounts import access as accounts_access
from .accounts import commands as accounts_commands
from .accounts import routes as accounts_routes
from .api import routes as api_routes
from .audit import commands as audit_commands
from .audit import routes as audit_routes
from .config import ROOT, Settings
from .events import routes as events_routes
from .events.importing import routes as importing_routes
from .exports import routes as exports_routes
from .jobs import commands as job_commands
from .leaderboards import routes as leaderboards_routes
from .scoring import routes as scoring_routes

__all__ = ["create_app", "models"]

PARTS = (
    logs,
    extensions,
    web,
    i18n,
    icons,
    navigation,
    accounts_access,
    accounts_commands,
    accounts_routes,
    audit_commands,
    job_commands,
    health,
    home,
    events_routes,
    importing_routes,
    scoring_routes,
    leaderboards_routes,
    exports_routes,
    audit_routes,
    api_routes,
    demo,
)


def create_app(settings: Settings | None = None) -> Flask:
    settings = settings or Settings.from_environment()
    app = Flask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(settings.instance),
    )
    app.config.from_mapping(settings.flask())
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]
    for part in PARTS:
        part.init_app(app)
    if not settings.production:
        styleguide.init_app(app)
    return app
