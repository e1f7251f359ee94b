"""Where mail goes, whom it comes from, and whom the first invitation is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from .reading import BadSettings

NOBODY = "Laurel <laurel@localhost>"


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed in. `security` is starttls, tls from the first byte, or none."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)

    SCHEMES: ClassVar = {"smtp+starttls": ("starttls", 587), "smtps": ("tls", 465), "smtp": ("none", 25)}

    @classmethod
    def from_url(cls, url: str) -> SmtpServer:
        """Raises BadSettings, without the password in its message."""
        try:
            parts = urlsplit(url)
            security, usual_port = cls.SCHEMES[parts.scheme]
            host, port = parts.hostname, parts.port or usual_port
        except (KeyError, ValueError):
            host, port, security = None, 0, ""
        if not host:
            raise BadSettings(
                "LAUREL_SMTP_URL must look like smtp+starttls://user:password@mail.example.org:587 "
                "(or smtps://, or smtp:// without encryption; write special characters in the password as %40)"
            )
        return cls(host, port, security, unquote(parts.username or ""), unquote(parts.password or ""))


def read(environ: Mapping[str, str], production: bool) -> dict[str, Any]:
    url = environ.get("LAUREL_SMTP_URL", "").strip()
    smtp = SmtpServer.from_url(url) if url else None
    return {
        "smtp": smtp,
        "mail_from": _mail_from(environ.get("LAUREL_MAIL_FROM", "").strip(), smtp),
        "super_admin_email": _super_admin(environ.get("SUPER_ADMIN_EMAIL", "").strip(), production, smtp),
    }


def _mail_from(given: str, smtp: SmtpServer | None) -> str:
    if given and "@" not in parseaddr(given)[1]:
        raise BadSettings(f"LAUREL_MAIL_FROM must be an address such as Laurel <laurel@example.org>, not {given!r}")
    if given or smtp is None:
        return given or NOBODY
    if "@" not in smtp.user:
        raise BadSettings("LAUREL_MAIL_FROM must say which address mail comes from: Laurel <laurel@example.org>")
    return f"Laurel <{smtp.user}>"


def _super_admin(address: str, production: bool, smtp: SmtpServer | None) -> str:
    if address and ("@" not in address or any(letter.isspace() for letter in address)):
        raise BadSettings(f"SUPER_ADMIN_EMAIL must be one email address, not {address!r}")
    if address and production and smtp is None:
        raise BadSettings("SUPER_ADMIN_EMAIL is invited by mail: set LAUREL_SMTP_URL too, or take it out")
    return address
