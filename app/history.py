"""How far a database has come through migrations/. Without Alembic, which takes long to import."""

from __future__ import annotations

import re
from functools import cache

from sqlalchemy import Connection, inspect, text

from .config import ROOT

NAMED = re.compile(r'^(down_)?revision(?:: .+?)? = "(\w+)"', re.MULTILINE)


def current(connection: Connection) -> str | None:
    """The migration that the database is at; None before the first. Raises SQLAlchemyError."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


@cache
def newest() -> str:
    """The one migration that no other one follows."""
    files = (ROOT / "migrations" / "versions").glob("*.py")
    named = [match.groups() for file in files for match in NAMED.finditer(file.read_text())]
    [last] = {name for down, name in named if not down} - {name for down, name in named if down}
    return last
