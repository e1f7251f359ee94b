"""Mail waits while Redis is away or its worker has been killed, and leaves when they are back: for real."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import embedded, mail, processes
from app.accounts.models import Role
from app.embedded import RedisServer
from app.extensions import db
from app.mail.models import MailState
from app.scoring.models import Record
from tests.conftest import AppFactory, StartScheduler, StartServer, StartWorker
from tests.support import make, smtp
from tests.support.person import Person
from tests.support.servers import Worker

from .conftest import MailApp, stored, write

pytestmark = pytest.mark.usefixtures("context")


class OwnRedis:
    """A Redis that a test may stop and start again, at the same address."""

    def __init__(self, server: RedisServer, log: Path) -> None:
        self.server, self.log = server, log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = processes.start(self.server.command, environ=self.server.environ, output=output)
        assert processes.wait_until(lambda: embedded.answers(self.server.url), 15)

    def stop(self) -> None:
        if self.process is not None:
            processes.stop([self.process])
            self.process = None


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    own = OwnRedis(embedded.redis_on_a_free_port(tmp_path / "redis", keep=False), tmp_path / "redis.log")
    own.start()
    yield own
    own.stop()


def mail_worker(start: StartWorker, server: smtp.MailServer, **environ: str) -> Worker:
    return start(LAUREL_SMTP_URL=server.url, LAUREL_MAIL_FROM="laurel@example.org", **environ)


def test_mail_waits_for_redis_and_leaves_when_it_is_back(
    make_app: AppFactory,
    start_worker: StartWorker,
    environ: dict[str, str],
    start_scheduler: StartScheduler,
    own_redis: OwnRedis,
    server: smtp.MailServer,
) -> None:
    environ["REDIS_URL"] = own_redis.server.url
    mail_worker(start_worker, server)
    start_scheduler()
    own_redis.stop()
    with make_app(redis_url=own_redis.server.url).app_context():
        mail_id = write()
    assert stored(mail_id).state is MailState.PENDING
    own_redis.start()
    assert processes.wait_until(lambda: len(server.messages) == 1, 60)
    assert processes.wait_until(lambda: stored(mail_id).state is MailState.SENT, 10)


def test_a_worker_that_is_killed_while_it_sends_leaves_a_mail_that_is_sent_later(
    app: Flask, mail_app: MailApp, start_worker: StartWorker, server: smtp.MailServer
) -> None:
    server.silent_at = "RCPT"
    worker = mail_worker(start_worker, server)
    with app.app_context():
        mail_id = write()
    assert processes.wait_until(lambda: len(server.recipients) == 1, 30)
    worker.kill()
    row = stored(mail_id)
    assert (row.state, row.attempts) == (MailState.PENDING, 1)
    assert row.leased_until is not None
    row.leased_until -= mail.LEASE
    db.session.commit()
    server.silent_at = ""
    with mail_app(server.url).app_context():
        mail.deliver(mail_id)
    [message] = server.messages
    assert (message["Message-ID"], stored(mail_id).state) == (row.message_id, MailState.SENT)


def test_with_redis_stopped_people_sign_in_and_score_and_mail_leaves_when_it_is_back(
    serve: StartServer,
    start_worker: StartWorker,
    start_scheduler: StartScheduler,
    environ: dict[str, str],
    own_redis: OwnRedis,
    server: smtp.MailServer,
) -> None:
    event = make.event()
    group = make.group(event)
    eva, jump = make.participant(group, "Eva"), make.activity(event)
    make.user(Role.ADMIN, email="ivan@example.org")
    make.user(email="ann@example.org")
    db.session.commit()
    environ["REDIS_URL"] = own_redis.server.url
    web, _worker = serve(), mail_worker(start_worker, server)
    start_scheduler()
    own_redis.stop()

    ivan, ann = Person(web.url), Person(web.url)
    ivan.sign_in("ivan@example.org")
    sheet = f"/sheets/{group.id}/{jump.id}"
    for page in ("/boards", "/events", "/people", "/account", f"/events/{event.id}/board", sheet):
        assert ivan.get(page).status == (403 if page == "/people" else 200), page
    form = {f"value-{eva.id}-1": "7", f"version-{eva.id}": "0"}
    assert ivan.post(f"{sheet}/{eva.id}", piece=True, **form).status == 200
    assert "Eva" in ivan.get(f"/events/{event.id}/board").text
    ann.get("/forgotten-password")
    assert ann.post("/forgotten-password", email="ann@example.org").status == 200
    assert server.messages == []

    own_redis.start()
    assert processes.wait_until(lambda: len(server.messages) == 1, 90)
    [message] = server.messages
    assert message["To"] == "ann@example.org"
    db.session.rollback()
    assert str(db.session.query(Record).one().amount) == "7"
