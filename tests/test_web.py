"""What holds for every answer: security headers, request ids, errors in the reader's own form, and size limits."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import web
from tests.conftest import AppFactory

HTMX = {"HX-Request": "true"}
PAGES = ("/", "/sign-in", "/nowhere", "/healthz", "/api/v1/nowhere", "/static/css/tokens.css")


# Headers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_has_the_security_headers(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["worker-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_only_a_secure_installation_asks_for_https_for_good(make_app: AppFactory) -> None:
    plain, secure = make_app().test_client(), make_app(secure_cookies=True).test_client()
    assert "Strict-Transport-Security" not in plain.get("/healthz").headers
    assert secure.get("/healthz").headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nowhere", "/styleguide"])
def test_pages_have_no_script_or_style_of_their_own(client: FlaskClient, path: str) -> None:
    """The policy would stop them in a browser, where nobody looks."""
    page = client.get(path).text
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)


# Addresses for others ---------------------------------------------------------------------------------------------


def test_an_address_for_others_is_the_one_that_was_asked_until_another_is_set(make_app: AppFactory) -> None:
    asked = make_app(address="127.0.0.1:9000")
    with asked.test_request_context(base_url="http://10.0.0.7:9000"):
        assert web.public_url_for("home.show") == "http://10.0.0.7:9000/"
    with asked.app_context():
        assert web.public_url_for("home.show") == "http://127.0.0.1:9000/"


def test_the_address_that_is_set_wins_over_what_a_request_claims(make_app: AppFactory) -> None:
    app = make_app(public_url="https://example.org/laurel")
    for context in (app.app_context(), app.test_request_context(base_url="http://evil.example")):
        with context:
            address = web.public_url_for("events.join_with", code="BCDF-GHJK", again=1)
            assert address == "https://example.org/laurel/join/BCDF-GHJK?again=1"


@pytest.mark.parametrize(
    ("url", "opens"),
    [
        ("http://127.0.0.1:8000/join", False),
        ("http://localhost/join", False),
        ("http://laurel.localhost:8000/", False),
        ("http://[::1]:8000/", False),
        ("http://0.0.0.0:8000/", False),
        ("http://192.168.1.20:8000/join", True),
        ("https://laurel.example.org/", True),
    ],
)
def test_whether_a_phone_could_open_an_address(url: str, opens: bool) -> None:
    assert web.opens_on_phones(url) is opens


# Request ids -----------------------------------------------------------------------------------------------------


def test_a_request_id_is_given_back(client: FlaskClient) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": "desk-42.import_7"})
    assert answer.headers["X-Request-ID"] == "desk-42.import_7"


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 65, "with spaces", "new\tline-and-more", "<script>alert</script>"]
)
def test_a_request_without_a_decent_id_gets_one(client: FlaskClient, given: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-ID"])


def test_every_line_of_the_log_has_the_request_id(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.get("/nowhere", headers={"X-Request-ID": "find-me-in-the-log"})
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert all("request_id=find-me-in-the-log" in line for line in lines)


# Errors ----------------------------------------------------------------------------------------------------------


def test_an_error_is_a_page_for_people(client: FlaskClient) -> None:
    answer = client.get("/nowhere", headers={"X-Request-ID": "page-that-is-not"})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "<html" in answer.text
    assert "page-that-is-not" in answer.text


def test_an_error_is_json_for_scripts(client: FlaskClient) -> None:
    answer = client.get("/api/v1/nowhere", headers={"X-Request-ID": "script-that-asks"})
    assert (answer.status_code, answer.mimetype) == (404, "application/json")
    assert answer.json is not None
    assert (answer.json["error_code"], answer.json["request_id"]) == ("not_found", "script-that-asks")


def test_an_error_is_a_toast_for_htmx(client: FlaskClient) -> None:
    answer = client.get("/nowhere", headers=HTMX)
    assert answer.status_code == 404
    assert answer.headers["HX-Retarget"] == "#toasts"
    assert "<html" not in answer.text


def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.delete("/healthz")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/broken", "/api/broken"])
def test_a_crash_tells_nothing_about_itself(make_app: AppFactory, path: str) -> None:
    app = make_app(testing=False)

    @web.public
    def broken() -> str:
        raise ValueError("the inner secret")

    app.add_url_rule(path, view_func=broken)
    answer = app.test_client().get(path)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["Content-Security-Policy"]


def test_a_view_that_nobody_thought_about_is_refused(make_app: AppFactory) -> None:
    app = make_app(testing=False)
    app.add_url_rule("/forgotten", view_func=lambda: "for everybody?")
    answer = app.test_client().get("/forgotten")
    assert answer.status_code == 500
    assert "for everybody?" not in answer.text


def test_a_form_without_its_token_is_refused_with_words(make_app: AppFactory) -> None:
    answer = make_app(extra={}).test_client().post("/sign-in", data={"email": "somebody@example.org"})
    assert answer.status_code == 400
    assert "Please send it again" in answer.text


# Sizes -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def small(make_app: AppFactory) -> Flask:
    return make_app(upload_limit=10_000)


def test_what_is_too_large_is_refused(small: Flask) -> None:
    answer = small.test_client().post("/sign-in", data={"email": "a" * 11_000})
    assert answer.status_code == 413
    assert "Too large" in answer.text


def test_what_is_large_enough_is_read(small: Flask) -> None:
    assert small.test_client().post("/sign-in", data={"email": "a" * 9_000}).status_code == 422
