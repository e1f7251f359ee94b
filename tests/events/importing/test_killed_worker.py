"""A worker killed in the middle of an import, its child too: the import is done, once."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.events.models import Participant
from app.extensions import db
from app.jobs.models import Job, JobState
from tests.conftest import StartScheduler, StartWorker
from tests.support import leases

from .conftest import Desk, last_job, start_list

PEOPLE = 8_000
PATIENCE = 120
"""Seconds within which a job must be done whose worker was killed."""


@pytest.mark.usefixtures("context")
@pytest.mark.both_databases
def test_an_import_whose_worker_is_killed_half_way_is_done_once_by_the_next(
    desk: Desk, start_worker: StartWorker, start_scheduler: StartScheduler
) -> None:
    url = desk.preview(start_list(PEOPLE))
    desk.confirm(url)
    worker = start_worker()
    wait_for(JobState.RUNNING)
    worker.kill()
    assert last_job().state is JobState.RUNNING, "it was killed too late for this test to mean anything"
    assert count_people() == 0
    leases.run_out()
    start_scheduler()
    start_worker()
    job = wait_for(JobState.DONE)
    assert (job.attempts, count_people()) == (2, PEOPLE)
    assert "The people are in" in desk.browser.get(url).text
    applied = select(func.count()).where(AuditEntry.action == "import.apply")
    assert db.session.scalar(applied) == 1


def wait_for(state: JobState) -> Job:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        db.session.rollback()
        db.session.expire_all()
        if last_job().state is state:
            return last_job()
        time.sleep(0.01)
    raise AssertionError(f"the job is still {last_job().state} after {PATIENCE} s: {last_job().error}")


def count_people() -> int | None:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Participant))
