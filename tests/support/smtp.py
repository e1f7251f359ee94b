"""A mail server on a loopback port that speaks real SMTP, and behaves as badly as a test asks."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.processes import free_port

USER, PASSWORD = "laurel@example.org", "p@ss/word"


@dataclass
class MailServer:
    """`answer_recipient` and `answer_message` are its replies, None for a yes; `silent_at` names a step ("RCPT",
    "DATA", "QUIT") that it never answers."""

    port: int = field(default_factory=free_port)
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answer_recipient: str | None = None
    answer_message: str | None = None
    silent_at: str = ""
    secured: list[bool] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://localhost:{self.port}"

    def url_with(self, scheme: str) -> str:
        return f"{scheme}://laurel%40example.org:p%40ss%2Fword@localhost:{self.port}"

    async def wait_at(self, step: str) -> None:
        if self.silent_at == step:
            await asyncio.sleep(60)

    async def handle_RCPT(self, _smtp: SMTP, _session: Session, envelope: Envelope, to: str, _options: Any) -> str:  # noqa: N802
        self.recipients.append(to)
        await self.wait_at("RCPT")
        if self.answer_recipient:
            return self.answer_recipient
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, _smtp: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await self.wait_at("DATA")
        if self.answer_message:
            return self.answer_message
        self.secured.append(session.ssl is not None)
        self.messages.append(message_from_bytes(envelope.content, EmailMessage, policy=policy.default))  # type: ignore[arg-type]
        return "250 taken"

    async def handle_QUIT(self, _smtp: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        await self.wait_at("QUIT")
        return "221 bye"

    def log_in(self, _smtp: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        self.logins.append("right" if right else "wrong")
        return AuthResult(success=right, handled=False, message=None if right else "535 5.7.8 wrong password")


@contextmanager
def running(server: MailServer, certificate: Path | None = None, *, security: str = "none") -> Iterator[MailServer]:
    context = _server_context(certificate) if certificate else None
    options: dict[str, Any] = {"enable_SMTPUTF8": False}
    if security == "starttls":
        options |= {"tls_context": context, "require_starttls": True, "auth_required": True}
    if security == "tls":
        # To aiosmtpd TLS is what STARTTLS began: without this it would take no password here.
        options |= {"ssl_context": context, "auth_require_tls": False}
    if security != "none":
        options["authenticator"] = server.log_in
    controller = Controller(server, hostname="localhost", port=server.port, **options)
    controller.start()
    try:
        yield server
    finally:
        controller.stop(no_assert=True)


def _server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def make_certificate(file: Path) -> Path:
    """A certificate for localhost that signs itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file
