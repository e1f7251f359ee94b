"""A worker killed in the middle of ten photos, its child and its reader too: all ten end, each once."""

from __future__ import annotations

import io
import time

import numpy as np
import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.jobs.models import Job, JobState
from app.paper.models import PaperScan, ScanState
from tests.conftest import StartScheduler, StartWorker
from tests.support import leases, photos

from .conftest import WRITTEN, Desk

PHOTOS = 10
PATIENCE = 150
"""Seconds."""
SMALL = photos.Level(3, 0.5, 0.1, 0.3, 2, (85, 90), (1400, 1410))


@pytest.mark.usefixtures("context")
def test_ten_photos_whose_worker_is_killed_are_all_read_once(
    desk: Desk, start_worker: StartWorker, start_scheduler: StartScheduler
) -> None:
    _sheet, layout, page = desk.print()
    desk.write(page, layout, WRITTEN)
    some = [photos.photograph(page, layout, SMALL, np.random.default_rng(seed)) for seed in range(PHOTOS)]
    desk.client.post(desk.url, data={"files": [(io.BytesIO(one), "photo.jpg") for one in some]})
    worker = start_worker()
    wait_until_read(2)
    wait_until_one_is_under_way()
    worker.kill()
    assert 2 <= count(PaperScan.state == ScanState.READ) < PHOTOS, "it was killed too late for this to mean anything"
    leases.run_out()
    start_scheduler()
    start_worker()
    wait_until_read(PHOTOS)
    assert count() == PHOTOS
    assert {tuple(row["value"] for row in scan.rows[:4]) for scan in db.session.scalars(select(PaperScan))} == {
        ("1:23.40", "58.25", "DNS", "10:35.60")
    }
    jobs = db.session.scalars(select(Job).where(Job.queue == "reads")).all()
    assert {job.state for job in jobs} == {JobState.DONE}
    assert sorted(job.attempts for job in jobs) == [1] * (PHOTOS - 1) + [2]


def wait_until_read(photos: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while count(PaperScan.state == ScanState.READ) < photos:
        assert time.monotonic() < deadline, f"{count(PaperScan.state == ScanState.READ)} after {PATIENCE} s"
        time.sleep(0.02)


def wait_until_one_is_under_way() -> None:
    deadline = time.monotonic() + PATIENCE
    while not db.session.scalar(select(func.count()).where(Job.state == JobState.RUNNING)):
        assert time.monotonic() < deadline
        db.session.rollback()


def count(*where: object) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(PaperScan).where(*where)) or 0  # type: ignore[arg-type]
