"""What the environment may say, and what Laurel refuses to start with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from app.config import ROOT, BadSettings, Settings, SmtpServer

KEY = "yL9x-0Vq3_tR7bNw2KpZ5cJdS8mGhF4a"


class Noted(dict[str, str]):
    """An environment that keeps in mind what it was asked for."""

    def __init__(self, *given: Mapping[str, str]) -> None:
        super().__init__(*given)
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)


def test_the_readme_names_every_setting_and_no_other() -> None:
    environ = Noted({"SECRET_KEY": KEY})
    Settings.from_environment(environ)
    table = re.findall(r"^\| (`.*?) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    named = {name for row in table for name in re.findall(r"`([A-Z_]+)`", row)}
    assert environ.asked - {"LAUREL_SANDBOX_URL"} == named, "the sandbox is a matter of `make run` alone"


@pytest.mark.parametrize("key", ["", "short", "changeme" * 4, "a" * 64])
def test_production_refuses_a_key_that_can_be_guessed(key: str) -> None:
    with pytest.raises(BadSettings, match="SECRET_KEY"):
        Settings.from_environment({"SECRET_KEY": key})


def test_production_is_meant_unless_something_else_is_said() -> None:
    settings = Settings.from_environment({"SECRET_KEY": KEY})
    assert settings.production
    assert settings.secure_cookies
    assert settings.log_format == "json"


def test_development_makes_a_key_and_keeps_it(tmp_path: Path) -> None:
    environ = {"LAUREL_ENV": "development", "LAUREL_INSTANCE": str(tmp_path)}
    first = Settings.from_environment(environ).secret_key
    assert len(first) >= 32
    assert Settings.from_environment(environ).secret_key == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_everything_that_is_kept_follows_the_instance_folder(tmp_path: Path) -> None:
    settings = Settings.from_environment({"SECRET_KEY": KEY, "LAUREL_INSTANCE": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path}/laurel.db"
    assert settings.files == tmp_path / "files"


def test_the_address_that_hosting_services_give_works() -> None:
    settings = Settings.from_environment({"SECRET_KEY": KEY, "DATABASE_URL": "postgres://me@db/laurel"})
    assert settings.database_url == "postgresql://me@db/laurel"


def test_the_public_address_has_no_slash_at_its_end() -> None:
    settings = Settings.from_environment({"SECRET_KEY": KEY, "LAUREL_PUBLIC_URL": "https://example.org/laurel/"})
    assert settings.public_url == "https://example.org/laurel"


@pytest.mark.parametrize(
    ("variables", "workers"),
    [({}, 2), ({"WEB_CONCURRENCY": "4"}, 4), ({"WEB_CONCURRENCY": "4", "LAUREL_WORKERS": "3"}, 3)],
)
def test_the_number_of_workers(variables: dict[str, str], workers: int) -> None:
    assert Settings.from_environment({"SECRET_KEY": KEY, **variables}).workers == workers


def test_where_mail_is_handed_in() -> None:
    url = "smtp+starttls://laurel%40example.org:p%40ss@mail.example.org"
    settings = Settings.from_environment({"SECRET_KEY": KEY, "LAUREL_SMTP_URL": url})
    assert settings.smtp == SmtpServer("mail.example.org", 587, "starttls", "laurel@example.org", "p@ss")
    assert settings.mail_from == "Laurel <laurel@example.org>"
    assert "p@ss" not in repr(settings)


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"LAUREL_SMTP_URL": "smtp://mail.example.org"}, "LAUREL_MAIL_FROM"),
        ({"LAUREL_MAIL_FROM": "Laurel"}, "LAUREL_MAIL_FROM"),
        ({"LAUREL_SMTP_URL": "http://mail.example.org"}, "LAUREL_SMTP_URL"),
        ({"LAUREL_SMTP_URL": "smtps://me:s3cret@mail.example.org:none"}, "LAUREL_SMTP_URL"),
        ({"LAUREL_SMTP_URL": "smtps://"}, "LAUREL_SMTP_URL"),
        ({"SUPER_ADMIN_EMAIL": "vera@example.org"}, "LAUREL_SMTP_URL"),
        ({"SUPER_ADMIN_EMAIL": "vera"}, "SUPER_ADMIN_EMAIL"),
    ],
)
def test_settings_of_mail_that_cannot_be_meant_are_named(variables: dict[str, str], named: str) -> None:
    with pytest.raises(BadSettings, match=named) as refused:
        Settings.from_environment({"SECRET_KEY": KEY, **variables})
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LAUREL_ENV", "prod"),
        ("LAUREL_LANGUAGE", "de"),
        ("LAUREL_LOG", "xml"),
        ("LAUREL_PROXIES", "-1"),
        ("LAUREL_PUBLIC_URL", "laurel.example.org"),
        ("LAUREL_PUBLIC_URL", "ftp://laurel.example.org"),
        ("LAUREL_PUBLIC_URL", "https://me:word@laurel.example.org"),
        ("LAUREL_PUBLIC_URL", "https://laurel.example.org/?a=b"),
        ("LAUREL_PUBLIC_URL", "https://"),
        ("LAUREL_PUBLIC_URL", "https://laurel:port"),
        ("LAUREL_SECURE_COOKIES", "maybe"),
        ("LAUREL_UPLOAD_MB", "much"),
        ("LAUREL_OSU_URL", "http://osu.ppy.sh"),
        ("LAUREL_OSU_URL", "https://osu.ppy.sh/api/v2"),
        ("LAUREL_OSU_URL", "http://127.0.0.1:8010"),
        ("LAUREL_GITHUB_URL", "github"),
        ("LAUREL_SANDBOX_URL", "http://127.0.0.1:8010"),
        ("OSU_CLIENT_ID", "7"),
        ("OSU_CLIENT_SECRET", "a secret"),
        ("GITHUB_CLIENT_ID", "7"),
        ("LAUREL_WORKERS", "0"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=name):
        Settings.from_environment({"SECRET_KEY": KEY, name: value})


def test_the_keys_of_another_service_are_taken_in_pairs_and_not_shown() -> None:
    settings = Settings.from_environment({"SECRET_KEY": KEY, "OSU_CLIENT_ID": "7", "OSU_CLIENT_SECRET": "hush, osu"})
    assert (settings.osu_client_id, settings.osu_client_secret) == ("7", "hush, osu")
    assert settings.osu_url == "https://osu.ppy.sh"
    assert "hush" not in repr(settings)


def test_the_number_that_osu_gives_is_a_number() -> None:
    with pytest.raises(BadSettings, match="OSU_CLIENT_ID"):
        Settings.from_environment({"SECRET_KEY": KEY, "OSU_CLIENT_ID": "secret", "OSU_CLIENT_SECRET": "7"})


@pytest.mark.parametrize("url", ["http://127.0.0.1:8010/", "http://sandbox.example:8010", "https://127.0.0.1:8010"])
def test_the_sandbox_is_on_this_computer(tmp_path: Path, url: str) -> None:
    environ = {"LAUREL_ENV": "development", "LAUREL_INSTANCE": str(tmp_path), "LAUREL_SANDBOX_URL": url}
    with pytest.raises(BadSettings, match="LAUREL_SANDBOX_URL"):
        Settings.from_environment(environ)


def test_the_sandbox_stands_in_for_both_services(tmp_path: Path) -> None:
    url = "http://127.0.0.1:8010"
    environ = {"LAUREL_ENV": "development", "LAUREL_INSTANCE": str(tmp_path), "LAUREL_SANDBOX_URL": url}
    settings = Settings.from_environment(environ)
    assert settings.sandbox
    assert settings.osu_url == settings.github_url == url
