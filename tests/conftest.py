"""Fixtures for every test: databases, Redis, the application, and Laurel running for real.

A test runs on SQLite; marked `both_databases`, it runs on PostgreSQL as well. Each test has a fresh, migrated database.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest
import redis as redis_client
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event

from app import create_app, embedded, processes
from app.accounts.actions import open_session
from app.accounts.models import User
from app.config import Settings, engine_options
from app.extensions import db, redis
from tests.support import chromium, messages, migrated, postgres, quick
from tests.support.servers import Running, Scheduler, Server, Worker
from tests.support.session import Session

SECRET_KEY = "a key that only the tests use, 0123456789"

# Two tests at a time share two cores with servers and browsers: how long an example takes tells nothing.
hypothesis_settings.register_profile("laurel", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("laurel")

BROWSER_TESTS = Path(__file__).parent / "browser"

the_session = pytest.StashKey[Session]()


# Settings and application ----------------------------------------------------------------------------------------


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    """The settings of `app`. A test that needs others takes `make_app` and calls it with what differs."""
    return Settings(
        secret_key=SECRET_KEY,
        instance=tmp_path,
        database_url=database_url,
        redis_url=redis_url,
        files=tmp_path / "files",
        argon2_cheap=True,
        testing=True,
        extra={"WTF_CSRF_ENABLED": False},
    )


@pytest.fixture(scope="session")
def templates(run_folder: Path) -> FileSystemBytecodeCache:
    """Templates, compiled once a run instead of for every application."""
    folder = run_folder / "templates"
    folder.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


class AppFactory(Protocol):
    def __call__(self, **changes: Any) -> Flask: ...


@pytest.fixture
def make_app(settings: Settings, templates: FileSystemBytecodeCache) -> Iterator[AppFactory]:
    """Applications that differ from `app` in some settings: `make_app(upload_limit=1000)`."""
    made: list[Flask] = []

    def make(**changes: Any) -> Flask:
        made.append(create_app(replace(settings, **changes)))
        made[-1].jinja_env.bytecode_cache = templates
        made[-1].test_client_class = Browser
        return made[-1]

    yield make
    for app in made:
        close(app)


@pytest.fixture
def app(make_app: AppFactory) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def app_commits(app: Flask) -> Iterator[list[str]]:
    """One entry for each transaction that `app` commits."""
    done: list[str] = []

    def note(_connection: Any) -> None:
        done.append("COMMIT")

    with app.app_context():
        engine = db.engine
    event.listen(engine, "commit", note)
    yield done
    event.remove(engine, "commit", note)


class Browser(FlaskClient):
    """A client that lets the test's own session out of the way, and has it look again afterwards."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        if has_app_context():
            db.session.commit()
        answer = super().open(*args, **kwargs)
        # What is sent lies in a temporary file when it is large, which the client forgets to close.
        for done in (*answer.history, answer):
            done.request.input_stream.close()
        if has_app_context():
            db.session.expire_all()
        return answer


class SignIn(Protocol):
    def __call__(self, user: User) -> FlaskClient: ...


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """A browser in which this user is signed in: `sign_in(make.user(Role.ADMIN)).get("/events")`."""

    def start(user: User) -> FlaskClient:
        token = open_session(user, address="127.0.0.1", browser="tests")
        db.session.commit()
        browser = app.test_client()
        with browser.session_transaction() as session:
            session["_user_id"] = token
        return browser

    return start


