"""Private links for judges without accounts: made and printed by admins, and the way in through one."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Flask, abort, flash, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from ... import qr, web
from ...accounts.access import allow, me
from ...accounts.models import Role
from ...accounts.tokens import token_hash
from ...database import locked, now
from ...events.access import event_to_change, event_to_manage, part_of
from ...events.models import Activity, Event, Group
from ...events.queries import groups
from ...extensions import client_address, db, limiter
from ..access import JUDGE, judge
from . import actions, queries
from .forms import LinkForm, NameForm
from .models import JudgeLink

bp = Blueprint("judges", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


def opened_nothing(response: Response) -> bool:
    return response.status_code >= 400


@bp.get("/events/<int:event_id>/judges")
@allow(Role.ADMIN)
def index(event_id: int) -> Response:
    event = event_to_manage(event_id)
    return links_page(event, LinkForm(groups(event), event.activities))


@bp.post("/events/<int:event_id>/judges")
@allow(Role.ADMIN)
def create(event_id: int) -> Response:
    """The card itself: the token is not kept, so no other page could show it."""
    event = event_to_change(event_id)
    form = LinkForm(groups(event), event.activities)
    if not form.validate():
        return links_page(event, form, 422)
    group = part_of(event, Group, form.group.data)
    activity = part_of(event, Activity, form.activity.data) if form.activity.data else None
    until = now() + timedelta(hours=int(form.hours.data))
    link, token = actions.make_link(event, group, activity, until, by=me())
    db.session.commit()
    url = url_for("judges.enter", token=token, _external=True)
    return web.render("judges/card.html", event=event, link=link, url=url, qr=qr.drawn(url))


@bp.post("/events/<int:event_id>/judges/<int:link_id>/revoke")
@allow(Role.ADMIN)
def revoke(event_id: int, link_id: int) -> Response:
    event = event_to_change(event_id)
    link = db.session.get(JudgeLink, link_id)
    if link is None or link.event_id != event.id:
        abort(404)
    actions.revoke_link(event, link, by=me())
    db.session.commit()
    flash(_("The link opens nothing any more."), "ok")
    return web.go_to("judges.index", event_id=event.id)


@bp.get("/judge")
@web.public
def show() -> Response:
    """The sheets that the link opens."""
    who = judge()
    link = queries.live_link(who.link_id) if who else None
    if who is None or link is None:
        return web.render("judges/enter.html", form=None, link=None)
    return web.render("judges/show.html", judge=who, link=link, activities=queries.activities_of(link))


@bp.get("/judge/<token>")
@web.public
def enter(token: str) -> Response:
    """Nothing is opened yet: a preview of the link would do it otherwise."""
    return enter_page(NameForm(formdata=None, data={"token": token}), queries.link_with(token_hash(token)))


@bp.post("/judge")
@web.public
@limiter.limit("60/minute", key_func=client_address, deduct_when=opened_nothing)
def start() -> Response:
    form = NameForm()
    link = queries.link_with(token_hash(form.token.data or ""))
    if link is None or not form.validate():
        return enter_page(form, link, 422)
    who = actions.open_link(locked(Event, link.event_id), link, form.name.data)
    activities = queries.activities_of(link)
    db.session.commit()
    session[JUDGE] = [link.id, who.typed]
    if link.activity_id is not None and activities:
        return web.go_to("scoring.show", group_id=link.group_id, activity_id=link.activity_id)
    return web.go_to("judges.show")


def enter_page(form: NameForm, link: JudgeLink | None, status: int = 200) -> Response:
    return web.render("judges/enter.html", status=status if link else 403, form=form, link=link)


def links_page(event: Event, form: LinkForm, status: int = 200) -> Response:
    links = queries.links_of(event)
    return web.render("judges/index.html", status=status, event=event, form=form, links=links, moment=now())
