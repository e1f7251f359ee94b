from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app import sandbox as sandboxes
from app.sandbox import Sandbox
from tests.conftest import AppFactory
from tests.support import trips
from tests.support.trips import Traveller


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """An osu! and a GitHub of this test's own."""
    with sandboxes.running() as sandbox:
        sandbox.register(["http://localhost"])
        yield sandbox


@pytest.fixture
def app(make_app: AppFactory, sandbox: Sandbox) -> Flask:
    return make_app(**trips.settings_of(sandbox))


@pytest.fixture
def traveller(app: Flask) -> Traveller:
    return Traveller(app.test_client())
