"""Team logins: made and printed by admins, opened with a code by a group's helpers."""

from __future__ import annotations

from typing import NamedTuple

from flask import abort, flash, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from .. import qr, web
from ..accounts import actions as accounts
from ..accounts.access import allow, me
from ..accounts.blueprint import was_refused
from ..accounts.models import Role
from ..accounts.queries import sessions_by_user
from ..accounts.signing_in import sign_in
from ..extensions import client_address, db, limiter
from . import access, queries, team_actions
from .blueprint import bp
from .models import Event, Group
from .staff_forms import JoinForm, TeamsForm
from .team_codes import code_hash


@bp.get("/events/<int:event_id>/teams")
@allow(Role.ADMIN)
def teams(event_id: int) -> Response:
    event = access.event_to_manage(event_id)
    return teams_page(event, TeamsForm(queries.groups(event)))


@bp.post("/events/<int:event_id>/teams")
@allow(Role.ADMIN)
def make_teams(event_id: int) -> Response:
    """The cards themselves: the codes are not kept, so no other page could show them."""
    event = access.event_to_change(event_id)
    groups = queries.groups(event)
    form = TeamsForm(groups)
    if not form.validate():
        return teams_page(event, form, status=422)
    wanted = [group for group in groups if group.id in form.groups.data]
    codes = team_actions.make_logins(event, wanted, _("%s: helpers"), by=me())
    db.session.commit()
    cards = [(group, codes[group.id], qr_code(codes[group.id])) for group in wanted]
    return web.render("events/cards.html", event=event, cards=cards, join_at=join_address())


@bp.post("/events/<int:event_id>/teams/<int:group_id>/revoke")
@allow(Role.ADMIN)
def revoke_team(event_id: int, group_id: int) -> Response:
    event = access.event_to_change(event_id)
    group = access.part_of(event, Group, group_id)
    team_actions.revoke_login(event, group, by=me())
    db.session.commit()
    flash(_("The code of %(name)s opens nothing any more.", name=group.name), "ok")
    return web.go_to("events.teams", event_id=event.id)


@bp.post("/events/<int:event_id>/teams/<int:group_id>/devices/<int:session_id>/end")
@allow(Role.ADMIN)
def end_team_session(event_id: int, group_id: int, session_id: int) -> Response:
    """One lost phone: the others of the team go on."""
    event = access.event_to_manage(event_id)
    group = access.part_of(event, Group, group_id)
    ending = team_actions.session_of_team(group, session_id) or abort(404)
    accounts.end_session(ending, by=me())
    db.session.commit()
    flash(_("That device is signed out."), "ok")
    return web.go_to("events.teams", event_id=event.id)


@bp.get("/join")
@web.public
def join() -> Response:
    return web.render("events/join.html", form=JoinForm())


@bp.get("/join/<code>")
@web.public
def join_with(code: str) -> Response:
    """From a card. Nothing is asked or opened yet: a preview of the link would do it otherwise."""
    return web.render("events/join.html", form=JoinForm(data={"code": code[:40]}), given=True)


@bp.post("/join")
@web.public
@limiter.limit("60/minute", key_func=client_address, deduct_when=was_refused)
def open_team_session() -> Response:
    form = JoinForm()
    login = queries.team_login_for(code_hash(form.code.data)) if form.validate() else None
    if login is None:
        return refuse(form)
    answer = sign_in(login.user, next_url=url_for("scoring.index"))
    flash(_("You write down the values of %(group)s.", group=login.group.name), "ok")
    return answer


def refuse(form: JoinForm) -> Response:
    if form.code.data:
        accounts.refuse_sign_in(None, address=client_address())
        db.session.commit()
        form.code.errors = [_("This code opens nothing. Look at the card again, or ask an organiser.")]
    return web.render("events/join.html", form=form, status=422)


def qr_code(code: str) -> Markup:
    return qr.drawn(web.public_url_for("events.join_with", code=code))


def teams_page(event: Event, form: TeamsForm, *, status: int = 200) -> Response:
    logins = {login.group_id: login for login in queries.team_logins(event) if login.code_hash}
    groups = queries.groups(event)
    return web.render(
        "events/teams.html",
        status=status,
        event=event,
        form=form,
        groups=groups,
        logins=logins,
        devices=sessions_by_user([login.user_id for login in logins.values()]),
        join_at=join_address(),
    )


class Address(NamedTuple):
    words: str
    opens_on_phones: bool


def join_address() -> Address:
    """Where the cards send people, as it is typed."""
    url = web.public_url_for("events.join")
    return Address(url.partition("://")[2], web.opens_on_phones(url))
