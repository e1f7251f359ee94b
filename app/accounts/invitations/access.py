from __future__ import annotations

from typing import NoReturn

from flask import abort
from flask_babel import gettext as _

from ... import web
from ...database import locked
from ...extensions import db
from ..access import me
from ..models import Role, User
from . import queries
from .models import Invitation


def can_invite(user: User, role: Role) -> bool:
    return role in queries.may_give(user.role)


def invitation_to_change(invitation_id: int) -> Invitation:
    """Locked; one to a role that the reader may give."""
    invitation = db.session.get(Invitation, invitation_id)
    if invitation is None or not can_invite(me(), invitation.role):
        abort(404)
    return locked(Invitation, invitation_id)


def invitation_to_accept(token: str) -> Invitation:
    """404 where there never was one, 410 where it is over."""
    invitation = queries.by_token(token) or abort(404, description=_("This link belongs to no invitation."))
    return invitation if queries.can_be_accepted(invitation) else it_is_over()


def it_is_over() -> NoReturn:
    title, detail = (
        _("This invitation is over"),
        _("It was used, revoked or is too old. Ask whoever invited you for another."),
    )
    abort(web.error_answer(410, title, detail, "gone"))
