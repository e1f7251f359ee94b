"""Structured logs: one line a request and one an event, each with the request's id."""

from __future__ import annotations

import logging
import time

import structlog
from flask import Flask, Request, Response, g, request

log = structlog.get_logger()


def init_app(app: Flask) -> None:
    configure(app.config["SETTINGS"].log_format)
    app.before_request(_start_clock)
    app.after_request(_log_request)


def configure(log_format: str) -> None:
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _start_clock() -> None:
    g.started = time.perf_counter()


def _log_request(response: Response) -> Response:
    if request.endpoint != "static":
        log_request(request, response.status_code, g.get("started", time.perf_counter()))
    return response


def log_request(asked: Request, status: int, started: float) -> None:
    ms = round((time.perf_counter() - started) * 1000, 1)
    log.info("request", method=asked.method, path=asked.path, status=status, ms=ms)
