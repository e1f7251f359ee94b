"""Copies of the database, taken while it is written to. Each is whole: written beside and renamed."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, make_url

from ..sqlite import PATIENCE

NAME = re.compile(r"laurel-\d{4}-\d{2}-\d{2}\.(db|dump)")
PAGES = 2000
"""How many are copied before others may write again."""


class CannotSnapshot(Exception):
    """Says why, in words for whoever runs the command."""


def take(database_url: str, output: Path) -> None:
    """Copy the database, with what is only in its write-ahead log yet, over `output`. Raises CannotSnapshot."""
    url = make_url(database_url)
    if not output.parent.is_dir():
        raise CannotSnapshot(f"there is no folder {output.parent}")
    beside = output.with_name(f".{output.name}.{secrets.token_hex(4)}")
    try:
        if url.get_backend_name() == "sqlite":
            _copy(sqlite_file(url), beside)
        else:
            _dump(url, beside)
        _reach_the_disk(beside)
        beside.replace(output)
    except OSError as error:
        raise CannotSnapshot(f"{output} cannot be written: {error.strerror}") from error
    finally:
        beside.unlink(missing_ok=True)


def sqlite_file(url: URL) -> Path:
    """Raises CannotSnapshot for a database that is nowhere."""
    if not url.database or url.database == ":memory:":
        raise CannotSnapshot("the database is in memory alone")
    return Path(url.database).absolute()


def _copy(file: Path, output: Path) -> None:
    if not file.exists():
        raise CannotSnapshot(f"there is no database {file}")
    try:
        with (
            closing(sqlite3.connect(file, timeout=PATIENCE)) as live,
            closing(sqlite3.connect(output, timeout=PATIENCE)) as copy,
        ):
            live.backup(copy, pages=PAGES, sleep=0.01)
            # A copy of one file: whoever opens it finds no log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
            [(answer,)] = copy.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.Error as error:
        raise CannotSnapshot(str(error)) from error
    if answer != "ok":
        raise CannotSnapshot(f"the database is damaged: {answer}")


def _dump(url: URL, output: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise CannotSnapshot("pg_dump is not installed here; it comes with PostgreSQL's client")
    command = [program, "--format=custom", "--no-owner", f"--file={output}", f"--dbname={_without_password(url)}"]
    # The password goes through the environment: a command line is everybody's to read.
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(command, env={**os.environ, **secret}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotSnapshot(done.stderr.strip() or f"pg_dump ended with {done.returncode}")


def _without_password(url: URL) -> str:
    return url.set(drivername="postgresql", password=None).render_as_string()


def _reach_the_disk(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# Every night --------------------------------------------------------------------------------------------------------


def nightly(database_url: str, folder: Path, keep: int, now: datetime) -> Path | None:
    """Take the day's copy unless it is there, and keep so many of the newest. The copy, or None without a new one."""
    ending = "db" if make_url(database_url).get_backend_name() == "sqlite" else "dump"
    output = folder / f"laurel-{now:%Y-%m-%d}.{ending}"
    if output.exists():
        return None
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    take(database_url, output)
    for old in sorted(file for file in folder.iterdir() if NAME.fullmatch(file.name))[:-keep]:
        old.unlink()
    return output
