"""What has been mailed, as its readers find it: in development mail lands in a folder. Needs an application context."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import select

from app.extensions import db
from app.jobs.models import Job, JobState
from app.jobs.runner import run_job
from app.mail import transports


def deliver() -> list[EmailMessage]:
    """Do all jobs that wait, and those that they make; every mail that has landed, the oldest first."""
    db.session.commit()
    while waiting := db.session.scalars(select(Job.id).where(Job.state == JobState.PENDING)).all():
        db.session.commit()
        for job_id in waiting:
            assert run_job(job_id), db.session.get_one(Job, job_id).error
    db.session.rollback()
    files = sorted(transports.folder().glob("*.eml"))
    return [message_from_bytes(file.read_bytes(), EmailMessage, policy=policy.default) for file in files]


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


def link_in(message: EmailMessage) -> str:
    """The path that its link leads to."""
    found = re.search(r"https?://\S+", text_of(message))
    assert found, text_of(message)
    return urlsplit(found[0]).path


def last_link_to(address: str) -> str:
    mails = [message for message in deliver() if message["To"] == address]
    assert mails, (address, current_app.config["SETTINGS"].instance)
    return link_in(mails[-1])
