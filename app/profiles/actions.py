"""Who a participant is. Commits nothing."""

from __future__ import annotations

from sqlalchemy import select

from .. import audit
from ..accounts.invitations import actions as invitations
from ..accounts.invitations.actions import Row
from ..accounts.invitations.addresses import Invited
from ..accounts.invitations.models import Invitation
from ..accounts.models import Role, User
from ..accounts.people.personal import Rows, row_of, source
from ..database import locked, now
from ..events.models import Event, Participant
from ..events.revisions import touch
from ..extensions import db
from .models import How, InvitedPlayer, Tie


class TiedAlready(Exception):
    """The participant is a player already; `user_id` says which."""

    def __init__(self, user_id: int) -> None:
        super().__init__(user_id)
        self.user_id = user_id


def tie(participant: Participant, user: User, how: How, *, by: User) -> Tie:
    """Raises TiedAlready where the participant is somebody, the same one included. Wants the event's row locked."""
    known = db.session.get(Tie, participant.id)
    if known is not None:
        raise TiedAlready(known.user_id)
    made = Tie(participant_id=participant.id, user_id=user.id, how=how, tied_at=now())
    db.session.add(made)
    event = db.session.get_one(Event, participant.event_id)
    audit.record(
        event,
        "player.tie",
        by=by,
        subject=participant,
        payload={"player": user.username, "how": how.value},
    )
    touch(event, set())  # What a board says of somebody leads to their page.
    db.session.flush()
    return made


def untie(event: Event, found: Tie, *, by: User) -> None:
    audit.record(event, "player.untie", by=by, subject=found.participant, payload={"player": found.user.username})
    db.session.delete(found)
    touch(event, set())
    db.session.flush()


def invite(event: Event, participant: Participant, who: Invited, *, language: str, by: User) -> Row:
    """By mail. Who has an account already is not tied by their address alone: an admin ties them, or their diploma."""
    place = {"event": event.name, "group": participant.display_name}
    [row] = invitations.invite([who], Role.PLAYER, language=language, by=by, place=place)
    if row.invitation is not None:
        db.session.merge(InvitedPlayer(invitation_id=row.invitation.id, participant_id=participant.id))
        db.session.flush()
    return row


# When they come ---------------------------------------------------------------------------------------------------


def _participants(invitation: Invitation) -> list[Participant]:
    wanted = select(Participant).join(InvitedPlayer, InvitedPlayer.participant_id == Participant.id)
    return list(
        db.session.scalars(wanted.where(InvitedPlayer.invitation_id == invitation.id).order_by(Participant.event_id))
    )


def lock_events(invitation: Invitation) -> None:
    for participant in _participants(invitation):
        locked(Event, participant.event_id)


def let_in(invitation: Invitation, user: User) -> None:
    for participant in _participants(invitation):
        if db.session.get(Tie, participant.id) is None:
            tie(participant, user, How.INVITATION, by=user)


invitations.when_taken.append(lock_events)
invitations.when_accepted.append(let_in)


# What is held of somebody -------------------------------------------------------------------------------------------


@source("participations")
def _participations(user: User) -> Rows:
    ties = db.session.scalars(select(Tie).where(Tie.user_id == user.id).order_by(Tie.participant_id))
    return ({**row_of(one, "how", "tied_at"), **row_of(one.participant, "display_name", "event_id")} for one in ties)
