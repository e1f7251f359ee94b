"""Settings: read once from the environment, checked before anything starts."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
INSTANCE = ROOT / "instance"

MEGABYTE = 1024 * 1024


class BadSettings(RuntimeError):
    """The environment holds a setting that Laurel must not start with; the message says which and why."""


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


@dataclass(frozen=True)
class Settings:
    """Everything that differs between two installations. The README lists the variables these come from."""

    secret_key: str
    production: bool = False
    instance: Path = INSTANCE
    database_url: str = f"sqlite:///{INSTANCE / 'laurel.db'}"
    redis_url: str = "redis://127.0.0.1:6379/0"
    files: Path = INSTANCE / "files"
    bucket: str = ""
    public_url: str = ""
    """Where other people and other services reach this installation, without a slash at its end; or not known."""
    address: str = "127.0.0.1:8000"
    """Where the web server listens."""
    secure_cookies: bool = False
    proxies: int = 0
    default_language: str = "en"
    time_zone: str = "Europe/Prague"
    session_idle: timedelta = timedelta(days=14)
    session_absolute: timedelta = timedelta(days=60)
    second_step: bool = False
    allowed_origins: tuple[str, ...] = ()
    cors_credentials: bool = False
    upload_limit: int = 6 * MEGABYTE
    log_format: str = "text"
    metrics_token: str = ""
    smtp: SmtpServer | None = None
    mail_from: str = "Laurel <laurel@localhost>"
    super_admin_email: str = ""
    osu_url: str = "https://osu.ppy.sh"
    osu_client_id: str = ""
    osu_client_secret: str = field(default="", repr=False)
    github_url: str = "https://github.com"
    github_client_id: str = ""
    github_client_secret: str = field(default="", repr=False)
    sandbox: bool = False
    """Whether made-up services on this computer stand in for those two. Never in production."""
    workers: int = 2
    threads: int = 8
    argon2_cheap: bool = False
    testing: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read `LAUREL_*`, `DATABASE_URL`, `REDIS_URL` and `SECRET_KEY`. Raises `BadSettings`."""
        production = _choice(environ, "LAUREL_ENV", "production", {"production", "development"}) == "production"
        instance = Path(environ.get("LAUREL_INSTANCE") or INSTANCE).resolve()
        return cls(
            secret_key=_secret_key(environ.get("SECRET_KEY", ""), production, instance),
            production=production,
            instance=instance,
            database_url=_database_url(environ.get("DATABASE_URL") or f"sqlite:///{instance / 'laurel.db'}"),
            redis_url=environ.get("REDIS_URL") or cls.redis_url,
            files=instance / "files" if _bucket(environ) else Path(environ.get("LAUREL_FILES") or instance / "files"),
            bucket=_bucket(environ),
            public_url=_public_url(environ.get("LAUREL_PUBLIC_URL", "").strip()),
            address=f"{environ.get('HOST') or '127.0.0.1'}:{environ.get('PORT') or '8000'}",
            secure_cookies=_flag(environ, "LAUREL_SECURE_COOKIES", production),
            proxies=_whole_number(environ, "LAUREL_PROXIES", 0),
            default_language=_choice(environ, "LAUREL_LANGUAGE", "en", {"en", "cs"}),
            time_zone=environ.get("LAUREL_TIME_ZONE") or cls.time_zone,
            session_idle=timedelta(days=_whole_number(environ, "LAUREL_SESSION_IDLE_DAYS", 14)),
            session_absolute=timedelta(days=_whole_number(environ, "LAUREL_SESSION_DAYS", 60)),
            second_step=_flag(environ, "LAUREL_SECOND_STEP", False),
            allowed_origins=_origins(environ),
            cors_credentials=_flag(environ, "ALLOW_CREDENTIALS", False),
            upload_limit=_whole_number(environ, "LAUREL_UPLOAD_MB", 6) * MEGABYTE,
            log_format=_choice(environ, "LAUREL_LOG", "json" if production else "text", {"json", "text"}),
            metrics_token=environ.get("LAUREL_METRICS_TOKEN", ""),
            **_mail(environ, production),
            **_services(environ, production),
            workers=_whole_number(
                environ, "LAUREL_WORKERS", _whole_number(environ, "WEB_CONCURRENCY", 2, least=1), least=1
            ),
            threads=_whole_number(environ, "LAUREL_THREADS", 8, least=1),
        )

    @property
    def demo_sign_in(self) -> Path:
        """The file that says how to sign in to the demo, once that is loaded."""
        return self.instance / "demo-sign-in.txt"

    def flask(self) -> dict[str, Any]:
        """The same settings under the names that Flask and its extensions look for."""
        return {
            "SECRET_KEY": self.secret_key,
            "SETTINGS": self,
            "TESTING": self.testing,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": engine_options(self.database_url),
            "MAX_CONTENT_LENGTH": self.upload_limit,
            "MAX_FORM_MEMORY_SIZE": self.upload_limit,
            "MAX_FORM_PARTS": 20_000,
            "SESSION_COOKIE_NAME": "laurel",
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_SECURE": self.secure_cookies,
            "PERMANENT_SESSION_LIFETIME": self.session_absolute,
            "SESSION_REFRESH_EACH_REQUEST": False,
            "WTF_CSRF_TIME_LIMIT": None,
            "WTF_CSRF_SSL_STRICT": self.secure_cookies,
            "BABEL_DEFAULT_LOCALE": self.default_language,
            "BABEL_DEFAULT_TIMEZONE": self.time_zone,
            "RATELIMIT_STORAGE_URI": self.redis_url,
            "RATELIMIT_STORAGE_OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1},
            "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
            "RATELIMIT_HEADERS_ENABLED": True,
            **self.extra,
        }


