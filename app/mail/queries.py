from __future__ import annotations

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import func, select

from ..extensions import db
from .models import Mail, MailState

PER_PAGE = 50


def page_of(state: MailState | None, page: int) -> Pagination:
    """The outbox, the newest first."""
    wanted = select(Mail).order_by(Mail.id.desc())
    if state is not None:
        wanted = wanted.where(Mail.state == state)
    return db.paginate(wanted, page=page, per_page=PER_PAGE, error_out=False)


def count_by_state() -> dict[MailState, int]:
    rows = db.session.execute(select(Mail.state, func.count()).group_by(Mail.state))
    return {row[0]: row[1] for row in rows}


def last_sent_by_hand(kind: str, to: str | None) -> Mail | None:
    """The newest of this kind to this address that somebody had sent, rather than its reader."""
    wanted = select(Mail).where(Mail.kind == kind, Mail.recipient == to, Mail.caused_by_id.is_not(None))
    return db.session.scalar(wanted.order_by(Mail.id.desc()).limit(1))
