"""What /metrics tells: numbers of all processes of the web server together, and of jobs and queues as they are."""

from __future__ import annotations

import re
import urllib.request

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import jobs, processes
from app.accounts.models import User
from app.database import now
from app.events.models import Event
from app.extensions import db
from app.jobs.models import Job, JobState
from app.scoring.actions import Entry, save_records
from app.scoring.models import Source
from tests.conftest import AppFactory, StartServer
from tests.support import make
from tests.support.servers import Server
from tests.support.statements import counted

TOKEN = "a token of its own"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def watched(make_app: AppFactory) -> Flask:
    return make_app(metrics_token=TOKEN)


def number(text: str, name: str, **labels: str) -> float:
    """The value of a sample with these labels among its own; 0 where there is none yet."""
    for line in text.splitlines():
        found = re.fullmatch(rf"{name}\{{(.*)\}} (\S+)", line)
        if found and set(re.findall(r'(\w+)="([^"]*)"', found[1])) >= set(labels.items()):
            return float(found[2])
    return 0


def asked(browser: FlaskClient) -> str:
    answer = browser.get("/metrics", headers=HEADERS)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    return answer.text


def test_requests_are_counted_by_endpoint_and_status_and_timed(watched: Flask) -> None:
    browser = watched.test_client()
    before = asked(browser)
    for path in ("/healthz", "/healthz", "/events/999999/board", "/nowhere"):
        browser.get(path)
    after = asked(browser)
    for labels, count in (
        ({"endpoint": "health.alive", "method": "GET", "status": "200"}, 2),
        ({"endpoint": "leaderboards.show", "status": "404"}, 1),
        ({"endpoint": "none", "status": "404"}, 1),
    ):
        name = "laurel_requests_total"
        assert number(after, name, **labels) - number(before, name, **labels) == count, labels
    name = "laurel_request_seconds_bucket"
    labels = {"endpoint": "health.alive", "le": "+Inf"}
    assert number(after, name, **labels) - number(before, name, **labels) == 2


@pytest.mark.both_databases
def test_jobs_are_counted_by_state_with_one_statement(watched: Flask) -> None:
    browser = watched.test_client()
    with watched.app_context():
        for state in (JobState.DONE, JobState.DONE, JobState.FAILED):
            db.session.add(Job(kind="x", arguments=[], state=state, due_at=now(), created_at=now()))
        db.session.commit()
        jobs.hand_over(watched, 1, "mail")
    with counted(watched) as statements:
        text = asked(browser)
    assert len(statements) == 1
    assert [number(text, "laurel_jobs", state=state) for state in ("done", "failed", "running")] == [2, 1, 0]
    assert [number(text, "laurel_queue_length", queue=name) for name in ("default", "mail")] == [0, 1]


def test_boards_are_counted_by_how_they_were_come_by(watched: Flask, context: None) -> None:
    path = f"/events/{make.event().id}/board/live?language=en"
    browser = watched.test_client()
    before = asked(browser)
    tag = browser.get(path).headers["ETag"]
    browser.get(path)
    browser.get(path, headers={"If-None-Match": tag})
    after = asked(browser)
    for outcome in ("made", "kept", "unchanged"):
        name = "laurel_boards_total"
        assert number(after, name, outcome=outcome) - number(before, name, outcome=outcome) == 1, outcome


def test_values_are_counted_by_what_became_of_them(watched: Flask) -> None:
    before = asked(watched.test_client())
    with watched.app_context():
        event, entries, user = three_entries()
        save_records(event, entries, by=user, source=Source.HAND)
        db.session.commit()
    after = asked(watched.test_client())
    name = "laurel_values_total"
    for outcome, count in (("saved", 2), ("refused", 1), ("conflict", 0)):
        labels = {"source": Source.HAND.value, "outcome": outcome}
        assert number(after, name, **labels) - number(before, name, **labels) == count, outcome


def three_entries() -> tuple[Event, list[Entry], User]:
    event = make.event()
    group, activity = make.group(event), make.activity(event)
    entries = [Entry(make.participant(group), activity, (typed,)) for typed in ("1", "2", "many")]
    return event, entries, make.user()


def test_processes_of_a_server_count_together_and_begin_anew_when_it_does(serve: StartServer) -> None:
    server = serve(LAUREL_METRICS_TOKEN=TOKEN, LAUREL_WORKERS="2")
    labels = {"endpoint": "preferences.save", "status": "303"}
    for _turn in range(20):
        assert read(server, "/preferences?next=/healthz")
    assert processes.wait_until(lambda: number(read(server, "/metrics"), "laurel_requests_total", **labels) == 20, 5)
    server.stop()
    server.start()
    assert number(read(server, "/metrics"), "laurel_requests_total", **labels) == 0


def read(server: Server, path: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(server.url + path, headers=HEADERS), timeout=10) as answer:
        return str(answer.read().decode())
