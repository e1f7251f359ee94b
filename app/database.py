"""What both databases need to behave alike: column types, SQLite's transactions, and row locks."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar, cast

from flask import current_app, has_request_context, request
from sqlalchemy import BigInteger, Connection, DateTime, Dialect, Engine, String, Table, event, insert, text
from sqlalchemy.types import TypeDecorator

from . import sqlite
from .extensions import Model, db

MICRO = Decimal("0.000001")

Row = TypeVar("Row", bound=Model)
Choice = TypeVar("Choice", bound=StrEnum)
View = TypeVar("View", bound=Callable[..., Any])


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC. SQLite has no time zones, so it goes in naive there and comes back aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored: say which zone it is in")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal of at most 12 whole digits and 6 places, kept as millionths: SQLite would keep a float."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        if value is None:
            return None
        micro = value / MICRO
        if micro != micro.to_integral_value():
            raise ValueError(f"{value} has more than six decimal places")
        return int(micro)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        return exact(value)


def exact(millionths: int | None) -> Decimal | None:
    """The decimal that an `ExactDecimal` keeps as this number."""
    if millionths is None:
        return None
    amount = Decimal(millionths).scaleb(-6).normalize()
    return amount.quantize(Decimal(1)) if amount.as_tuple().exponent > 0 else amount  # type: ignore[operator]


class Enumerated(TypeDecorator[Choice]):
    """A `StrEnum` kept as its name in text: a new member needs no migration."""

    impl = String(20)
    cache_ok = True

    def __init__(self, kind: type[Choice]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Choice | str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> Choice | None:  # noqa: ARG002
        return None if value is None else self.kind(value)


def now() -> datetime:
    return datetime.now(UTC)


def locked(model: type[Row], row_id: int) -> Row:
    """Load a row as it is now and hold it until the transaction ends. The row must exist.

    PostgreSQL locks the row; on SQLite a writing transaction already holds the whole file.
    """
    return db.session.get_one(model, row_id, with_for_update=True, populate_existing=True)


def insert_many(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert thousands of rows as fast as the driver does it: SQLAlchemy would look at each by itself.

    All name the same columns, and every one that has no default in the database.
    """
    connection = db.session.connection()
    dialect, table = connection.dialect, cast(Table, model.__table__)
    columns = [column for column in table.columns if column.name in rows[0]]
    names = [column.name for column in columns]
    bound = []
    for column in columns:
        processor = column.type.dialect_impl(dialect).bind_processor(dialect)
        values = [row[column.name] for row in rows]
        bound.append([processor(value) for value in values] if processor else values)
    parameters: Any = list(zip(*bound, strict=True))
    if not dialect.positional:
        parameters = [dict(zip(names, values, strict=True)) for values in parameters]
    connection.exec_driver_sql(str(insert(table).compile(dialect=dialect, column_keys=names)), parameters)


def begin_writing() -> None:
    """Begin a transaction that may write, where the request's method does not say so: a GET that writes, after all.

    What was done before must have been committed.
    """
    db.session.rollback()
    db.session.connection(execution_options={"writes": True})


def reads_first(view: View) -> View:
    """Mark a view that writes, but begins as one that reads: `write_from_here` parts the two.

    On SQLite, others can write while it finds out who is asking and for what. On PostgreSQL this changes nothing.
    """
    view.reads_first = True  # type: ignore[attr-defined]
    return view


def write_from_here() -> None:
    """Ask for the write lock in a view that `reads_first`; elsewhere the transaction has it already.

    Rows stay as they were read, and may have changed since: what matters is read again under the lock.
    """
    if is_sqlite() and _is_read_first() and not db.session.connection().get_execution_options().get("writes"):
        db.session.commit()
        db.session.connection(execution_options={"writes": True})


def _is_read_first() -> bool:
    view = current_app.view_functions.get(request.endpoint or "") if has_request_context() else None
    return getattr(view, "reads_first", False)


def is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        patience = f"busy_timeout={sqlite.PATIENCE * 1000}"
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", patience):
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_on_sqlite(connection: Connection) -> None:
    """Take SQLite's write lock at the start of a transaction that may write.

    A reader that turns writer half way fails at once with "database is locked" and cannot be retried; a reader
    that asks for the write lock waits for every writer. So only requests that may write ask for it.
    """
    if connection.dialect.name == "sqlite":
        reading = has_request_context() and (request.method in {"GET", "HEAD", "OPTIONS"} or _is_read_first())
        if connection.get_execution_options().get("writes", not reading):
            _begin_immediate(connection)
        else:
            connection.execute(text("BEGIN"))


def _begin_immediate(connection: Connection) -> None:
    driver = cast(sqlite.Connection, connection.connection.driver_connection)
    driver.await_turn()
    try:
        connection.execute(text("BEGIN IMMEDIATE"))
    except BaseException:
        driver.end_turn()
        raise


@event.listens_for(Engine, "do_execute")
def _await_other_processes(cursor: Any, statement: str, _parameters: Any, _context: Any) -> bool:
    """True where the statement has been sent here."""
    if statement != "BEGIN IMMEDIATE":
        return False
    cursor.connection.begin_writing(cursor)
    return True
