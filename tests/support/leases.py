"""Time that passes at once."""

from __future__ import annotations

from sqlalchemy import update

from app.database import now
from app.extensions import db
from app.jobs import LEASE
from app.jobs.models import Job, JobState


def run_out() -> None:
    """As if half a minute had gone by since the workers of all jobs under way were killed."""
    db.session.rollback()
    db.session.execute(update(Job).where(Job.state == JobState.RUNNING).values(leased_until=now() - LEASE))
    db.session.commit()
