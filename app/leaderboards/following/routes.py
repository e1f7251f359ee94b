"""Whose results somebody with an account is sent mail about."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from ... import web
from ...accounts.access import allow, me
from ...accounts.models import Role
from ...events.access import event_to_watch
from ...events.models import Event, Participant
from ...extensions import client_address, db, limiter
from . import actions

bp = Blueprint("following", __name__)

ADDRESS = "/events/<int:event_id>/follow/<int:participant_id>"


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/account/following")
@allow(Role.PLAYER, shared=False)
def index() -> Response:
    return web.render("following/index.html", follows=actions.followed_by(me()))


@bp.get(ADDRESS)
@allow(Role.PLAYER, shared=False)
def show(event_id: int, participant_id: int) -> Response:
    event = event_to_watch(event_id)
    participant = participant_of(event, participant_id)
    return web.render(
        "following/show.html",
        event=event,
        participant=participant,
        link=request.args.get("link"),
        follows=actions.following(me(), participant.id) is not None,
    )


@bp.post(ADDRESS)
@allow(Role.PLAYER, shared=False)
@limiter.limit("60/minute", key_func=client_address)
def create(event_id: int, participant_id: int) -> Response:
    event = event_to_watch(event_id)
    participant = participant_of(event, participant_id)
    actions.follow(event, participant, by=me())
    db.session.commit()
    flash(_("You are sent mail when a result of %(name)s changes.", name=participant.display_name), "ok")
    return web.go_to("following.index")


@bp.post("/account/following/<int:participant_id>/delete")
@allow(Role.PLAYER, shared=False)
def delete(participant_id: int) -> Response:
    actions.unfollow(me(), participant_id)
    db.session.commit()
    flash(_("No more mail about them."), "ok")
    return web.go_to("following.index")


def participant_of(event: Event, participant_id: int) -> Participant:
    """404 for somebody whom the reader cannot know of."""
    found = db.session.get(Participant, participant_id)
    if found is None or found.event_id != event.id or not actions.may_follow(event, found, me()):
        abort(404)
    return found
