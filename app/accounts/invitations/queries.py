from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from ...database import now
from ...extensions import db
from ..models import Role, User
from ..tokens import token_hash
from .models import Acceptance, Invitation

PER_PAGE = 50


def by_token(token: str) -> Invitation | None:
    """Whatever has become of it; `is_open` says whether it may be taken up."""
    wanted = select(Invitation).where(Invitation.token_hash == token_hash(token))
    return db.session.scalar(wanted.options(joinedload(Invitation.invited_by)))


def is_open() -> ColumnElement[bool]:
    """Neither revoked nor too old nor used up, and whoever invited may still do so: a shut account lets nobody in."""
    inviter = aliased(User)
    ranks = {role: [other for other in Role if role in may_give(other)] for role in Role}
    still_may = exists().where(
        inviter.id == Invitation.invited_by_id,
        inviter.active,
        or_(*(and_(Invitation.role == role, inviter.role.in_(givers)) for role, givers in ranks.items() if givers)),
    )
    return and_(
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now(),
        Invitation.taken < Invitation.most,
        or_(Invitation.invited_by_id.is_(None), still_may),
    )


def may_give(role: Role) -> list[Role]:
    """The roles that somebody of this one may invite to."""
    if role is Role.SUPER_ADMIN:
        return list(Role)
    return [Role.PLAYER, Role.EVALUATOR] if role is Role.ADMIN else []


def can_be_accepted(invitation: Invitation) -> bool:
    return db.session.scalar(select(Invitation.id).where(Invitation.id == invitation.id, is_open())) is not None


def shown_to(user: User, only: Sequence[int] | None = None) -> Select[Invitation]:
    """Those to roles that the user may give, the newest first; of these ids alone, where some are given."""
    wanted = (
        select(Invitation)
        .where(Invitation.role.in_(may_give(user.role)))
        .options(
            joinedload(Invitation.mail),
            joinedload(Invitation.invited_by),
            selectinload(Invitation.acceptances).joinedload(Acceptance.user),
        )
        .order_by(Invitation.id.desc())
    )
    return wanted if only is None else wanted.where(Invitation.id.in_(only))


def page_for(user: User, page: int) -> Pagination:
    return db.paginate(shown_to(user), page=page, per_page=PER_PAGE, error_out=False)


def accounts_of(emails: Iterable[str]) -> dict[str, User]:
    found = db.session.scalars(select(User).where(User.email.in_(list(emails))))
    return {user.email: user for user in found if user.email}


def open_for(emails: Iterable[str]) -> dict[str, Invitation]:
    found = db.session.scalars(select(Invitation).where(Invitation.email.in_(list(emails)), is_open()))
    return {invitation.email: invitation for invitation in found if invitation.email}


def ever_invited(email: str) -> bool:
    return db.session.scalar(select(Invitation.id).where(Invitation.email == email).limit(1)) is not None
