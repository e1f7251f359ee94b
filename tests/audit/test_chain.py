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


@pytest.mark.both_databases
def test_a_removed_row_is_named_by_the_one_that_should_follow_it() -> None:
    event = make.event()
    write_three(event)
    db.session.execute(delete(AuditEntry).where(AuditEntry.event_id == event.id, AuditEntry.sequence == 2))
    db.session.commit()
    assert list(audit.broken_rows()) == [(event.id, 3, "row 2 is missing")]


@pytest.mark.both_databases
def test_the_last_row_cannot_be_cut_off_unseen() -> None:
    event = make.event()
    write_three(event)
    db.session.execute(delete(AuditEntry).where(AuditEntry.event_id == event.id, AuditEntry.sequence == 3))
    db.session.commit()
    assert list(audit.broken_rows()) == [(event.id, 3, "row 3 is missing")]


@pytest.mark.both_databases
def test_two_rows_that_change_places_are_named() -> None:
    event = make.event()
    write_three(event)
    first, second, _third = rows_of(event)
    numbers = [(first.id, -1), (second.id, 1), (first.id, 2)]
    for row_id, number in numbers:
        db.session.execute(update(AuditEntry).where(AuditEntry.id == row_id).values(sequence=number))
        db.session.commit()
    assert [(event_id, row) for event_id, row, _problem in audit.broken_rows()] == [(event.id, 1)]


@pytest.mark.both_databases
def test_a_row_altered_with_a_new_hash_is_given_away_by_the_one_after_it() -> None:
    event = make.event()
    write_three(event)
    _first, second, _third = rows_of(event)
    second.payload = {"number": 7}
    second.payload_hash = audit.digest(second.payload)
    second.hash = audit.hash_of(second)
    db.session.commit()
    assert list(audit.broken_rows()) == [(event.id, 3, "does not follow the row before it")]


@pytest.mark.both_databases
def test_a_row_slipped_in_at_the_end_is_one_too_many() -> None:
    event = make.event()
    write_three(event)
    last = rows_of(event)[-1]
    more = AuditEntry(
        event_id=event.id,
        sequence=4,
        at=last.at,
        actor_id=None,
        actor_name="Somebody",
        action="event.save",
        subject_kind="events",
        subject_id=event.id,
        payload={},
        payload_hash=audit.digest({}),
        previous_hash=last.hash,
    )
    more.hash = audit.hash_of(more)
    db.session.add(more)
    db.session.commit()
    assert list(audit.broken_rows()) == [(event.id, 5, "has too many rows")]


@pytest.mark.both_databases
def test_a_whole_log_that_was_emptied_is_missed() -> None:
    event = make.event()
    write_three(event)
    db.session.execute(delete(AuditEntry).where(AuditEntry.event_id == event.id))
    db.session.commit()
    assert list(audit.broken_rows()) == [(event.id, 1, "row 1 is missing")]


def rows_of(event: Event) -> list[AuditEntry]:
    found = select(AuditEntry).where(AuditEntry.event_id == event.id).order_by(AuditEntry.sequence)
    return list(db.session.scalars(found))


@pytest.mark.both_databases
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
