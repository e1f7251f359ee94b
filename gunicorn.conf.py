"""The web server, in development and in production: `gunicorn wsgi:app` reads this file by itself."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import gunicorn.http.wsgi

from app.config import Settings

settings = Settings.from_environment()

bind = settings.address
# Made by `make run HTTPS=1`, see app/certificate.py.
certfile = os.environ.get("LAUREL_CERTIFICATE") or None
keyfile = os.environ.get("LAUREL_CERTIFICATE_KEY") or None
worker_class = "gthread"
workers = settings.workers
threads = settings.threads
# Whoever watches a board holds a connection, and evaluators must find room beside all of them.
worker_connections = 4000
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

# Where the processes count for /metrics. The library looks for this when it is imported, which the application does.
if settings.metrics_token:
    counts = Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(settings.instance / "metrics")))
    counts.mkdir(parents=True, exist_ok=True)


def on_starting(server: Any) -> None:  # noqa: ARG001
    """Counts begin anew with the server: what an earlier one left would be added to them for ever."""
    if settings.metrics_token:
        for file in counts.glob("*.db"):
            file.unlink(missing_ok=True)


def when_ready(server: Any) -> None:  # noqa: ARG001
    """What is loaded stays: looking through it for garbage would cost every worker time, and a copy of its memory."""
    gc.collect()
    gc.freeze()


def child_exit(server: Any, worker: Any) -> None:  # noqa: ARG001
    if settings.metrics_token:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)


def post_fork(server: Any, worker: Any) -> None:  # noqa: ARG001
    """A connection made while loading must not be shared by two processes."""
    from app.extensions import db
    from wsgi import app

    with app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)
