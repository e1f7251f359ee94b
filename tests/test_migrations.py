"""Migrations go up and down on both databases, and make exactly the tables that the models describe."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError

from app.accounts import actions as accounts
from app.accounts.models import LoginSession, User
from app.audit.models import Installation
from app.extensions import db
from tests.support import make

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


def test_what_refers_to_a_table_stays_when_that_is_made_anew() -> None:
    user = make.user(email="ann@example.org")
    accounts.open_session(user, address="127.0.0.1", browser="tests")
    team = accounts.create_shared_user("Foxes", by=user)
    db.session.commit()
    assert team.email is None
    db.session.remove()
    downgrade(revision="0004")
    upgrade()
    assert db.session.scalars(select(User.email).order_by(User.id)).all() == ["ann@example.org", None]
    assert db.session.scalars(select(LoginSession)).one().user_id == user.id


def test_a_row_that_refers_to_nothing_is_still_refused() -> None:
    db.session.remove()
    downgrade(revision="0004")
    upgrade()
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO login_sessions (user_id, token_hash, address, browser, created_at, last_seen_at)"
                " VALUES (99, 'x', '', '', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)"
            )
        )
