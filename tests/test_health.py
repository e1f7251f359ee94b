"""`/healthz` says that the process answers, `/readyz` what everything else needs, each part by name."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.extensions import db
from tests.conftest import AppFactory

NOWHERE = "127.0.0.1:1"


def test_it_is_alive(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


@pytest.mark.both_databases
def test_it_is_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    parts = {"database": "ok", "migrations": "ok", "redis": "ok", "assets": "ok"}
    assert (answer.status_code, answer.json) == (200, {"status": "ok", **parts})


def test_redis_is_away(make_app: AppFactory) -> None:
    client = make_app(redis_url=f"redis://{NOWHERE}/0").test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {
        "status": "unavailable",
        "database": "ok",
        "migrations": "ok",
        "redis": "unreachable",
        "assets": "ok",
    }
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("url", ["sqlite:////nowhere/laurel.db", f"postgresql://{NOWHERE}/laurel"])
def test_the_database_is_away(make_app: AppFactory, url: str) -> None:
    client = make_app(database_url=url).test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert (answer.json["database"], answer.json["migrations"]) == ("unreachable", "unknown")
    assert client.get("/healthz").status_code == 200


@pytest.mark.both_databases
def test_migrations_are_behind(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        db.session.execute(text("UPDATE alembic_version SET version_num = 'an older one'"))
        db.session.commit()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["migrations"].startswith("at an older one, expected ")


def test_a_database_without_tables(make_app: AppFactory, tmp_path: Path) -> None:
    answer = make_app(database_url=f"sqlite:///{tmp_path}/empty.db").test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["migrations"].startswith("at nothing, expected ")


@pytest.mark.parametrize("part", ["database", "redis"])
def test_what_takes_the_call_and_never_answers_is_away_within_two_seconds(make_app: AppFactory, part: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        urls = {"database": f"postgresql://me@127.0.0.1:{port}/laurel", "redis": f"redis://127.0.0.1:{port}/0"}
        client = make_app(**{f"{part}_url": urls[part]}).test_client()
        for _again in range(3):
            began = time.monotonic()
            answer = client.get("/readyz")
            assert time.monotonic() - began < 2
            assert answer.status_code == 503
            assert answer.json is not None
            assert answer.json[part] == "unreachable"
            assert client.get("/healthz").status_code == 200
