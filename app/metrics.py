"""Numbers for Prometheus at /metrics, for whoever sends LAUREL_METRICS_TOKEN. Without that setting nothing is counted.

The web server's processes count into files that they share (see gunicorn.conf.py); what jobs and queues are up to is
asked when somebody looks.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from functools import cache
from hmac import compare_digest
from typing import TYPE_CHECKING

import structlog
from flask import Blueprint, Flask, Response, abort, current_app, g, request
from redis import RedisError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import WWWAuthenticate

from . import web
from .extensions import db
from .jobs import QUEUES, rq_queue
from .jobs.models import Job, JobState

if TYPE_CHECKING:
    from prometheus_client.core import Metric

log = structlog.get_logger()

SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

bp = Blueprint("metrics", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    if app.config["SETTINGS"].metrics_token:
        app.extensions["laurel_meters"] = _meters()
        app.after_request(_count_request)


def count_board(outcome: str) -> None:
    """How a board was come by: `unchanged`, `kept`, `stale` or `made`."""
    meters: Meters | None = current_app.extensions.get("laurel_meters")
    if meters:
        meters.boards.labels(outcome).inc()


def count_values(source: str, outcomes: Mapping[str, int]) -> None:
    """What became of values that were sent in, by outcome."""
    meters: Meters | None = current_app.extensions.get("laurel_meters")
    if meters:
        for outcome, count in outcomes.items():
            meters.values.labels(source, outcome).inc(count)


def _count_request(response: Response) -> Response:
    count_request(request.endpoint or "none", request.method, response.status_code, g.started)
    return response


def count_request(endpoint: str, method: str, status: int, started: float) -> None:
    meters: Meters | None = current_app.extensions.get("laurel_meters")
    if meters:
        meters.requests.labels(endpoint, method, status).inc()
        meters.seconds.labels(endpoint).observe(time.perf_counter() - started)


@bp.get("/metrics")
def show() -> Response:
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    _let_in()
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_meters().registry)
    registry.register(_AtThisMoment())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


web.marked(show, "metrics token")


def _let_in() -> None:
    token = current_app.config["SETTINGS"].metrics_token or abort(404)
    kind, _space, sent = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not compare_digest(sent.strip().encode(), token.encode()):
        abort(401, www_authenticate=WWWAuthenticate("bearer"))


class Meters:
    """What a process counts."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self.registry = registry = CollectorRegistry()
        self.requests = Counter(
            "laurel_requests", "Answered requests", ["endpoint", "method", "status"], registry=registry
        )
        self.seconds = Histogram(
            "laurel_request_seconds", "How long they took", ["endpoint"], buckets=SECONDS, registry=registry
        )
        self.values = Counter(
            "laurel_values", "Values sent in, by what became of them", ["source", "outcome"], registry=registry
        )
        self.boards = Counter(
            "laurel_boards", "Boards sent out, by how they were come by", ["outcome"], registry=registry
        )


@cache
def _meters() -> Meters:
    """The same for all applications of a process."""
    return Meters()


class _AtThisMoment:
    """Jobs by state, and queues. What cannot be asked now is left out."""

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.core import GaugeMetricFamily

        jobs = GaugeMetricFamily("laurel_jobs", "Jobs by state", labels=["state"])
        queues = GaugeMetricFamily("laurel_queue_length", "Jobs that wait for a worker", labels=["queue"])
        try:
            counts = dict(db.session.execute(select(Job.state, func.count()).group_by(Job.state)).all())
            for state in JobState:
                jobs.add_metric([state], counts.get(state, 0))
            yield jobs
        except SQLAlchemyError as error:
            log.warning("jobs_not_counted", error=str(error))
        try:
            for name in QUEUES:
                queues.add_metric([name], len(rq_queue(current_app, name)))
            yield queues
        except RedisError as error:
            log.warning("queues_not_measured", error=str(error))
