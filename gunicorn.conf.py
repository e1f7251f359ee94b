"""The web server, in development and in production: `gunicorn wsgi:app` reads this file by itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import gunicorn.http.wsgi

from app.config import Settings

settings = Settings.from_environment()

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
worker_class = "gthread"
workers = settings.workers
threads = settings.threads
timeout = 60
graceful_timeout = 20
# Longer than a proxy keeps idle connections, so that the proxy is the one that closes them.
keepalive = 75
preload_app = True
# The heartbeat of a worker is a file's time stamp, and a busy disk must not look like a hanging worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108

limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# Proxies are believed by LAUREL_PROXIES alone (see app/__init__.py). The default is 127.0.0.1.
forwarded_allow_ips = ""
control_socket_disable = True
gunicorn.http.wsgi.SERVER = "Laurel"


def post_fork(server: Any, worker: Any) -> None:  # noqa: ARG001
    """A connection made while loading must not be shared by two processes."""
    from app.extensions import db
    from wsgi import app

    with app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)
