"""What is done to participants, one by one or many at once. Wants the event's row locked, and commits nothing."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete

from .. import audit
from ..accounts.models import User
from ..extensions import db
from . import queries
from .changes import Refused, change, last_position, note, plain, remove
from .details import ParticipantDetails
from .models import Event, Participant
from .revisions import touch


def create_participant(event: Event, details: ParticipantDetails, *, by: User) -> Participant:
    participant = Participant(event_id=event.id, **details, extra={}, position=last_position(event, Participant) + 1)
    db.session.add(participant)
    note(event, "participant.create", by, participant, plain(details))
    return participant


def save_participant(event: Event, participant: Participant, details: ParticipantDetails, *, by: User) -> None:
    change(event, "participant.save", by, participant, details)


def delete_participant(event: Event, participant: Participant, *, by: User) -> None:
    """Raises Refused once anything was written for them."""
    if queries.has_records(participant):
        raise Refused(_l("%(name)s has results, or a history of them, and stays.", name=participant.display_name))
    remove(event, "participant.delete", by, participant, {"display_name": participant.display_name})


def bring_back(event: Event, people: Sequence[Participant], *, by: User) -> int:
    returning = [person for person in people if person.withdrawn_at is not None]
    for person in returning:
        person.withdrawn_at = person.merged_into_id = None
        audit.record(event, "participant.return", by=by, subject=person, payload={"name": person.display_name})
    return _done(event, returning)


def delete_without_records(event: Event, people: Sequence[Participant], *, by: User) -> int:
    """Those for whom nothing was ever written; the others stay."""
    recorded = queries.recorded_among(people)
    leaving = [person for person in people if person.id not in recorded]
    for person in leaving:
        payload = {"display_name": person.display_name}
        audit.record(event, "participant.delete", by=by, subject=person, payload=payload)
    db.session.execute(delete(Participant).where(Participant.id.in_([person.id for person in leaving])))
    return _done(event, leaving)


def _done(event: Event, people: Sequence[Participant]) -> int:
    if people:
        db.session.flush()
        touch(event)
    return len(people)