@pytest.fixture
def context(make_app: AppFactory, settings: Settings) -> Iterator[None]:
    """An application context around the whole test, for tests that make rows, call actions and look at rows.

    It belongs to an application of its own: inside one of `app` itself, requests would share its `g` and its session.
    Looking at rows takes no write lock, which would keep a server that runs beside the test from writing.
    """
    options = {**engine_options(settings.database_url), "execution_options": {"writes": False}}
    with make_app(extra={**settings.extra, "SQLALCHEMY_ENGINE_OPTIONS": options}).app_context():
        yield
        db.session.remove()


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """Every SQL statement sent while the test runs, BEGIN and COMMIT left out. Clear it before what is counted."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
    redis.of(app).connection_pool.disconnect()


# Databases and Redis ---------------------------------------------------------------------------------------------


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_databases"):
        metafunc.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """Which database this test runs on: sqlite or postgresql."""
    return getattr(request, "param", "sqlite")


@pytest.fixture
def database_url(database: str, run_folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    if database == "sqlite":
        yield migrated.sqlite_copy(run_folder, tmp_path / "laurel.db")
    else:
        with request.getfixturevalue("postgres_server").database() as url:
            yield url


@pytest.fixture(scope="session")
def postgres_server(run_folder: Path) -> postgres.Postgres:
    return postgres.server(run_folder)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Redis, one for each process that runs tests."""
    folder = tmp_path_factory.mktemp("redis")
    server = embedded.redis_on_a_free_port(folder, keep=False)
    with (folder / "redis.log").open("wb") as log:
        child = processes.start(server.command, environ=server.environ, output=log)
    assert processes.wait_until(lambda: embedded.answers(server.url), 15), (folder / "redis.log").read_text()
    yield server.url
    processes.stop([child])


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The address of that Redis, emptied for this test."""
    with redis_client.from_url(redis_server) as connection:
        connection.flushall()
    return redis_server


# Laurel running for real -----------------------------------------------------------------------------------------


@pytest.fixture
def environ(settings: Settings) -> dict[str, str]:
    """The settings of this test, as a program reads them from its environment."""
    return {
        "LAUREL_ENV": "development",
        "LAUREL_INSTANCE": str(settings.instance),
        "SECRET_KEY": settings.secret_key,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "LAUREL_FILES": str(settings.files),
    }


class StartServer(Protocol):
    def __call__(self, **environ: str) -> Server: ...


class StartWorker(Protocol):
    def __call__(self, **environ: str) -> Worker: ...


@pytest.fixture
def serve(environ: dict[str, str], running: list[Running], tmp_path: Path) -> StartServer:
    """Starts web servers with this test's settings: `serve(LAUREL_UPLOAD_MB="1")`. They end with the test."""

    def start(**changes: str) -> Server:
        server = Server({**environ, **changes}, tmp_path / f"server-{len(running)}.log")
        running.append(server)
        server.start()
        return server

    return start


@pytest.fixture
def live_server(serve: StartServer) -> Server:
    return serve()


@pytest.fixture
def start_worker(environ: dict[str, str], running: list[Running], tmp_path: Path) -> StartWorker:
    """Starts workers with this test's settings. They end with the test."""

    def start(**changes: str) -> Worker:
        worker = Worker({**environ, **changes}, tmp_path / f"worker-{len(running)}.log")
        running.append(worker)
        worker.start()
        return worker

    return start


class StartScheduler(Protocol):
    def __call__(self) -> Scheduler: ...


@pytest.fixture
def start_scheduler(environ: dict[str, str], running: list[Running], tmp_path: Path) -> StartScheduler:
    """Starts the scheduler with this test's settings. It is stopped in the end."""

    def start() -> Scheduler:
        scheduler = Scheduler(environ, tmp_path / f"scheduler-{len(running)}.log")
        running.append(scheduler)
        scheduler.start()
        return scheduler

    return start


@pytest.fixture
def running() -> Iterator[list[Running]]:
    programs: list[Running] = []
    yield programs
    for program in programs:
        program.kill()


# The run ---------------------------------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "both_databases: runs on PostgreSQL as well as on SQLite")
    config.addinivalue_line("markers", "browser: needs Chromium")
    quick.parse_rules_once()
    if chromium.required() and not chromium.find():
        raise pytest.UsageError(chromium.MISSING)
    if not is_xdist_worker(config):
        config.stash[the_session] = Session()
        messages.compile_changed()


def pytest_unconfigure(config: pytest.Config) -> None:
    session = config.stash.get(the_session, None)
    if session:
        postgres.clean_up(session.folder)
        session.end()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker, which is a process of its own, where the run keeps what all workers share."""
    node.workerinput["run_folder"] = str(node.config.stash[the_session].folder)


@pytest.fixture(scope="session")
def run_folder(pytestconfig: pytest.Config) -> Path:
    if is_xdist_worker(pytestconfig):
        return Path(pytestconfig.workerinput["run_folder"])  # type: ignore[attr-defined]
    return pytestconfig.stash[the_session].folder


def is_xdist_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_collection_finish() -> None:
    quick.forget_what_is_imported()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Everything in tests/browser is marked, and left out (loudly, below) on a machine without Chromium."""
    for item in items:
        if BROWSER_TESTS in item.path.parents:
            item.add_marker(pytest.mark.browser)
    if not chromium.find():
        left_out = [item for item in items if item.get_closest_marker("browser")]
        items[:] = [item for item in items if not item.get_closest_marker("browser")]
        config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not chromium.find():
        terminalreporter.write_line(chromium.MISSING, red=True)
