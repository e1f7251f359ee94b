"""How every sign-in ends, whichever way it began: at once, or after a second step.

return sign_in(user, next_url=form.next.data)        # the caller has made sure who it is
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from flask import abort, current_app, request, session
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import i18n, web
from ..extensions import client_address, db
from . import actions, devices, profile, queries, second_step, throttle
from .models import User
from .queries import fold_email
from .tokens import token_hash

HALF_WAY = 600
"""Seconds to type a code in."""


@dataclass(frozen=True)
class HalfWay:
    """Somebody who has shown who they are, and has yet to type a code."""

    user: User
    next_url: str


def sign_in(user: User, *, next_url: str | None = None) -> Response:
    """Open a session and go on; or ask for the second step first, if the user has one. Commits."""
    if not user.active:
        abort(403, description=_("This account is shut. Ask an organiser."))
    if second_step.is_on(user):
        session.clear()
        session["half_way"] = {"user": user.id, "at": int(time.time()), "stamp": _stamp(user), "next": next_url or "/"}
        return web.go_to("second_step.ask")
    return finish(user, next_url)


def guard_of(user: User | None, typed: str) -> throttle.Guard:
    """What a try to sign in as this user counts against; or as nobody, under the name that was typed."""
    address = client_address()
    device = devices.known_to(user)
    known_place = user is not None and device is None and queries.signed_in_from(user, address)
    account = f"#{user.id}" if user else fold_email(typed)
    return throttle.sign_in(account, address, device=device, known_place=known_place)


def finish(user: User, next_url: str | None) -> Response:
    profile.adopt(user, i18n.chosen_here())
    token = actions.open_session(user, address=client_address(), browser=request.user_agent.string)
    db.session.commit()
    start_session(token)
    answer = web.go_to_url(next_url if next_url and web.is_local(next_url) else "/")
    i18n.choose(language=user.language, theme=user.theme)
    devices.remember(answer, user)
    return answer


def half_way() -> HalfWay | None:
    """Who is between the two steps in this browser, unless it took them too long or their password changed since."""
    kept = session.get("half_way")
    if not kept or kept["at"] < time.time() - HALF_WAY:
        return None
    user = db.session.get(User, kept["user"])
    if user is None or not user.active or kept["stamp"] != _stamp(user):
        return None
    return HalfWay(user, kept["next"])


def start_session(token: str) -> None:
    """Nothing of the session before survives: whoever planted a cookie gains nothing by a sign-in."""
    session.clear()
    session.permanent = True
    session["_user_id"] = token


def _stamp(user: User) -> str:
    step = second_step.of(user)
    return token_hash(f"{current_app.config['SECRET_KEY']} {user.password_hash} {step and step.secret}")[:20]
