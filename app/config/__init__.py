"""Settings: read once from the environment, checked before anything starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from . import mail, services, storage, web
from .mail import SmtpServer as SmtpServer
from .reading import BadSettings as BadSettings
from .reading import choice, flag, whole_number
from .storage import engine_options as engine_options

ROOT = Path(__file__).resolve().parent.parent.parent
INSTANCE = ROOT / "instance"

MEGABYTE = 1024 * 1024


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
    snapshots: int = 0
    """How many nightly copies of the database are kept; 0 for none taken."""
    snapshot_folder: Path = INSTANCE / "snapshots"
    upload_limit: int = 6 * MEGABYTE
    private_webhooks: bool = False
    log_format: str = "text"
    metrics_token: str = ""
    smtp: SmtpServer | None = None
    mail_from: str = mail.NOBODY
    super_admin_email: str = ""
    osu_url: str = "https://osu.ppy.sh"
    osu_client_id: str = ""
    osu_client_secret: str = field(default="", repr=False)
    hmac_secret_key: str = field(default="", repr=False)
    """What signed reports of lost scores are signed with; without it, none is taken."""
    github_url: str = "https://github.com"
    github_client_id: str = ""
    github_client_secret: str = field(default="", repr=False)
    gemini_url: str = "https://generativelanguage.googleapis.com"
    gemini_model: str = "gemini-2.5-flash"
    gemini_key: str = field(default="", repr=False)
    """Without it, no photo of a sheet leaves this machine."""
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
        production = choice(environ, "LAUREL_ENV", "production", {"production", "development"}) == "production"
        instance = Path(environ.get("LAUREL_INSTANCE") or INSTANCE).resolve()
        return cls(
            secret_key=storage.secret_key(environ.get("SECRET_KEY", ""), production, instance),
            production=production,
            instance=instance,
            database_url=storage.database_url(environ.get("DATABASE_URL") or f"sqlite:///{instance / 'laurel.db'}"),
            redis_url=environ.get("REDIS_URL") or cls.redis_url,
            **storage.files(environ, instance),
            public_url=web.public_url(environ.get("LAUREL_PUBLIC_URL", "").strip()),
            address=f"{environ.get('HOST') or '127.0.0.1'}:{environ.get('PORT') or '8000'}",
            secure_cookies=flag(environ, "LAUREL_SECURE_COOKIES", production),
            proxies=whole_number(environ, "LAUREL_PROXIES", 0),
            default_language=choice(environ, "LAUREL_LANGUAGE", "en", {"en", "cs"}),
            time_zone=environ.get("LAUREL_TIME_ZONE") or cls.time_zone,
            session_idle=timedelta(days=whole_number(environ, "LAUREL_SESSION_IDLE_DAYS", 14)),
            session_absolute=timedelta(days=whole_number(environ, "LAUREL_SESSION_DAYS", 60)),
            second_step=flag(environ, "LAUREL_SECOND_STEP", False),
            allowed_origins=web.origins(environ),
            cors_credentials=flag(environ, "ALLOW_CREDENTIALS", False),
            private_webhooks=flag(environ, "LAUREL_PRIVATE_WEBHOOKS", not production),
            snapshots=whole_number(environ, "LAUREL_SNAPSHOTS", 0),
            snapshot_folder=Path(environ.get("LAUREL_SNAPSHOT_FOLDER") or instance / "snapshots").absolute(),
            upload_limit=whole_number(environ, "LAUREL_UPLOAD_MB", 6) * MEGABYTE,
            log_format=choice(environ, "LAUREL_LOG", "json" if production else "text", {"json", "text"}),
            metrics_token=environ.get("LAUREL_METRICS_TOKEN", ""),
            **mail.read(environ, production),
            **services.read(environ, production),
            **services.read_model(environ, production),
            workers=whole_number(
                environ, "LAUREL_WORKERS", whole_number(environ, "WEB_CONCURRENCY", 2, least=1), least=1
            ),
            threads=whole_number(environ, "LAUREL_THREADS", 8, least=1),
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
