"""Which other sites' scripts may use /api, and what Laurel refuses to start with."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.config import BadSettings, Settings
from tests.conftest import AppFactory

OURS, THEIRS = "https://client.example", "https://evil.example"
KEY = "yL9x-0Vq3_tR7bNw2KpZ5cJdS8mGhF4a"


@pytest.fixture
def allowing(make_app: AppFactory) -> FlaskClient:
    return make_app(allowed_origins=(OURS, "http://localhost:5173")).test_client()


def ask(client: FlaskClient, origin: str, path: str = "/api/v1/auth/login", method: str = "POST") -> dict[str, str]:
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    answer = client.options(path, headers=headers)
    assert answer.status_code == 200
    return {name: value for name, value in answer.headers.items() if name.startswith("Access-Control")}


@pytest.mark.parametrize("origin", [OURS, "http://localhost:5173"])
def test_a_site_that_is_named_may_ask_first_and_then_read(allowing: FlaskClient, origin: str) -> None:
    allowed = ask(allowing, origin)
    assert allowed["Access-Control-Allow-Origin"] == origin
    assert "PATCH" in allowed["Access-Control-Allow-Methods"]
    assert "Authorization" in allowed["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in allowed
    answer = allowing.get("/api/v1/events", headers={"Origin": origin})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (401, origin)
    assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize("origin", [THEIRS, f"{OURS}.evil.example", OURS.upper(), "http://client.example", "null"])
def test_any_other_site_may_not(allowing: FlaskClient, origin: str) -> None:
    assert ask(allowing, origin) == {}
    answer = allowing.get("/api/v1/openapi.json", headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Origin" in answer.headers["Vary"]


def test_pages_are_never_shared_with_other_sites(allowing: FlaskClient) -> None:
    for path in ("/sign-in", "/boards"):
        assert "Access-Control-Allow-Origin" not in allowing.get(path, headers={"Origin": OURS}).headers


def test_an_error_can_be_read_there_too(allowing: FlaskClient) -> None:
    answer = allowing.get("/api/v1/nothing", headers={"Origin": OURS})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (404, OURS)


def test_without_the_setting_nothing_is_allowed(client: FlaskClient) -> None:
    assert ask(client, OURS) == {}


def test_everybody_may_be_let_in_without_credentials(make_app: AppFactory) -> None:
    allowed = ask(make_app(allowed_origins=("*",)).test_client(), THEIRS)
    assert allowed["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in allowed


def test_credentials_go_with_a_name(make_app: AppFactory) -> None:
    client = make_app(allowed_origins=(OURS,), cors_credentials=True).test_client()
    assert ask(client, OURS)["Access-Control-Allow-Credentials"] == "true"
    assert ask(client, THEIRS) == {}


def test_the_setting_is_a_list() -> None:
    environ = {"SECRET_KEY": KEY, "ALLOWED_ORIGINS": f"{OURS}, http://localhost:5173\n"}
    assert Settings.from_environment(environ).allowed_origins == (OURS, "http://localhost:5173")


@pytest.mark.parametrize(
    "environ",
    [
        {"ALLOWED_ORIGINS": "*", "ALLOW_CREDENTIALS": "1"},
        {"ALLOWED_ORIGINS": f"{OURS} *", "ALLOW_CREDENTIALS": "1"},
        {"ALLOWED_ORIGINS": "client.example"},
        {"ALLOWED_ORIGINS": f"{OURS}/"},
        {"ALLOWED_ORIGINS": "https://*.example"},
    ],
)
def test_what_would_let_too_many_in_is_refused_at_the_start(environ: dict[str, str]) -> None:
    with pytest.raises(BadSettings, match="ALLOWED_ORIGINS"):
        Settings.from_environment({"SECRET_KEY": KEY, **environ})
