"""Running one job: claim, work, finish. RQ calls `run` in a child process of the worker."""

from __future__ import annotations

import secrets
from contextvars import ContextVar
from datetime import timedelta

import structlog
from flask import Flask
from sqlalchemy import CursorResult, and_, or_, update
from sqlalchemy.exc import OperationalError

from ..database import now
from ..extensions import db
from . import LEASE, registry
from .models import Job, JobState

log = structlog.get_logger()

BACKOFF = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))


_app: Flask | None = None
_under_way: ContextVar[tuple[int, str] | None] = ContextVar("job_under_way", default=None)
"""The job of this worker's child and its claim."""


def use(app: Flask) -> None:
    """Tell the worker's children which application they belong to."""
    global _app
    _app = app


def run(job_id: int) -> None:
    """What RQ calls. Whoever comes second, or after it is done, does nothing."""
    if _app is None:
        raise RuntimeError("jobs run in `flask worker` only")
    with _app.app_context():
        run_job(job_id)


def run_job(job_id: int) -> bool:
    """Do a job if it is there to be done; whether it was done here. Needs an application context."""
    claim = secrets.token_hex(16)
    if not _claim(job_id, claim):
        return False
    job = db.session.get_one(Job, job_id)
    structlog.contextvars.bind_contextvars(job_id=job_id, job=job.kind)
    _under_way.set((job_id, claim))
    try:
        registry[job.kind](*job.arguments)
        _finish(job_id, claim)
        db.session.commit()
    except LeaseLost:
        db.session.rollback()
        log.warning("job_lost_its_lease")
        return False
    except Exception as error:  # noqa: BLE001
        db.session.rollback()
        _put_back(job_id, claim, error)
        return False
    log.info("job_done")
    return True


def extend_lease() -> None:
    """Hold the job under way for longer, in a transaction of its own; nothing where no job is. Raises LeaseLost."""
    current = _under_way.get()
    if current is None:
        return
    job_id, claim = current
    held = (Job.id == job_id) & (Job.claim == claim) & (Job.state == JobState.RUNNING)
    result = db.session.execute(update(Job).where(held).values(leased_until=now() + LEASE))
    db.session.commit()
    if not _touched(result):
        raise LeaseLost


class LeaseLost(RuntimeError):
    """This worker took too long and another has claimed the job: what was done here must not be committed."""


def _claim(job_id: int, claim: str) -> bool:
    moment = now()
    free = or_(
        Job.state == JobState.PENDING,
        and_(Job.state == JobState.RUNNING, Job.leased_until <= moment),
    )
    result = db.session.execute(
        update(Job)
        .where(Job.id == job_id, free)
        .values(
            state=JobState.RUNNING,
            claim=claim,
            attempts=Job.attempts + 1,
            leased_until=moment + LEASE,
            error=None,
        )
    )
    db.session.commit()
    return _touched(result)


def _finish(job_id: int, claim: str) -> None:
    result = db.session.execute(
        update(Job)
        .where(Job.id == job_id, Job.claim == claim, Job.state == JobState.RUNNING)
        .values(state=JobState.DONE, finished_at=now(), leased_until=None)
    )
    if not _touched(result):
        raise LeaseLost


def _put_back(job_id: int, claim: str, error: Exception) -> None:
    """Try again later, with growing patience; after the last try the job has failed for good."""
    job = db.session.get_one(Job, job_id, populate_existing=True)
    if job.claim != claim or job.state is not JobState.RUNNING:
        db.session.rollback()
        return
    tries_left = job.attempts <= len(BACKOFF)
    job.state = JobState.PENDING if tries_left else JobState.FAILED
    job.error = f"{type(error).__name__}: {error}"[:2000]
    job.leased_until = None
    if tries_left:
        job.due_at = now() + BACKOFF[job.attempts - 1]
    else:
        job.finished_at = now()
    db.session.commit()
    level = log.warning if isinstance(error, OperationalError) else log.error
    level("job_failed", attempts=job.attempts, final=not tries_left, exc_info=error)


def _touched(result: object) -> bool:
    return isinstance(result, CursorResult) and result.rowcount == 1
