"""The outbox: mail leaves after the commit, once, with patience, and without leaving its secrets behind."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text

from app import mail
from app.database import now
from app.extensions import Model, db
from app.jobs.models import Job, JobState
from app.mail import transports
from app.mail.models import Mail, MailState, Trouble
from tests.conftest import AppFactory
from tests.support import make, smtp

from .conftest import TOKEN, MailApp, stored, work, write

pytestmark = pytest.mark.usefixtures("context")


@pytest.mark.both_databases
def test_a_mail_leaves_with_its_words_as_text_and_as_html(server: smtp.MailServer, mail_app: MailApp) -> None:
    mail_id = write()
    work(mail_app(server.url))
    [message] = server.messages
    assert (message["To"], message["Subject"]) == ("ann@example.org", "A new password for Laurel")
    link = f"https://laurel.example.org/sign-in?next={TOKEN}"
    plain, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert link in plain
    assert f'href="{link}"' in html
    assert (stored(mail_id).state, stored(mail_id).attempts) == (MailState.SENT, 1)


def test_a_mail_is_in_its_readers_language(server: smtp.MailServer, mail_app: MailApp) -> None:
    write(language="cs")
    work(mail_app(server.url))
    [message] = server.messages
    assert (message["Subject"], message["Content-Language"]) == ("Nové heslo do Laurelu", "cs")
    assert "Dobrý den, Ann," in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_a_name_is_only_text_in_a_mail(server: smtp.MailServer, mail_app: MailApp) -> None:
    mail.send("reset", "ann@example.org", language="en", name="<b>O'Hara</b>\r\nBcc: eve@example.org")
    db.session.commit()
    work(mail_app(server.url))
    [message] = server.messages
    assert "&lt;b&gt;O&#39;Hara&lt;/b&gt;" in message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "<b>O'Hara</b>" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert (message["Bcc"], server.recipients) == (None, ["ann@example.org"])


def test_a_mail_is_gone_with_the_transaction_that_wrote_it() -> None:
    mail.send("reset", "ann@example.org", language="en", name="Ann")
    db.session.rollback()
    assert (db.session.query(Mail).count(), db.session.query(Job).count()) == (0, 0)


@pytest.mark.both_databases
def test_what_a_mail_opens_is_nowhere_in_the_database_in_the_clear(server: smtp.MailServer, mail_app: MailApp) -> None:
    mail_id = write()
    assert TOKEN not in everything()
    assert stored(mail_id).arguments
    work(mail_app(server.url))
    assert stored(mail_id).arguments is None


def test_a_mail_is_sent_once_however_often_its_job_runs(server: smtp.MailServer, mail_app: MailApp) -> None:
    mail_id = write()
    app = mail_app(server.url)
    work(app)
    with app.app_context():
        mail.deliver(mail_id)
    assert len(server.messages) == 1


@pytest.mark.both_databases
def test_two_workers_at_the_same_mail_send_it_once(server: smtp.MailServer, mail_app: MailApp) -> None:
    mail_id = write()
    app = mail_app(server.url)
    start = threading.Barrier(2)

    def deliver() -> None:
        with app.app_context():
            start.wait()
            mail.deliver(mail_id)

    threads = [threading.Thread(target=deliver) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.messages) == 1
    assert stored(mail_id).state is MailState.SENT


def test_what_a_dead_worker_was_at_is_sent_when_its_lease_ends_and_bears_the_same_id(
    server: smtp.MailServer, mail_app: MailApp
) -> None:
    mail_id = write()
    row = stored(mail_id)
    row.leased_until, row.attempts = now() + timedelta(minutes=1), 1
    db.session.commit()
    app = mail_app(server.url)
    work(app)
    assert server.messages == []
    stored(mail_id).leased_until = now() - timedelta(seconds=1)
    db.session.commit()
    work(app)
    [message] = server.messages
    assert message["Message-ID"] == stored(mail_id).message_id


def test_a_refused_address_has_failed_at_once_in_the_servers_words(server: smtp.MailServer, mail_app: MailApp) -> None:
    server.answer_recipient = "550 5.1.1 nobody of that name"
    mail_id = write()
    work(mail_app(server.url))
    row = stored(mail_id)
    assert (row.state, row.trouble, row.arguments) == (MailState.FAILED, Trouble.REFUSED, None)
    assert row.error == "550 5.1.1 nobody of that name"


def test_a_busy_server_is_asked_again_later(server: smtp.MailServer, mail_app: MailApp) -> None:
    server.answer_message = "451 come back later"
    mail_id = write()
    app = mail_app(server.url)
    work(app)
    assert (stored(mail_id).state, stored(mail_id).trouble) == (MailState.PENDING, Trouble.BUSY)
    again = db.session.query(Job).filter_by(state=JobState.PENDING).one()
    assert again.due_at > now() + timedelta(seconds=10)
    server.answer_message = None
    work(app)
    assert (stored(mail_id).state, stored(mail_id).attempts, stored(mail_id).error) == (MailState.SENT, 2, None)


def test_after_eight_tries_in_half_a_day_a_mail_has_failed(mail_app: MailApp) -> None:
    mail_id = write()
    app = mail_app("smtp://127.0.0.1:1")
    for _ in range(7):
        work(app)
    assert stored(mail_id).state is MailState.PENDING
    work(app)
    row = stored(mail_id)
    assert (row.state, row.attempts, row.trouble, row.arguments) == (MailState.FAILED, 8, Trouble.UNREACHABLE, None)
    assert sum(mail.BACKOFF, timedelta()) > timedelta(hours=12)


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_a_server_that_never_answers_is_left(
    server: smtp.MailServer, mail_app: MailApp, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(transports, "SECONDS", 0.3)
    server.silent_at = step
    mail_id = write()
    work(mail_app(server.url))
    assert (stored(mail_id).state, stored(mail_id).trouble) == (MailState.PENDING, Trouble.UNREACHABLE)


def test_a_talk_that_takes_too_long_is_cut(
    server: smtp.MailServer, mail_app: MailApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "LONGEST_TALK", timedelta(seconds=0.3))
    server.silent_at = "DATA"
    mail_id = write()
    work(mail_app(server.url))
    assert stored(mail_id).trouble is Trouble.UNREACHABLE


def test_a_server_that_took_the_mail_and_then_hangs_does_not_get_it_again(
    server: smtp.MailServer, mail_app: MailApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "SECONDS", 0.3)
    server.silent_at = "QUIT"
    mail_id = write()
    work(mail_app(server.url))
    work(mail_app(server.url))
    assert (len(server.messages), stored(mail_id).state) == (1, MailState.SENT)


def test_nobody_waits_for_the_database_while_a_mail_server_is_slow(server: smtp.MailServer, mail_app: MailApp) -> None:
    server.silent_at = "RCPT"
    write()
    thread = threading.Thread(target=work, args=(mail_app(server.url),))
    thread.start()
    while not server.recipients:
        thread.join(0.02)
    make.user()
    assert thread.is_alive()
    server.silent_at = ""
    mail_id = db.session.query(Mail.id).scalar()
    assert stored(mail_id).state is MailState.PENDING
    # The rest of the wait is not this test's: the server is closed at its end, which ends the talk.


def test_what_is_of_no_use_any_more_does_not_leave(server: smtp.MailServer, mail_app: MailApp) -> None:
    mail_id = write(expires_at=now() - timedelta(seconds=1))
    work(mail_app(server.url))
    assert server.messages == []
    assert (stored(mail_id).state, stored(mail_id).trouble) == (MailState.FAILED, Trouble.TOO_LATE)


def test_a_mail_of_another_secret_key_has_failed_and_says_why(server: smtp.MailServer, mail_app: MailApp) -> None:
    mail_id = write()
    work(mail_app(server.url, secret_key="another key, of which the mail knows nothing"))
    assert (stored(mail_id).state, stored(mail_id).trouble) == (MailState.FAILED, Trouble.BROKEN)


def test_an_address_that_mail_cannot_have_has_failed(server: smtp.MailServer, mail_app: MailApp) -> None:
    mail_id = write(to="a b,c@example..org")
    work(mail_app(server.url))
    assert (stored(mail_id).state, stored(mail_id).trouble) == (MailState.FAILED, Trouble.BROKEN)


def test_in_production_without_a_mail_server_nothing_is_called_sent(make_app: AppFactory) -> None:
    mail_id = write()
    work(make_app(production=True))
    assert (stored(mail_id).state, stored(mail_id).trouble) == (MailState.FAILED, Trouble.NO_SERVER)


def test_old_mails_are_forgotten() -> None:
    old, new = write(), write()
    stored(old).created_at = now() - timedelta(days=91)
    db.session.commit()
    assert mail.forget_old_mails() == 1
    assert [row.id for row in db.session.query(Mail)] == [new]


def everything() -> str:
    """Every value of every table."""
    db.session.rollback()
    return str([db.session.execute(text(f"SELECT * FROM {table}")).all() for table in Model.metadata.tables])
