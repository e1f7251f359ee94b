"""Team logins: how a group's helpers sign in without accounts. Wants the event's row locked, and commits nothing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from .. import audit
from ..accounts import actions as accounts
from ..accounts.models import LoginSession, User
from ..database import now
from ..extensions import db
from . import queries, team_codes
from .models import Event, EventEvaluator, Group, GroupEvaluator, TeamLogin
from .revisions import touch


def make_logins(event: Event, groups: Sequence[Group], helpers: str, *, by: User) -> dict[int, str]:
    """A new code for each of these groups, by its id; they cannot be shown again, and older ones open nothing more.

    `helpers` is what to call them all, with the name of their group in it: "%s: helpers".
    """
    known = {login.group_id: login for login in queries.team_logins(event)}
    codes = {group.id: team_codes.new_code() for group in groups}
    for group in groups:
        login = known.get(group.id) or _new_login(event, group, by)
        login.user.name = (helpers % group.name)[:120]
        accounts.end_sessions(login.user)
        login.user.active = True
        login.code_hash = team_codes.code_hash(codes[group.id])
        login.made_at = now()
        db.session.merge(EventEvaluator(event_id=event.id, user_id=login.user_id))
        db.session.flush()
        db.session.merge(GroupEvaluator(event_id=event.id, user_id=login.user_id, group_id=group.id))
        audit.record(event, "team_login.make", by=by, subject=group, payload={"name": login.user.name})
    if codes:
        db.session.flush()
        touch(event)
    return codes


def _new_login(event: Event, group: Group, by: User) -> TeamLogin:
    user = accounts.create_shared_user(group.name, by=by)
    login = TeamLogin(event_id=event.id, group_id=group.id, user_id=user.id, user=user, made_at=now())
    db.session.add(login)
    return login


def session_of_team(group: Group, session_id: int) -> LoginSession | None:
    """A session of the group's helpers, unless it has ended."""
    login, session = db.session.get(TeamLogin, group.id), db.session.get(LoginSession, session_id)
    if login is None or session is None or session.user_id != login.user_id or session.revoked_at:
        return None
    return session


def revoke_login(event: Event, group: Group, *, by: User) -> None:
    """Whoever is signed in with its code is out, and out of the pool. What they wrote stays."""
    login = db.session.get(TeamLogin, group.id)
    if login is None or login.code_hash is None:
        return
    login.code_hash = None
    accounts.set_active(login.user, False, by=by)
    member = db.session.get(EventEvaluator, (event.id, login.user_id))
    if member is not None:
        db.session.delete(member)
    db.session.flush()
    audit.record(event, "team_login.revoke", by=by, subject=group, payload={"name": login.user.name})
    touch(event)


def sign_out_teams(event: Event) -> None:
    users = select(User).join(TeamLogin, TeamLogin.user_id == User.id).where(TeamLogin.event_id == event.id)
    for user in db.session.scalars(users):
        accounts.end_sessions(user)
