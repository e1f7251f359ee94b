"""How alembic connects and compares. Run through `flask db`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from app.extensions import db


@contextmanager
def tables_may_be_made_anew(connection: Connection) -> Iterator[None]:
    """SQLite changes a column by making its table anew, and dropping the old one would take along what refers to it.

    So nothing refers to anything meanwhile. That is said outside of a transaction, or SQLite does not hear it.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    database = connection.connection
    database.execute("PRAGMA foreign_keys=OFF")  # type: ignore[attr-defined]
    try:
        yield
        if connection.in_transaction():
            connection.commit()
        lost = database.execute("PRAGMA foreign_key_check").fetchall()  # type: ignore[attr-defined]
        if lost:
            raise RuntimeError(f"rows refer to what is not there: {lost[:5]}")
    finally:
        database.execute("PRAGMA foreign_keys=ON")  # type: ignore[attr-defined]


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_render_plain_types,
        process_revision_directives=_write_nothing_when_nothing_changed,
    )
    with context.begin_transaction():
        context.run_migrations()


def _write_nothing_when_nothing_changed(_context: object, _revision: object, directives: list) -> None:  # type: ignore[type-arg]
    if getattr(context.config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def _render_plain_types(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types as what they are in the database: a migration must not change with our code."""
    if kind == "type" and isinstance(item, TypeDecorator) and type(item).__module__ == "app.database":
        return f"sa.{item.impl!r}"
    return False


with current_app.app_context(), db.engine.connect() as connection, tables_may_be_made_anew(connection):
    run(connection)
