"""What people say of themselves, and what public lists call them. Commits nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select

from .. import audit
from ..database import now
from ..extensions import db
from .models import FormerUsername, User

FIELDS = ("name", "username", "nickname", "bio", "visible_to", "language", "theme")


def change(user: User, wanted: Mapping[str, object], *, by: User) -> bool:
    """Take over those of FIELDS that are there; whether any is another now. The log names them, not what they say."""
    changed = [name for name in FIELDS if name in wanted and getattr(user, name) != wanted[name]]
    if "username" in changed:
        db.session.merge(FormerUsername(username=user.username, user_id=user.id, given_up_at=now()))
    for name in changed:
        setattr(user, name, wanted[name])
    if changed:
        audit.record(None, "user.profile", by=by, subject=user, payload={"fields": changed})
    return bool(changed)


def adopt(user: User, chosen: Mapping[str, object]) -> None:
    """Take over what they chose in this browser before they signed in, unless they have chosen as themselves."""
    if not user.shared:
        change(user, {name: value for name, value in chosen.items() if not getattr(user, name)}, by=user)


def public_names(user_ids: Collection[int]) -> dict[int, str]:
    """What to call these people where everybody reads it: by their nickname, if they have one."""
    rows = db.session.execute(select(User.id, User.nickname, User.name).where(User.id.in_(user_ids)))
    return {user_id: nickname or name for user_id, nickname, name in rows}
