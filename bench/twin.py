"""The bare twin of a cached page: Flask, one route, bytes from Redis, our headers and our log line. Nothing else."""

from __future__ import annotations

import json
import os
import secrets
import time
from typing import Any

import redis
import structlog
from flask import Flask, Response, g, request

from app.logs import configure

configure("json")
log = structlog.get_logger()
app = Flask(__name__, static_folder=None)
store = redis.Redis.from_url(os.environ["REDIS_URL"])


@app.before_request
def start_clock() -> None:
    g.started = time.perf_counter()
    g.request_id = secrets.token_hex(8)


@app.get("/<name>")
def show(name: str) -> Response:
    """What `twin:<name>` holds: a line with the headers and then the body. `unchanged` is answered with a 304."""
    stored: Any = store.get(f"twin:{name}")
    head, _newline, body = stored.partition(b"\n")
    response = Response(body, status=304 if name == "unchanged" else 200)
    response.headers.clear()
    response.headers.extend(json.loads(head))
    response.headers["X-Request-ID"] = g.request_id
    return response


@app.after_request
def log_request(response: Response) -> Response:
    log.info(
        "request",
        request_id=g.request_id,
        method=request.method,
        path=request.path,
        status=response.status_code,
        ms=round((time.perf_counter() - g.started) * 1000, 1),
    )
    return response
