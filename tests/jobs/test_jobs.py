"""Jobs are handed over after the commit, done once, tried again with patience, and never lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import update

from app import jobs
from app.accounts.actions import create_user
from app.accounts.models import Role
from app.accounts.queries import user_by_email
from app.database import now
from app.extensions import db
from app.jobs import enqueue, rq_queue, runner, sweep
from app.jobs.models import Job, JobState
from tests.conftest import AppFactory

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def work() -> Iterator[None]:
    """Jobs that only these tests know: each writes a user, two of them in vain."""

    def add_user(email: str) -> None:
        create_user(email, "Made by a job", Role.PLAYER, None, by=None)

    def fail_late(email: str) -> None:
        add_user(email)
        db.session.flush()
        raise ValueError("the disk is full")

    def be_overtaken(email: str) -> None:
        add_user(email)
        db.session.execute(update(Job).values(claim="another worker"))

    for function in (add_user, fail_late, be_overtaken):
        jobs.registry[function.__name__] = function
    yield
    for function in (add_user, fail_late, be_overtaken):
        del jobs.registry[function.__name__]


def promise(kind: str = "add_user", email: str = "new@example.org") -> Job:
    row = enqueue(jobs.registry[kind], email)
    db.session.commit()
    return row


def waiting() -> int:
    return len(rq_queue(current_app, "default").job_ids)


def test_a_job_is_handed_over_after_the_commit_and_not_before() -> None:
    enqueue(jobs.registry["add_user"], "new@example.org")
    assert waiting() == 0
    db.session.commit()
    assert waiting() == 1


def test_a_job_is_gone_with_the_transaction_that_promised_it() -> None:
    enqueue(jobs.registry["add_user"], "new@example.org")
    db.session.rollback()
    assert waiting() == 0
    assert db.session.query(Job).count() == 0


def test_a_job_is_done_once_however_often_it_is_handed_over() -> None:
    row = promise()
    assert runner.run_job(row.id) is True
    assert runner.run_job(row.id) is False
    db.session.expire_all()
    assert (row.state, row.attempts) == (JobState.DONE, 1)
    assert user_by_email("new@example.org") is not None


def test_a_job_that_fails_leaves_nothing_half_done_and_waits_before_it_is_tried_again() -> None:
    row = promise("fail_late")
    runner.run_job(row.id)
    db.session.expire_all()
    assert user_by_email("new@example.org") is None
    assert (row.state, row.error) == (JobState.PENDING, "ValueError: the disk is full")
    assert row.due_at > now() + timedelta(seconds=3)


def test_after_its_last_try_a_job_has_failed_for_good() -> None:
    row = promise("fail_late")
    for _ in range(5):
        runner.run_job(row.id)
    db.session.expire_all()
    assert (row.state, row.attempts) == (JobState.FAILED, 5)
    assert runner.run_job(row.id) is False


def test_what_a_dead_worker_held_is_handed_over_when_its_lease_ends() -> None:
    row = promise()
    row.state, row.claim, row.leased_until = JobState.RUNNING, "a dead worker", now() - timedelta(seconds=1)
    db.session.commit()
    before = waiting()
    assert sweep() == 1
    db.session.commit()
    assert waiting() == before + 1
    assert runner.run_job(row.id) is True


def test_what_a_living_worker_holds_is_left_alone() -> None:
    row = promise()
    row.state, row.claim, row.leased_until = JobState.RUNNING, "a living worker", now() + timedelta(seconds=20)
    db.session.commit()
    assert sweep() == 0
    assert runner.run_job(row.id) is False


def test_a_worker_that_lost_its_lease_commits_nothing() -> None:
    row = promise("be_overtaken")
    assert runner.run_job(row.id) is False
    assert user_by_email("new@example.org") is None


def test_a_promise_that_never_reached_redis_is_found_by_the_sweep(make_app: AppFactory) -> None:
    away = make_app(redis_url="redis://127.0.0.1:1/0")
    with away.app_context():
        promise()
    assert waiting() == 0
    assert sweep() == 1
    db.session.commit()
    assert waiting() == 1


def test_the_sweep_does_not_hand_over_again_at_once() -> None:
    promise()
    assert sweep() == 1
    db.session.commit()
    assert sweep() == 0


def test_two_jobs_cannot_have_one_name() -> None:
    with pytest.raises(ValueError, match="two jobs are named add_user"):
        jobs.job(jobs.registry["add_user"])
