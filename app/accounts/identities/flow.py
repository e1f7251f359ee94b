"""Setting out for another service, and what happens when somebody comes back.

A feature that sends people there names its purpose and what to do with whoever arrives:

    @purpose("invitation")
    def accept(arrival: Arrival) -> Response: ...       # may raise Failure; commits

    return leave(service, "invitation", data=token)     # to the service's page, and back to `accept`
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from flask import redirect, request
from werkzeug.wrappers import Response

from ... import web
from ...extensions import db
from . import failures, trips
from .services import Profile, Service, Tokens
from .trips import Trip

log = structlog.get_logger()

HOME = "identities.come_back"


@dataclass(frozen=True)
class Arrival:
    """Somebody whom the service has just vouched for."""

    service: Service
    trip: Trip
    profile: Profile
    tokens: Tokens


Arrive = TypeVar("Arrive", bound=Callable[[Arrival], Response])
Fail = Callable[[Service, Trip | None, failures.Failure], Response]


@dataclass(frozen=True)
class Purpose:
    arrive: Callable[[Arrival], Response]
    failed: Fail


purposes: dict[str, Purpose] = {}


def purpose(name: str, *, failed: Fail | None = None) -> Callable[[Arrive], Arrive]:
    """`failed` answers when they do not arrive, with a page of its own unless something else is given."""

    def register(arrive: Arrive) -> Arrive:
        purposes[name] = Purpose(arrive, failed or show_failure)
        return arrive

    return register


def leave(service: Service, name: str, *, next_url: str = "/", data: str = "", callback: str = HOME) -> Response:
    """`callback` is an endpoint without arguments that answers with `come_back`, and is registered at the service."""
    trip, browser = trips.begin(service.provider, name, next_url=next_url, data=data, callback=callback)
    page = service.page_to_agree_on(redirect_uri(service, callback), trips.state(trip), trip.verifier)
    answer = redirect(page, 303)
    answer.headers["Cache-Control"] = "no-store"
    trips.bind(answer, browser)
    return answer


def come_back(service: Service, callback: str = HOME) -> Response:
    trip = None
    try:
        trip = trips.read(request.args.get("state", ""), service.provider, callback)
        trips.end(trip)
        answer = purposes[trip.purpose].arrive(arrival(service, trip))
    except failures.Failure as failure:
        db.session.rollback()
        log.info("trip_failed", service=service.provider.value, why=type(failure).__name__)
        failed = purposes[trip.purpose].failed if trip else show_failure
        answer = failed(service, trip, failure)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def arrival(service: Service, trip: Trip) -> Arrival:
    """Asks the service, so no transaction may be open. Raises Failure."""
    error, code = request.args.get("error"), request.args.get("code")
    if error == "access_denied":
        raise failures.Denied
    if error in {"server_error", "temporarily_unavailable"}:
        raise failures.Away
    if error or not code:
        raise failures.CodeRefused
    tokens = service.exchange(code, redirect_uri(service, trip.callback), trip.verifier)
    profile = service.profile(tokens.access)
    if profile.restricted:
        raise failures.Restricted
    return Arrival(service, trip, profile, tokens)


def redirect_uri(service: Service, callback: str) -> str:
    values = {"provider": service.provider.value} if callback == HOME else {}
    return web.public_url_for(callback, **values)


def show_failure(service: Service, trip: Trip | None, failure: failures.Failure) -> Response:
    title, detail = failure.words(service.title)
    answer = web.render(
        "accounts/trip_failed.html",
        status=failure.status,
        title=title,
        detail=detail,
        is_theirs=failure.status >= 500,
        service=service,
        trip=trip,
    )
    if failure.retry_after:
        answer.headers["Retry-After"] = str(failure.retry_after)
    return answer
