"""The audit chain: altered, removed and reordered rows are named."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from app import audit
from app.accounts.models import Role
from app.audit.models import AuditEntry
from app.database import locked
from app.events.models import Event
from app.extensions import db
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")


def write_three(event: Event) -> None:
    user = make.user(Role.ADMIN, "Ivan")
    for number in range(3):
        audit.record(locked(Event, event.id), "event.save", by=user, subject=event, payload={"number": number})
        db.session.commit()


@pytest.mark.both_databases
def test_an_untouched_log_is_whole() -> None:
    write_three(make.event())
    write_three(make.event())
    db.session.expire_all()
    assert list(audit.broken_rows()) == []


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "change",
    [{"actor_name": "Somebody"}, {"action": "event.other"}, {"payload": {"number": 7}}, {"subject_id": 99}],
)
def test_an_altered_row_is_named(change: dict[str, object]) -> None:
    event = make.event()
    write_three(event)
    db.session.execute(
        update(AuditEntry).where(AuditEntry.event_id == event.id, AuditEntry.sequence == 2).values(**change)
    )
    db.session.commit()
    assert [(event_id, row) for event_id, row, _problem in audit.broken_rows()] == [(event.id, 2)]


def test_a_removed_row_is_named_by_the_one_that_should_follow_it() -> None:
    event = make.event()
    write_three(event)
    db.session.execute(delete(AuditEntry).where(AuditEntry.event_id == event.id, AuditEntry.sequence == 2))
    db.session.commit()
    assert list(audit.broken_rows()) == [(event.id, 3, "row 2 is missing")]


def test_the_last_row_cannot_be_cut_off_unseen() -> None:
    event = make.event()
    write_three(event)
    db.session.execute(delete(AuditEntry).where(AuditEntry.event_id == event.id, AuditEntry.sequence == 3))
    db.session.commit()
    assert list(audit.broken_rows()) == [(event.id, 3, "row 3 is missing")]


def test_a_persons_data_can_be_erased_and_the_rest_still_verifies() -> None:
    event = make.event()
    write_three(event)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.event_id == event.id)).first()
    assert entry is not None
    entry.payload = None
    db.session.commit()
    assert list(audit.broken_rows()) == []


def test_the_command_names_the_row_and_fails(app: Flask) -> None:
    event = make.event()
    write_three(event)
    assert app.test_cli_runner().invoke(args=["audit", "verify"]).exit_code == 0
    db.session.execute(update(AuditEntry).where(AuditEntry.event_id == event.id).values(actor_name="Nobody"))
    db.session.commit()
    result = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert result.exit_code == 1
    assert f"event {event.id}, row 1: was altered" in result.output
