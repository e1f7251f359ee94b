"""A worker killed in the middle of printing, its child too: every diploma is printed, once."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from app import assets
from app.diplomas.kinds import DiplomaState, RunState
from app.diplomas.models import PrintRun
from app.extensions import db
from app.jobs.models import Job, JobState
from tests.conftest import StartScheduler, StartWorker
from tests.diplomas import reading
from tests.diplomas.world import World
from tests.support import leases, make

PEOPLE = 400
PATIENCE = 120
"""Seconds within which a run must be done whose worker was killed."""


@pytest.mark.usefixtures("context")
def test_a_run_whose_worker_is_killed_is_printed_once_without_a_gap(
    world: World, start_worker: StartWorker, start_scheduler: StartScheduler
) -> None:
    for number in range(PEOPLE):
        make.participant(world.group, f"Participant {number:03}")
    db.session.commit()
    world.rule(world.template(), "everybody")
    run_id, job_id = (asked := world.ask()).id, asked.job_id
    numbers = [one.number for one in world.diplomas(asked)]
    worker = start_worker()
    wait_for(lambda: db.session.get_one(Job, job_id).state is JobState.RUNNING)
    worker.kill()
    assert current(run_id).state is RunState.PENDING, "it was killed too late for this test to mean anything"
    leases.run_out()
    start_scheduler()
    start_worker()
    wait_for(lambda: current(run_id).state is RunState.DONE)
    run = current(run_id)
    printed = list(reading.pages(assets.read(run.pdf)))
    assert len(printed) == len(numbers) == PEOPLE + len(world.people)
    for name, page in zip(numbers, printed, strict=True):
        assert name in " ".join(one.text for one in page)
    assert {one.state for one in world.diplomas(run)} == {DiplomaState.VALID}
    assert db.session.get_one(Job, job_id).attempts == 2


def current(run_id: int) -> PrintRun:
    return db.session.get_one(PrintRun, run_id)


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        db.session.rollback()
        db.session.expire_all()
        if happened():
            return
        time.sleep(0.01)
    raise AssertionError(f"nothing within {PATIENCE} s")
