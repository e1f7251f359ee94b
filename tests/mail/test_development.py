"""In development mail lands in a folder and on a page, which only this machine is shown."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.conftest import AppFactory

from .conftest import TOKEN, work, write

pytestmark = pytest.mark.usefixtures("context")


def test_mail_lands_on_a_page_with_a_link_to_follow(app: Flask) -> None:
    assert "No mail yet" in app.test_client().get("/dev/mail").text
    write()
    work(app)
    page = app.test_client().get("/dev/mail").text
    assert "A new password for Laurel" in page
    assert f"/sign-in?next={TOKEN}" in page
    [file] = (app.config["SETTINGS"].instance / "mail").iterdir()
    html = app.test_client().get(f"/dev/mail/{file.stem}")
    assert (html.status_code, "script" in html.headers["Content-Security-Policy"]) == (200, False)
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["nothing", "20260101-000000-000000", "..%2Fsecret_key"])
def test_there_is_nothing_but_mails(app: Flask, name: str) -> None:
    assert app.test_client().get(f"/dev/mail/{name}").status_code == 404


def test_nobody_else_in_the_network_reads_them(app: Flask) -> None:
    assert app.test_client().get("/dev/mail", environ_base={"REMOTE_ADDR": "192.168.1.20"}).status_code == 404
    assert app.test_client().get("/dev/mail", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404


def test_production_has_no_such_page(make_app: AppFactory) -> None:
    assert make_app(production=True).test_client().get("/dev/mail").status_code == 404
