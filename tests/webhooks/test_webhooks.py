"""Other programs are told what happened, signed, at least once: tried against a receiver that answers, fails, hangs
and sends on."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Role, User
from app.database import now
from app.events.kinds import EvaluationType
from app.events.models import Activity, Event, Participant
from app.extensions import db
from app.jobs.models import Job, JobState
from app.jobs.runner import run_job
from app.scoring.actions import Entry, save_records
from app.scoring.models import Source
from app.webhooks import sending
from app.webhooks.models import Delivery, DeliveryState, Webhook
from app.webhooks.sending import NotSent, Rules, problem_with, send
from tests.conftest import AppFactory, SignIn
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")

OPEN = Rules(plain=True, private=True)


class Receiver(ThreadingHTTPServer):
    """Answers as `behaviour` says, and keeps what came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviour = 204
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.url = f"http://localhost:{self.server_port}/hook"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((dict(self.headers), body))
        if self.server.behaviour == 0:
            time.sleep(1)
            return
        self.send_response(self.server.behaviour)
        if self.server.behaviour == 302:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.end_headers()

    def do_GET(self) -> None:
        self.server.came.append(({}, b"followed"))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Not onto the tests' output."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def app(make_app: AppFactory) -> Flask:
    return make_app(private_webhooks=True)


@pytest.fixture
def owner(context: None) -> User:
    settings = current_app.config["SETTINGS"]
    current_app.config["SETTINGS"] = replace(settings, private_webhooks=True)
    return make.user(Role.ADMIN, "Olga")


@pytest.fixture
def browser(owner: User, sign_in: SignIn) -> FlaskClient:
    return sign_in(owner)


@pytest.fixture
def event(context: None) -> Event:
    return make.event()


def add(browser: FlaskClient, event: Event, receiver: Receiver) -> str:
    """The secret, as the page shows it once."""
    page = browser.post(f"/events/{event.id}/webhooks", data={"url": receiver.url})
    assert page.status_code == 201
    return str(page.text.split('id="secret" value="')[1].split('"')[0])


def work() -> None:
    """Whatever the worker would do now, and what that makes it do."""
    while jobs := db.session.scalars(
        select(Job.id).where(Job.state == JobState.PENDING, Job.kind.like("%hook%"), Job.due_at <= now())
    ).all():
        for job_id in jobs:
            run_job(job_id)
        db.session.expire_all()


def score(event: Event, by: User, *values: str) -> tuple[Activity, Participant]:
    run, person = make.activity(event, EvaluationType.NUMERIC_HIGH), make.participant(make.group(event))
    for value in values:
        save_records(event, [Entry(person, run, (value,))], by=by, source=Source.HAND)
        db.session.commit()
    return run, person


@pytest.mark.both_databases
def test_a_saved_result_is_told_signed_and_once(
    browser: FlaskClient, event: Event, owner: User, receiver: Receiver
) -> None:
    secret = add(browser, event, receiver)
    run, person = score(event, owner, "5")
    work()
    work()
    [(headers, body)] = receiver.came
    told = json.loads(body)
    assert (told["kind"], told["event"], told["id"]) == ("record.saved", event.id, headers["Laurel-Id"])
    [change] = told["changes"]
    assert (change["activity"], change["participant"], change["new"], change["by"]) == (
        run.id,
        person.id,
        ["5"],
        "Olga",
    )
    signed = f"{headers['Laurel-Id']}.{headers['Laurel-Timestamp']}.".encode() + body
    assert headers["Laurel-Signature"] == "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    assert abs(time.time() - int(headers["Laurel-Timestamp"])) < 60


def test_saves_of_one_moment_go_together(browser: FlaskClient, event: Event, owner: User, receiver: Receiver) -> None:
    add(browser, event, receiver)
    score(event, owner, "5", "6", "7")
    work()
    [(_headers, body)] = receiver.came
    assert [change["new"] for change in json.loads(body)["changes"]] == [["5"], ["6"], ["7"]]


def test_a_lock_and_a_publication_are_told(browser: FlaskClient, event: Event, owner: User, receiver: Receiver) -> None:
    add(browser, event, receiver)
    run, _person = score(event, owner)
    browser.post(f"/events/{event.id}/results/locked", data={"activities": [run.id], "reason": "over"})
    for visibility in ("PRIVATE", "PUBLIC"):
        browser.post(f"/events/{event.id}/visibility", data={"visibility": visibility})
    work()
    kinds = [json.loads(body)["kind"] for _headers, body in receiver.came]
    assert sorted(kinds) == ["activity.locked", "event.published"]


def test_what_was_before_the_webhook_is_not_told_and_nothing_after_its_end(
    browser: FlaskClient, event: Event, owner: User, receiver: Receiver
) -> None:
    score(event, owner, "5")
    add(browser, event, receiver)
    work()
    [webhook] = db.session.scalars(select(Webhook)).all()
    browser.post(f"/events/{event.id}/webhooks/{webhook.id}/delete")
    score(event, owner, "6")
    work()
    assert receiver.came == []
    db.session.expire_all()
    assert event.hooked is False


