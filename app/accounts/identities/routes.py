"""Signing in through osu! or GitHub, and linking them to an account that exists."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask, abort, flash, request
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from ... import web
from ...database import begin_writing
from ...extensions import client_address, db, limiter
from .. import signing_in
from ..access import allow, is_signed_in, me
from ..models import Role, User
from . import actions, failures, flow
from .flow import Arrival
from .services import Service, service, services

bp = Blueprint("identities", __name__)

TRIES = 3
"""Somebody may take the same username, or arrive a second time, at the same moment."""


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.add_template_global(services, "services_to_sign_in_through")


def has_failed(response: Response) -> bool:
    return response.status_code >= 400


# Only what fails counts: a hall full of people behind one router signs in at the same minute.
limit_failures = limiter.limit("60/minute", key_func=client_address, deduct_when=has_failed)


@bp.get("/sign-in/<provider>")
@web.public
def begin(provider: str) -> Response:
    at, next_url = service_or_404(provider), request.args.get("next", "/")
    if is_signed_in():
        return web.go_to("home.show")
    return flow.leave(at, "sign-in", next_url=next_url)


@bp.get("/sign-in/<provider>/callback")
@web.public
@limit_failures
def come_back(provider: str) -> Response:
    return flow.come_back(service_or_404(provider))


@flow.purpose("sign-in")
def sign_in(arrival: Arrival) -> Response:
    user = settled(lambda: actions.sign_in_or_up(arrival.service, arrival.profile, arrival.tokens))
    # Whatever is still asked of them before they are in: what the service said of them is kept.
    db.session.commit()
    begin_writing()
    return signing_in.sign_in(user, next_url=arrival.trip.next)


@bp.post("/account/services/<provider>")
@allow(Role.PLAYER, shared=False)
def begin_link(provider: str) -> Response:
    return flow.leave(service_or_404(provider), "link", data=str(me().id))


@flow.purpose("link")
def link(arrival: Arrival) -> Response:
    def linked() -> User:
        if not is_signed_in() or str(me().id) != arrival.trip.data:
            raise failures.NotYou
        actions.link(me(), arrival.service, arrival.profile, arrival.tokens)
        return me()

    settled(linked)
    db.session.commit()
    words = {"service": arrival.service.title, "name": arrival.profile.username}
    flash(_("You can sign in through %(service)s now, as %(name)s.", **words), "ok")
    return web.go_to("accounts.show_ways_in")


@bp.post("/account/services/<provider>/unlink")
@allow(Role.PLAYER, shared=False)
def unlink(provider: str) -> Response:
    at = service_or_404(provider)
    try:
        actions.unlink(me(), at)
        db.session.commit()
    except failures.Failure as failure:
        db.session.rollback()
        return flow.show_failure(at, None, failure)
    flash(_("%(service)s opens this account no more.", service=at.title), "ok")
    return web.go_to("accounts.show_ways_in")


def settled(act: Callable[[], User]) -> User:
    """Act in a transaction that may write, and again if somebody else was faster by a moment. Does not commit."""
    for _try in range(TRIES - 1):
        begin_writing()
        try:
            return act()
        except IntegrityError:
            db.session.rollback()
    begin_writing()
    return act()


def service_or_404(provider: str) -> Service:
    return service(provider) or abort(404)
