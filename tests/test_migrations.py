"""Migrations go up and down on both databases, and make exactly the tables that the models describe."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from app.audit.models import Installation
from app.extensions import db

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]


def test_the_tables_are_those_of_the_models() -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_they_go_down_to_nothing_and_up_again() -> None:
    tables = set(inspect(db.engine).get_table_names())
    db.session.remove()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
    upgrade()
    assert set(inspect(db.engine).get_table_names()) == tables
    assert db.session.get_one(Installation, 1).audit_length == 0