def engine_options(database_url: str) -> dict[str, Any]:
    if database_url.startswith("sqlite"):
        from .sqlite import PATIENCE, connections

        return {"connect_args": {"timeout": PATIENCE, "isolation_level": None, "factory": connections()}}
    return {"pool_pre_ping": True, "pool_size": 8, "max_overflow": 8}


def development_key(folder: Path) -> str:
    """A random key kept in the instance folder, so that a restart in development signs nobody out."""
    file = folder / "secret_key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # Written beside and linked: of several processes that start at once, all read the first one's whole key.
        beside = folder / f"secret_key.{secrets.token_hex(8)}"
        beside.touch(mode=0o600)
        beside.write_text(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            file.hardlink_to(beside)
        beside.unlink()
    return file.read_text().strip()


def _secret_key(given: str, production: bool, instance: Path) -> str:
    if given and len(given) >= 32 and len(set(given)) >= 10:
        return given
    if production:
        raise BadSettings(
            "SECRET_KEY must be set to at least 32 random characters in production, for example: "
            "python -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    return given or development_key(instance)


def _database_url(url: str) -> str:
    # Hosting services still hand out the old scheme name.
    return url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url


def _mail(environ: Mapping[str, str], production: bool) -> dict[str, Any]:
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
        return given or Settings.mail_from
    if "@" not in smtp.user:
        raise BadSettings("LAUREL_MAIL_FROM must say which address mail comes from: Laurel <laurel@example.org>")
    return f"Laurel <{smtp.user}>"


def _super_admin(address: str, production: bool, smtp: SmtpServer | None) -> str:
    if address and ("@" not in address or any(letter.isspace() for letter in address)):
        raise BadSettings(f"SUPER_ADMIN_EMAIL must be one email address, not {address!r}")
    if address and production and smtp is None:
        raise BadSettings("SUPER_ADMIN_EMAIL is invited by mail: set LAUREL_SMTP_URL too, or take it out")
    return address


def _public_url(url: str) -> str:
    return _whole_url("LAUREL_PUBLIC_URL", url, "https://laurel.example.org").rstrip("/") if url else ""


def _whole_url(name: str, url: str, example: str) -> str:
    try:
        parts = urlsplit(url)
        whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        whole = False
    if not whole or parts.query or parts.fragment or "@" in parts.netloc:
        raise BadSettings(f"{name} must be an address like {example}, not {url!r}")
    return url


def _services(environ: Mapping[str, str], production: bool) -> dict[str, Any]:
    """Where people may sign in from, and the keys that those services gave Laurel; or the sandbox in their stead."""
    sandbox = environ.get("LAUREL_SANDBOX_URL", "")
    if sandbox:
        return _sandbox(sandbox, production)
    found: dict[str, Any] = {}
    for name in ("osu", "github"):
        client, secret = f"{name.upper()}_CLIENT_ID", f"{name.upper()}_CLIENT_SECRET"
        keys = environ.get(client, "").strip(), environ.get(secret, "").strip()
        if any(keys) and not all(keys):
            raise BadSettings(f"{client} and {secret} belong together: set both of them, or neither")
        found |= {f"{name}_client_id": keys[0], f"{name}_client_secret": keys[1]}
        url = environ.get(f"LAUREL_{name.upper()}_URL", "").strip()
        if url:
            found[f"{name}_url"] = _service_url(f"LAUREL_{name.upper()}_URL", url, production)
    if found["osu_client_id"] and not found["osu_client_id"].isdecimal():
        raise BadSettings(f"OSU_CLIENT_ID must be the number that osu! shows, not {found['osu_client_id']!r}")
    return found


def _sandbox(url: str, production: bool) -> dict[str, Any]:
    if production:
        raise BadSettings("LAUREL_SANDBOX_URL lets anybody sign in as anybody: it is not for production")
    if not re.fullmatch(r"http://127\.0\.0\.1:[0-9]{1,5}", url):
        raise BadSettings(f"LAUREL_SANDBOX_URL must be on this computer, like http://127.0.0.1:8010, not {url!r}")
    return {
        "sandbox": True,
        "osu_url": url,
        "osu_client_id": "1",
        "osu_client_secret": "sandbox",
        "github_url": url,
        "github_client_id": "sandbox",
        "github_client_secret": "sandbox",
    }


def _service_url(name: str, url: str, production: bool) -> str:
    parts = urlsplit(_whole_url(name, url, "https://osu.ppy.sh"))
    near = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if parts.path.strip("/") or (parts.scheme != "https" and (production or not near)):
        raise BadSettings(f"{name} must begin with https:// and end with the host, not {url!r}")
    return url.rstrip("/")


def _bucket(environ: Mapping[str, str]) -> str:
    """`s3://bucket/prefix`, or nothing where files are kept in a folder."""
    place = environ.get("LAUREL_FILES", "")
    if "://" not in place:
        return ""
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]+(/[A-Za-z0-9._/-]*)?", place):
        raise BadSettings(f"LAUREL_FILES must be a folder or s3://bucket/prefix, not {place!r}")
    return place


def _origins(environ: Mapping[str, str]) -> tuple[str, ...]:
    origins = tuple(environ.get("ALLOWED_ORIGINS", "").replace(",", " ").split())
    for origin in origins:
        if origin != "*" and not re.fullmatch(
            r"https?://[A-Za-z0-9.-]+(:[0-9]+)?|https?://\[[0-9a-fA-F:]+\](:[0-9]+)?", origin
        ):
            raise BadSettings(f"ALLOWED_ORIGINS must be a list of origins as https://example.org, not {origin!r}")
    if "*" in origins and _flag(environ, "ALLOW_CREDENTIALS", False):
        raise BadSettings("ALLOWED_ORIGINS must name the origins, not *, together with ALLOW_CREDENTIALS")
    return origins


def _flag(environ: Mapping[str, str], name: str, default: bool) -> bool:
    value = environ.get(name, "").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    if value:
        raise BadSettings(f"{name} must be 1 or 0, not {value!r}")
    return default


def _whole_number(environ: Mapping[str, str], name: str, default: int, *, least: int = 0) -> int:
    value = environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdecimal() or int(value) < least:
        raise BadSettings(f"{name} must be a whole number from {least} on, not {value!r}")
    return int(value)


def _choice(environ: Mapping[str, str], name: str, default: str, choices: set[str]) -> str:
    value = environ.get(name) or default
    if value not in choices:
        raise BadSettings(f"{name} must be one of {', '.join(sorted(choices))}, not {value!r}")
    return value
