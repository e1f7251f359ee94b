from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Role, User
from app.audit.models import AuditEntry
from app.events.models import Activity, Event, Participant
from app.extensions import db
from app.scoring.actions import Entry, save_records
from app.scoring.models import Source
from tests.conftest import SignIn
from tests.support import make

# The three standing people: the owner runs events, the helper evaluates, the outsider only has an account.


@pytest.fixture
def owner(context: None) -> User:
    return make.user(Role.ADMIN, "Olga")


@pytest.fixture
def helper(context: None) -> User:
    return make.user(Role.EVALUATOR, "Hynek")


@pytest.fixture
def outsider(context: None) -> User:
    return make.user(Role.PLAYER, "Otto")


@pytest.fixture
def browser(owner: User, sign_in: SignIn) -> FlaskClient:
    """The owner's."""
    return sign_in(owner)


def write(value: str, person: Participant, activity: Activity, by: User) -> None:
    event = db.session.get_one(Event, activity.event_id)
    save_records(event, [Entry(person, activity, (value,))], by=by, source=Source.HAND)
    db.session.commit()


def log(event: Event) -> list[str]:
    """What was done to the event, the oldest first."""
    entries = db.session.query(AuditEntry).filter_by(event_id=event.id).order_by(AuditEntry.sequence)
    return [entry.action for entry in entries]
