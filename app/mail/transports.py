"""How a message leaves: by SMTP, or in development into a folder."""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

from flask import current_app

from ..config import Settings, SmtpServer
from ..database import now
from .models import Trouble

SECONDS = 10
"""How long to wait for one answer of the mail server."""
LONGEST_TALK = timedelta(seconds=60)
FINAL = 500
"""From this code on a server says that trying again is of no use (RFC 5321, 4.2.1)."""


class NotSent(Exception):
    """`words` are the other side's own, `final` says that another try is of no use."""

    def __init__(self, trouble: Trouble, words: str = "", *, final: bool = False) -> None:
        super().__init__(trouble.value, words)
        self.trouble, self.words, self.final = trouble, words, final


def deliver(message: EmailMessage, recipient: str) -> None:
    """Raises NotSent."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.smtp is not None:
        _by_smtp(settings.smtp, message, recipient)
    elif settings.production:
        raise NotSent(Trouble.NO_SERVER, final=True)
    else:
        _into_folder(folder(), message)


def domain() -> str:
    """Of the sender's address; a message's id ends in it."""
    return parseaddr(current_app.config["SETTINGS"].mail_from)[1].rpartition("@")[2]


def _by_smtp(server: SmtpServer, message: EmailMessage, recipient: str) -> None:
    try:
        with _talking_to(server) as connection:
            connection.send_message(message, to_addrs=[recipient])
    except smtplib.SMTPRecipientsRefused as error:
        code, words = error.recipients[recipient]
        raise _answered(code, words) from None
    except smtplib.SMTPAuthenticationError as error:
        raise NotSent(Trouble.BAD_LOGIN, _words(error.smtp_error)) from None
    except smtplib.SMTPResponseException as error:
        raise _answered(error.smtp_code, error.smtp_error) from None
    except (smtplib.SMTPNotSupportedError, UnicodeEncodeError) as error:
        raise NotSent(Trouble.REFUSED, str(error), final=True) from None
    except OSError as error:
        raise NotSent(Trouble.UNREACHABLE, str(error)) from None


@contextmanager
def _talking_to(server: SmtpServer) -> Iterator[smtplib.SMTP]:
    """A connection that has said hello. However slowly the server answers, the talk ends in time."""
    secure = ssl.create_default_context()
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=secure)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    hang_up = threading.Timer(LONGEST_TALK.total_seconds(), _cut, [connection])
    hang_up.daemon = True
    hang_up.start()
    try:
        if server.security == "starttls":
            connection.starttls(context=secure)
        if server.user:
            connection.login(server.user, server.password)
        yield connection
        # It has taken the message: how it takes the goodbye changes nothing.
        with suppress(OSError):
            connection.quit()
    finally:
        hang_up.cancel()
        connection.close()


def _cut(connection: smtplib.SMTP) -> None:
    with suppress(OSError):
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)


def _answered(code: int, words: bytes | str) -> NotSent:
    final = code >= FINAL
    return NotSent(Trouble.REFUSED if final else Trouble.BUSY, f"{code} {_words(words)}", final=final)


def _words(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def folder() -> Path:
    """Where mail lands that does not leave."""
    instance: Path = current_app.config["SETTINGS"].instance
    return instance / "mail"


def _into_folder(into: Path, message: EmailMessage) -> None:
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{now():%Y%m%d-%H%M%S-%f}"
    beside = into / f"{name}.part"
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(message.as_bytes())
    beside.rename(into / f"{name}.eml")
