"""Signing in through the sandbox, as a browser without scripts does it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.extensions import db
from app.jobs.models import Job
from app.jobs.runner import run_job
from app.sandbox import Sandbox
from app.sandbox.state import GITHUB_KEYS, OSU_KEYS

LARKSPUR, BRAMBLE, OAK, NIGHTJAR = 7001, 7002, 7003, 7004
ADA, MALLORY, QUIET = 501, 502, 503


def settings_of(sandbox: Sandbox) -> dict[str, Any]:
    """What an application needs to send its people there."""
    return {
        "osu_url": sandbox.url,
        "osu_client_id": OSU_KEYS[0],
        "osu_client_secret": OSU_KEYS[1],
        "github_url": sandbox.url,
        "github_client_id": GITHUB_KEYS[0],
        "github_client_secret": GITHUB_KEYS[1],
    }


def agree(page: str, who: int | str) -> str:
    """Choose somebody on the service's page; the address it sends the browser back to."""
    answer = httpx.post(page, data={"who": str(who)}, trust_env=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def run_jobs(app: Flask) -> None:
    """Do what waits for the worker, with this application's settings."""
    with app.app_context():
        for job_id in db.session.scalars(select(Job.id).order_by(Job.id)).all():
            run_job(job_id)
        db.session.remove()


@dataclass
class Traveller:
    """A browser that goes to the sandbox and comes back."""

    browser: FlaskClient

    def set_out(self, service: str = "osu", **query: str) -> str:
        """The address of the service's page."""
        answer = self.browser.get(f"/sign-in/{service}", query_string=query)
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def set_out_to_link(self, service: str = "osu") -> str:
        answer = self.browser.post(f"/account/services/{service}")
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def come_back(self, address: str) -> TestResponse:
        parts = urlsplit(address)
        return self.browser.get(f"{parts.path}?{parts.query}")

    def sign_in(self, who: int | str = LARKSPUR, service: str = "osu", **query: str) -> TestResponse:
        return self.come_back(agree(self.set_out(service, **query), who))

    def link(self, who: int | str = LARKSPUR, service: str = "osu") -> TestResponse:
        return self.come_back(agree(self.set_out_to_link(service), who))


def words(answer: TestResponse) -> str:
    """The heading of the page that says why it did not work."""
    found = re.search(r"<h1>(.*?)</h1>", answer.text)
    assert found, answer.text
    return found[1].replace("&#39;", "'")
