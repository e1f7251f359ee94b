"""Laurel runs a competition from the list of names to the diploma.

Importing this package alone costs next to nothing: who only watches over processes has no need of the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .config import ROOT, Settings

if TYPE_CHECKING:
    from flask import Flask


def create_app(settings: Settings | None = None) -> Flask:
    from flask import Flask
    from jinja2 import FileSystemBytecodeCache
    from werkzeug.middleware.proxy_fix import ProxyFix

    from . import styleguide
    from .mail import development
    from .parts import PARTS
    from .routing import LazyRule

    settings = settings or Settings.from_environment()
    app = Flask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(settings.instance),
    )
    app.url_rule_class = LazyRule
    app.config.from_mapping(settings.flask())
    # Each template is compiled once for all processes and starts: most of what the first page after one took.
    compiled = settings.instance / "templates"
    compiled.mkdir(parents=True, exist_ok=True)
    app.jinja_options = {
        "trim_blocks": True,
        "lstrip_blocks": True,
        "bytecode_cache": FileSystemBytecodeCache(str(compiled)),
    }
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]
    for part in PARTS:
        part.init_app(app)
    if not settings.production:
        styleguide.init_app(app)
        development.init_app(app)
    return app
