"""Inviting people to an event's pool, and what happens when they come. Wants the event's row locked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from ..accounts.invitations import actions as invitations
from ..accounts.invitations.actions import Outcome, Row
from ..accounts.invitations.addresses import Invited
from ..accounts.invitations.models import Invitation
from ..accounts.models import Role, User
from ..database import locked
from ..extensions import db
from . import actions, queries
from .models import Event, Group, InvitedEvaluator


def invite(event: Event, people: Sequence[Invited], group: Group | None, *, language: str, by: User) -> list[Row]:
    """Who evaluates here already gets no mail, but a place in the pool and in the group."""
    rows = invitations.invite(people, Role.EVALUATOR, language=language, by=by, place=_place(event, group))
    for row in rows:
        if row.invitation is not None:
            _lead_to(row.invitation, event, group)
        elif row.outcome is Outcome.HAS_ACCOUNT and row.user is not None and row.user.active:
            _add(event, group, row.user, by=by)
    return rows


def invite_by_link(
    event: Event, group: Group | None, *, most: int, good_for: timedelta, language: str, by: User
) -> tuple[Invitation, str]:
    invitation, token = invitations.invite_by_link(
        Role.EVALUATOR, most=most, good_for=good_for, language=language, by=by, place=_place(event, group)
    )
    _lead_to(invitation, event, group)
    return invitation, token


def invitation_ids(event: Event) -> list[int]:
    wanted = select(InvitedEvaluator.invitation_id).where(InvitedEvaluator.event_id == event.id)
    return list(db.session.scalars(wanted))


def _lead_to(invitation: Invitation, event: Event, group: Group | None) -> None:
    group_id = group.id if group else None
    db.session.merge(InvitedEvaluator(invitation_id=invitation.id, event_id=event.id, group_id=group_id))
    db.session.flush()


def _place(event: Event, group: Group | None) -> dict[str, str]:
    return {"event": event.name, "group": group.name if group else ""}


def _add(event: Event, group: Group | None, user: User, *, by: User) -> None:
    if not queries.is_in_pool(event, user):
        actions.add_evaluators(event, [user], by=by)
        db.session.flush()
    if group is not None:
        actions.assign(event, {user.id: group}, by=by)


# When they come ---------------------------------------------------------------------------------------------------


def _places(invitation: Invitation) -> Sequence[InvitedEvaluator]:
    wanted = select(InvitedEvaluator).where(InvitedEvaluator.invitation_id == invitation.id)
    return db.session.scalars(wanted.order_by(InvitedEvaluator.event_id)).all()


def lock_events(invitation: Invitation) -> None:
    for place in _places(invitation):
        locked(Event, place.event_id)


def let_in(invitation: Invitation, user: User) -> None:
    """Into each event that is still open to it."""
    for place in _places(invitation):
        event = db.session.get_one(Event, place.event_id)
        group = db.session.get(Group, place.group_id) if place.group_id else None
        if event.can_change_plan:
            _add(event, group, user, by=user)


invitations.when_taken.append(lock_events)
invitations.when_accepted.append(let_in)
