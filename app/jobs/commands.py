"""`flask worker` and `flask scheduler`: the two roles that stand beside the web server."""

from __future__ import annotations

import gc
import logging
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

import click
import structlog
from flask import Flask, current_app
from flask.cli import with_appcontext
from redis import RedisError
from rq import Worker
from rq.serializers import JSONSerializer
from sqlalchemy.exc import SQLAlchemyError

from ..extensions import db, redis
from . import QUEUES, chores, rounds, rq_queue, runner, sweep

log = structlog.get_logger()

SWEEP_SECONDS = 10
CHORE_SECONDS = 3600
RETRY_SECONDS = 2


def init_app(app: Flask) -> None:
    app.cli.add_command(work)
    app.cli.add_command(schedule)


@click.command("worker")
@with_appcontext
def work() -> None:
    """Do background jobs until told to stop. Each runs in a child process of its own."""
    logging.getLogger("rq").setLevel(logging.WARNING)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    stop = _stop_on_signals()
    _quietly(sweep)
    db.engine.dispose()
    runner.use(app)
    gc.collect()
    gc.freeze()  # What is loaded stays: a job that makes many objects must not have it looked through again and again.
    while not stop.is_set():
        try:
            queues = [rq_queue(app, name) for name in QUEUES]
            Worker(queues, connection=redis.of(app), serializer=JSONSerializer).work(logging_level="WARNING")
            return
        except RedisError as error:
            log.warning("worker_waits_for_redis", error=str(error))
            stop.wait(RETRY_SECONDS)


@click.command("scheduler")
@with_appcontext
def schedule() -> None:
    """Hand over lost jobs again, every few seconds, and do the chores, every hour, until told to stop."""
    stop = _stop_on_signals()
    chores_due = time.monotonic()
    while not stop.is_set():
        for work in (sweep, *rounds):
            _quietly(work)
        if time.monotonic() >= chores_due:
            chores_due += CHORE_SECONDS
            for work in chores:
                _quietly(work)
        stop.wait(SWEEP_SECONDS)


def _quietly(task: Callable[[], int]) -> None:
    """Run one task in a transaction of its own. The next round comes soon, whatever went wrong with this one."""
    try:
        count = task()
        db.session.commit()
        if count:
            log.info("swept", task=task.__name__, rows=count)
    except SQLAlchemyError as error:
        db.session.rollback()
        log.warning("sweep_failed", task=task.__name__, error=str(error))
    finally:
        db.session.remove()


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    return stop
