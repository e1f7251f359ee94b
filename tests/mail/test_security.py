"""Mail is handed in over TLS, to a server that proves who it is, and never otherwise once that was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.mail.models import MailState, Trouble
from tests.support import smtp

from .conftest import MailApp, stored, work, write

pytestmark = pytest.mark.usefixtures("context")


@pytest.mark.parametrize(("scheme", "security"), [("smtp+starttls", "starttls"), ("smtps", "tls")])
def test_a_mail_is_handed_in_encrypted_and_with_a_password(
    mail_app: MailApp, certificate: Path, scheme: str, security: str
) -> None:
    mail_id = write()
    with smtp.running(smtp.MailServer(), certificate, security=security) as server:
        work(mail_app(server.url_with(scheme)))
    assert stored(mail_id).state is MailState.SENT, stored(mail_id).error
    assert server.logins == ["right"]
    assert len(server.messages) == 1
    if security == "starttls":
        assert server.secured == [True]


def test_a_certificate_of_somebody_else_is_not_believed(mail_app: MailApp, tmp_path: Path) -> None:
    mail_id = write()
    unknown = smtp.make_certificate(tmp_path / "unknown.pem")
    with smtp.running(smtp.MailServer(), unknown, security="starttls") as server:
        work(mail_app(server.url_with("smtp+starttls")))
    assert (server.messages, server.logins) == ([], [])
    assert (stored(mail_id).state, stored(mail_id).trouble) == (MailState.PENDING, Trouble.UNREACHABLE)
    assert "certificate" in (stored(mail_id).error or "")


def test_where_starttls_is_asked_for_nothing_is_sent_without_it(mail_app: MailApp, server: smtp.MailServer) -> None:
    mail_id = write()
    work(mail_app(server.url_with("smtp+starttls")))
    assert (server.messages, server.logins, server.recipients) == ([], [], [])
    assert "STARTTLS" in (stored(mail_id).error or "")


def test_a_wrong_password_is_named_and_tried_again(mail_app: MailApp, certificate: Path) -> None:
    mail_id = write()
    with smtp.running(smtp.MailServer(), certificate, security="starttls") as server:
        work(mail_app(f"smtp+starttls://laurel%40example.org:wrong@localhost:{server.port}"))
    assert (stored(mail_id).state, stored(mail_id).trouble) == (MailState.PENDING, Trouble.BAD_LOGIN)
    assert "wrong password" in (stored(mail_id).error or "")
