"""`flask maintenance`: what an administrator asks of the database on the server itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import click
import structlog
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import URL, make_url, text

from .. import jobs
from ..config import Settings
from ..database import now
from ..extensions import db
from . import snapshots
from .snapshots import CannotSnapshot

log = structlog.get_logger()

MODES = ("PASSIVE", "FULL", "RESTART", "TRUNCATE")
AT = 3
"""The nightly copy is taken in the first hour after this one, UTC."""

maintenance = AppGroup("maintenance", help="Look after the database.")


def init_app(app: Flask) -> None:
    app.cli.add_command(maintenance)


@maintenance.command("info")
def info() -> None:
    """Where the database is, and how large."""
    url = _url()
    if not _is_sqlite(url):
        size = db.session.scalar(text("SELECT pg_database_size(current_database())"))
        _three_lines(url.set(drivername="postgresql", password=None).render_as_string(), "not on PostgreSQL", size or 0)
        return
    file = _file(url)
    log_file = file.with_name(f"{file.name}-wal")
    present = "present" if log_file.exists() else "not found"
    _three_lines(str(file), f"{log_file} ({present})", file.stat().st_size if file.exists() else 0)


def _three_lines(where: str, log_file: str, size: int) -> None:
    click.echo(f"Database file : {where}")
    click.echo(f"WAL file      : {log_file}")
    click.echo(f"Size (bytes)  : {size}")


@maintenance.command("checkpoint")
@click.option("--mode", type=click.Choice(MODES, case_sensitive=False), default="PASSIVE", show_default=True)
def checkpoint(mode: str) -> None:
    """Move what is in the write-ahead log into the database."""
    url = _url()
    if not _is_sqlite(url):
        click.echo("A checkpoint does not apply to PostgreSQL, which takes its own.")
        return
    with closing(sqlite3.connect(_file(url), timeout=1)) as connection:
        # Another writer, or a reader of something old, is in the way.
        [(busy, pages, moved)] = connection.execute(f"PRAGMA wal_checkpoint({mode.upper()})").fetchall()
    if busy:
        raise click.ClickException(f"The database is busy: {max(moved, 0)} of {max(pages, 0)} pages were moved.")
    click.echo(f"Checkpoint {mode.upper()}: {max(moved, 0)} of {max(pages, 0)} pages were moved.")


@maintenance.command("snapshot")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
def snapshot(output: Path) -> None:
    """Copy the database while it runs."""
    try:
        snapshots.take(_settings().database_url, output.absolute())
    except CannotSnapshot as problem:
        raise click.ClickException(str(problem)) from None
    click.echo(f"Snapshot created: {output}")


@jobs.chore
def snapshot_of_the_night() -> int:
    """Once a night, where a number to keep is set. A night that went wrong is tried again an hour later."""
    settings = _settings()
    if not settings.snapshots or now().hour < AT:
        return 0
    try:
        made = snapshots.nightly(settings.database_url, settings.snapshot_folder, settings.snapshots, now())
    except CannotSnapshot as problem:
        log.error("snapshot_failed", problem=str(problem))
        return 0
    return 0 if made is None else 1


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _url() -> URL:
    return make_url(_settings().database_url)


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _file(url: URL) -> Path:
    try:
        return snapshots.sqlite_file(url)
    except CannotSnapshot as problem:
        raise click.ClickException(str(problem)) from None
