"""Databases at the newest migration, made once a run and copied for every test."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import flask_migrate

from app import create_app
from app.config import Settings
from app.extensions import db

from . import session


def upgrade(database_url: str) -> None:
    """Bring a database to the newest migration, as `flask db upgrade` does."""
    app = create_app(Settings(secret_key="only for migrating", database_url=database_url, testing=True))
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()


def sqlite_copy(folder: Path, target: Path) -> str:
    """The address of a copy of the run's migrated SQLite file."""
    template = folder / "template.db"
    with session.one_at_a_time(folder / "template.lock"):
        if not template.exists():
            beside = folder / "template.new.db"
            upgrade(f"sqlite:///{beside}")
            # Everything into the one file, so that copying that file copies the database.
            connection = sqlite3.connect(beside)
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.close()
            beside.rename(template)
    shutil.copyfile(template, target)
    return f"sqlite:///{target}"
