"""Background work that is done once, whatever is killed.

    @job
    def apply_import(import_id: int) -> None: ...        # load, return if done, call the action; no commit

    enqueue(apply_import, import_.id)                    # inside the transaction that makes it necessary

The row is written with the caller's transaction and its id handed to RQ after the commit. The worker claims the row
under a lease, and finishes it in the same transaction as the work itself: either both are committed or neither.
What a killed worker, a lost Redis or a crash between commit and hand-over left behind, `sweep` hands over again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from flask import Flask, current_app
from redis import Redis, RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import and_, event, or_, select
from sqlalchemy.orm import Session

from ..database import now
from ..extensions import db, redis
from .models import Job, JobState

log = structlog.get_logger()

QUEUES = ("default", "mail", "reads")
LEASE = timedelta(seconds=30)
HANDED_OVER = timedelta(seconds=20)

Work = TypeVar("Work", bound=Callable[..., None])
Chore = TypeVar("Chore", bound=Callable[[], int])
registry: dict[str, Callable[..., None]] = {}
chores: list[Callable[[], int]] = []
rounds: list[Callable[[], int]] = []


def job(work: Work) -> Work:
    """Make a function known to the worker under its name. Its arguments must be JSON."""
    if work.__name__ in registry:
        raise ValueError(f"two jobs are named {work.__name__}")
    registry[work.__name__] = work
    return work


def chore(work: Chore) -> Chore:
    """Have the scheduler call this at its start and every hour. It returns a count of rows and does not commit."""
    chores.append(work)
    return work


def every_round(work: Chore) -> Chore:
    """The same every few seconds, so it must be quick where there is nothing to do."""
    rounds.append(work)
    return work


def enqueue(work: Callable[..., None], *arguments: Any, queue: str = "default", after: timedelta = timedelta(0)) -> Job:
    """Promise a job. It is handed to the workers after the caller's commit, and lost with its rollback.

    With `after`, not before that time has passed: the sweep finds it then.
    """
    row = Job(
        kind=work.__name__,
        arguments=list(arguments),
        queue=queue,
        state=JobState.PENDING,
        due_at=now() + after,
        created_at=now(),
    )
    db.session.add(row)
    db.session.flush()
    if not after:
        db.session.info.setdefault("jobs_to_hand_over", []).append((row.id, queue))
    return row


@event.listens_for(Session, "after_commit")
def _hand_over_after_commit(session: Session) -> None:
    for job_id, queue in session.info.pop("jobs_to_hand_over", []):
        hand_over(current_app, job_id, queue)


@event.listens_for(Session, "after_rollback")
def _forget_after_rollback(session: Session) -> None:
    session.info.pop("jobs_to_hand_over", None)


def hand_over(app: Flask, job_id: int, queue: str) -> None:
    """Give a job's id to RQ. With Redis away nothing is lost: the sweep will find the row."""
    try:
        rq_queue(app, queue).enqueue("app.jobs.runner.run", job_id, result_ttl=0, failure_ttl=3600)
    except RedisError as error:
        log.warning("job_waits_for_redis", job_id=job_id, error=str(error))


def still_working() -> None:
    """Called every now and then by a job that takes longer than its lease, between its transactions: it commits."""
    from .runner import extend_lease

    extend_lease()


def rq_queue(app: Flask, name: str) -> Queue:
    connection: Redis = redis.of(app)
    return Queue(f"laurel-{name}", connection=connection, serializer=JSONSerializer)


def sweep() -> int:
    """Hand over again what is due and in nobody's hands; the number of such jobs. The caller commits."""
    moment = now()
    lost = db.session.scalars(
        select(Job)
        .where(
            or_(
                and_(Job.state == JobState.PENDING, Job.due_at <= moment),
                and_(Job.state == JobState.RUNNING, Job.leased_until <= moment),
            )
        )
        .order_by(Job.id)
        .limit(500)
        .with_for_update(skip_locked=True)
    ).all()
    for row in lost:
        # Not before long again: it may simply be waiting its turn in the queue.
        if row.state is JobState.PENDING:
            row.due_at = moment + HANDED_OVER
        else:
            row.leased_until = moment + HANDED_OVER
            row.state, row.due_at = JobState.PENDING, moment + HANDED_OVER
        db.session.info.setdefault("jobs_to_hand_over", []).append((row.id, row.queue))
    return len(lost)