def test_a_rolled_back_save_is_not_told(browser: FlaskClient, event: Event, owner: User, receiver: Receiver) -> None:
    add(browser, event, receiver)
    run, person = score(event, owner)
    save_records(event, [Entry(person, run, ("5",))], by=owner, source=Source.HAND)
    db.session.rollback()
    work()
    assert receiver.came == []


@pytest.mark.parametrize(("behaviour", "words"), [(500, "answered 500"), (302, "answered 302"), (0, "in time")])
def test_a_receiver_that_fails_hangs_or_sends_on_is_tried_again_later(
    browser: FlaskClient,
    event: Event,
    owner: User,
    receiver: Receiver,
    behaviour: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 0.3)
    add(browser, event, receiver)
    receiver.behaviour = behaviour
    score(event, owner, "5")
    work()
    [delivery] = db.session.scalars(select(Delivery)).all()
    assert (delivery.state, delivery.attempts) == (DeliveryState.PENDING, 1)
    assert words in browser.get(f"/events/{event.id}/webhooks").text
    [later] = db.session.scalars(select(Job).where(Job.state == JobState.PENDING, Job.kind == "deliver_hook")).all()
    assert later.due_at > now()
    receiver.behaviour, later.due_at = 200, now()
    db.session.commit()
    work()
    assert delivery.state is DeliveryState.DELIVERED
    first, second = receiver.came
    assert first[1] == second[1], "the same message"
    assert first[0]["Laurel-Id"] == second[0]["Laurel-Id"]


def test_it_is_given_up_in_the_end_and_can_be_sent_once_more(
    browser: FlaskClient, event: Event, owner: User, receiver: Receiver
) -> None:
    add(browser, event, receiver)
    receiver.behaviour = 500
    score(event, owner, "5")
    for _ in range(8):
        db.session.execute(Job.__table__.update().values(due_at=now()))  # type: ignore[attr-defined]
        db.session.commit()
        work()
    [delivery] = db.session.scalars(select(Delivery)).all()
    assert (delivery.state, delivery.attempts, len(receiver.came)) == (DeliveryState.FAILED, 7, 7)
    receiver.behaviour = 200
    browser.post(f"/events/{event.id}/webhooks/deliveries/{delivery.id}/resend")
    work()
    assert delivery.state is DeliveryState.DELIVERED


def test_a_test_is_sent_at_once(browser: FlaskClient, event: Event, receiver: Receiver) -> None:
    add(browser, event, receiver)
    [webhook] = db.session.scalars(select(Webhook)).all()
    browser.post(f"/events/{event.id}/webhooks/{webhook.id}/test")
    work()
    assert [json.loads(body)["kind"] for _headers, body in receiver.came] == ["test"]
    assert "delivered" in browser.get(f"/events/{event.id}/webhooks").text


def test_the_secret_is_shown_once_and_kept_encrypted(browser: FlaskClient, event: Event, receiver: Receiver) -> None:
    secret = add(browser, event, receiver)
    assert secret not in browser.get(f"/events/{event.id}/webhooks").text
    [webhook] = db.session.scalars(select(Webhook)).all()
    assert secret not in webhook.secret


# Addresses that are none of its business --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    ["", "ftp://example.org", "https://", "https://u:p@example.org", "https://example.org:0", "javascript:alert(1)"],
)
def test_what_is_no_address_is_refused_beside_its_field(browser: FlaskClient, event: Event, url: str) -> None:
    page = browser.post(f"/events/{event.id}/webhooks", data={"url": url})
    assert page.status_code == 422
    assert db.session.scalars(select(Webhook)).all() == []


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.1.2.3", "192.168.1.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"],
)
def test_nothing_is_sent_into_a_network_of_our_own(host: str) -> None:
    with pytest.raises(NotSent, match="inside of a network"):
        send(f"https://{host}/", b"{}", {}, Rules(plain=False, private=False))


def test_in_production_it_is_https_alone() -> None:
    assert problem_with("http://example.org", Rules(plain=False, private=False)) == "not_https"
    assert problem_with("https://example.org:8443/a?b=c", Rules(plain=False, private=False)) is None


def test_a_name_that_is_not_known_is_told_of() -> None:
    with pytest.raises(NotSent, match="not known"):
        send("http://nowhere.invalid/", b"{}", {}, OPEN)


def test_only_admins_see_who_is_told(event: Event, sign_in: SignIn) -> None:
    assert sign_in(make.user(Role.EVALUATOR)).get(f"/events/{event.id}/webhooks").status_code == 403


def test_the_deliveries_of_another_event_are_out_of_reach(
    browser: FlaskClient, event: Event, owner: User, receiver: Receiver
) -> None:
    add(browser, event, receiver)
    score(event, owner, "5")
    work()
    [delivery] = db.session.scalars(select(Delivery)).all()
    other = make.event("Other")
    assert browser.post(f"/events/{other.id}/webhooks/deliveries/{delivery.id}/resend").status_code == 404
