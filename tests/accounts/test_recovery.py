"""A forgotten password: a link that is good once, for an hour, and that tells nobody who has an account."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.accounts.models import Role
from app.accounts.recovery import actions
from app.accounts.recovery.models import PasswordReset
from app.audit.models import AuditEntry
from app.database import now
from app.extensions import Model, db
from app.jobs.models import Job
from tests.conftest import SignIn
from tests.support import make, outbox

pytestmark = pytest.mark.usefixtures("context")

NEW = {"password": "new words 1", "again": "new words 1"}
ANN = "ann@example.org"


def ask(client: FlaskClient, email: str = ANN) -> int:
    return client.post("/forgotten-password", data={"email": email}).status_code


def link_for(client: FlaskClient) -> str:
    ask(client)
    return outbox.last_link_to(ANN)


def sign_in_with(client: FlaskClient, password: str) -> int:
    return client.post("/sign-in", data={"email": ANN, "password": password}).status_code


@pytest.mark.both_databases
def test_a_new_password_is_chosen_and_every_device_is_out(client: FlaskClient, sign_in: SignIn) -> None:
    device = sign_in(make.user(email=ANN))
    link = link_for(client)
    assert client.get(link).status_code == 200
    assert client.post(link, data=NEW).location == "/sign-in"
    assert device.get("/account").status_code == 303
    assert [sign_in_with(client, make.PASSWORD), sign_in_with(client, "new words 1")] == [422, 303]


def test_a_link_is_good_once_and_looking_does_not_use_it_up(client: FlaskClient) -> None:
    make.user(email=ANN)
    link = link_for(client)
    assert [client.get(link).status_code, client.head(link).status_code] == [200, 200]
    assert [client.post(link, data=NEW).status_code for _ in range(2)] == [303, 410]


@pytest.mark.both_databases
def test_of_two_uses_at_the_same_instant_one_counts(client: FlaskClient, app: Flask) -> None:
    make.user(email=ANN)
    link = link_for(client)
    start, answers = threading.Barrier(4), []

    def use() -> None:
        start.wait()
        answers.append(app.test_client().post(link, data=NEW).status_code)

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 410, 410, 410]


def test_a_newer_link_ends_the_older_one(client: FlaskClient) -> None:
    make.user(email=ANN)
    older, newer = link_for(client), link_for(client)
    assert [client.get(older).status_code, client.get(newer).status_code] == [410, 200]


def test_after_an_hour_a_link_is_over(client: FlaskClient) -> None:
    make.user(email=ANN)
    link = link_for(client)
    db.session.query(PasswordReset).one().expires_at -= timedelta(minutes=60)
    db.session.commit()
    assert client.get(link).status_code == 410
    assert "older than 60 minutes" in client.post(link, data=NEW).text


@pytest.mark.parametrize(
    "wrong", [{"password": "short", "again": "short"}, {"again": "something else"}, {"password": "", "again": ""}]
)
def test_a_wrong_form_does_not_use_a_link_up(client: FlaskClient, wrong: dict[str, str]) -> None:
    make.user(email=ANN)
    link = link_for(client)
    assert client.post(link, data={**NEW, **wrong}).status_code == 422
    assert client.post(link, data=NEW).status_code == 303


def test_an_address_without_an_account_gets_the_same_answer_after_the_same_work(
    client: FlaskClient, statements: list[str]
) -> None:
    make.user(email=ANN)
    answers, work = [], []
    for email in (ANN, "eve@example.org"):
        statements.clear()
        answer = client.post("/forgotten-password", data={"email": email})
        answers.append((answer.status_code, answer.location, answer.text))
        work.append(list(statements))
    assert answers[0] == answers[1]
    assert work[0] == work[1]
    assert [message["To"] for message in outbox.deliver()] == [ANN]


def test_what_was_typed_is_kept_nowhere_in_the_clear(client: FlaskClient) -> None:
    ask(client, "my-password@example.org")
    assert "my-password" not in everything()


def test_a_link_is_nowhere_in_the_database_in_the_clear(client: FlaskClient) -> None:
    make.user(email=ANN)
    token = link_for(client).rpartition("/")[2]
    assert len(token) > 40
    assert token not in everything()


@pytest.mark.parametrize("kind", ["shut out", "team"])
def test_neither_a_shut_account_nor_a_team_gets_a_link(client: FlaskClient, kind: str) -> None:
    user = make.user(email=ANN)
    user.active, user.email = kind != "shut out", None if kind == "team" else ANN
    db.session.commit()
    ask(client)
    assert outbox.deliver() == []


def test_who_is_shut_out_meanwhile_does_not_get_in_by_a_link(client: FlaskClient) -> None:
    user = make.user(email=ANN)
    link = link_for(client)
    user.active = False
    db.session.commit()
    assert client.post(link, data=NEW).status_code == 410


def test_a_mailbox_is_not_filled_by_strangers(client: FlaskClient) -> None:
    make.user(email=ANN)
    answers = [client.post("/forgotten-password", data={"email": ANN}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert ask(client, "ben@example.org") == 303


def test_from_many_addresses_one_mailbox_is_not_filled_either(client: FlaskClient) -> None:
    answers = [
        client.post(
            "/forgotten-password", data={"email": ANN}, environ_base={"REMOTE_ADDR": f"10.0.0.{number}"}
        ).status_code
        for number in range(25)
    ]
    assert answers == [303] * 20 + [429] * 5


def test_sixty_people_in_one_hall_ask_in_the_same_minute(client: FlaskClient) -> None:
    assert {ask(client, f"helper{number}@example.org") for number in range(60)} == {303}


def test_a_super_admin_sends_a_link_and_sees_that(sign_in: SignIn, client: FlaskClient) -> None:
    user = make.user(email=ANN)
    boss = sign_in(make.user(Role.SUPER_ADMIN))
    assert boss.post(f"/people/{user.id}/reset").status_code == 303
    assert client.get(outbox.last_link_to(ANN)).status_code == 200
    [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "user.reset_send"))
    assert entry.subject_id == user.id


def test_the_links_address_is_the_installations_and_not_the_askers(client: FlaskClient) -> None:
    make.user(email=ANN)
    client.post("/forgotten-password", data={"email": ANN}, headers={"Host": "evil.example"})
    [message] = outbox.deliver()
    assert "evil.example" not in outbox.text_of(message)


def test_what_was_asked_under_another_key_is_given_up(client: FlaskClient) -> None:
    ask(client)
    job = db.session.query(Job).one()
    with pytest.raises(Exception, match="address that asked"):
        actions.start_reset("sealed with another key", "en")
    assert ANN not in str(job.arguments)
    assert now() >= job.created_at


def everything() -> str:
    db.session.rollback()
    return str([db.session.execute(text(f"SELECT * FROM {table}")).all() for table in Model.metadata.tables])
