"""Who is asking, and the rules that guard whole endpoints. Rules about single rows stand with their features."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, abort, after_this_request, current_app, g, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import update
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.local import LocalProxy
from werkzeug.wrappers import Response

from .. import i18n, web
from ..database import now
from ..extensions import csrf, db, login
from . import access_tokens, queries, second_step
from .actions import TOKEN_PREFIX
from .models import Audience, LoginSession, PersonalToken, Role, Scope, User

View = TypeVar("View", bound=Callable[..., Any])

SEEN_EVERY = timedelta(minutes=5)
BEARER = WWWAuthenticate("bearer")


def init_app(app: Flask) -> None:
    login.session_protection = None
    login.init_app(app, add_context_processor=False)
    login.user_loader(_user_of_session)
    login.request_loader(_user_of_token)
    # Asked for only where a template asks: the page that says the database is away must not need it.
    app.context_processor(lambda: {"current_user": current_user, "signed_in": LocalProxy(is_signed_in)})


def allow(role: Role, *, shared: bool = True) -> Callable[[View], View]:
    """Let a view be called only by people whose role includes this one; send strangers to sign in.

    With `shared=False`, not by a team either: what belongs to a person.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return to_sign_in()
            if not current_user.role.includes(role) or (current_user.shared and not shared):
                abort(403)
            if second_step.is_missing(me()) and not _sets_it_up():
                return web.go_to("second_step.show")
            return view(*args, **kwargs)

        guarded.for_teams = shared  # type: ignore[attr-defined]
        return web.marked(cast(View, guarded), role.value)

    return guard


def _sets_it_up() -> bool:
    return request.blueprint == "second_step" or request.endpoint == "accounts.sign_out"


def allow_token(role: Role, scope: Scope) -> Callable[[View], View]:
    """The same for scripts: only a token with this scope opens it, so neither cookies nor CSRF play a part."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                abort(401, description=_("Send a token that is still valid."), www_authenticate=BEARER)
            if scope not in g.scopes:
                raise web.json_refusal(
                    403, "wrong_scope", _("This token lacks the scope %(scope)s.", scope=scope.value)
                )
            if not current_user.role.includes(role):
                abort(403)
            return view(*args, **kwargs)

        return web.marked(cast(View, csrf.exempt(guarded)), f"token:{role.value}:{scope.value}")

    return guard


def public_to_scripts(view: View) -> View:
    """Mark an endpoint that asks for no token: no cookie counts there, so none can be misused."""
    return web.public(cast(View, csrf.exempt(view)))


def other_person(user_id: int) -> User:
    """Nobody may lower or shut out themselves: an installation always keeps somebody who can let others in."""
    if user_id == me().id:
        abort(409, description=_("You cannot change your own role or access. Ask another super admin."))
    user = db.session.get(User, user_id)
    return user if user is not None and not user.shared else abort(404)


def me() -> User:
    """The signed-in user, in a view that `allow` guards."""
    return cast(User, current_user._get_current_object())


def my_session() -> LoginSession:
    """The session through which this request came in."""
    return cast(LoginSession, g.login_session)


def is_signed_in() -> bool:
    """Whether this request came with a live session. Without a cookie this asks no database."""
    return "_user_id" in session and bool(current_user.is_authenticated)


def may_see_profile(user: User) -> bool:
    """Whether whoever asks may see this person's profile and picture."""
    if user.visible_to is Audience.EVERYONE:
        return True
    return bool(current_user.is_authenticated) and (user.visible_to is Audience.SIGNED_IN or me().id == user.id)


def to_sign_in() -> Response:
    """Scripts get a 401; an open htmx page is sent to sign in and back to itself; a page likewise."""
    if web.wants_json():
        abort(401)
    if web.wants_piece():
        return Response(status=204, headers={"HX-Redirect": url_for("accounts.sign_in", next=web.open_page())})
    back = request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else "/"
    return redirect(url_for("accounts.sign_in", next=back), 303)


def _user_of_session(token: str) -> User | None:
    if web.is_json_path():
        return None
    settings = current_app.config["SETTINGS"]
    moment = now()
    found = queries.live_session(token, moment - settings.session_idle, moment - settings.session_absolute)
    if found is None:
        return None
    if moment - found.last_seen_at > SEEN_EVERY:
        _mark_seen(LoginSession, LoginSession.last_seen_at.key, found.id)
    g.login_session = found
    i18n.choose(language=found.user.language, theme=found.user.theme)
    return found.user


def _user_of_token(_request: object) -> User | None:
    kind, _space, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not web.is_json_path():
        return None
    text = text.strip()
    return _user_of_personal_token(text) if text.startswith(TOKEN_PREFIX) else _user_of_program(text)


def _user_of_personal_token(text: str) -> User | None:
    token = queries.live_token(text)
    if token is None:
        return None
    if token.last_used_at is None or now() - token.last_used_at > SEEN_EVERY:
        _mark_seen(PersonalToken, PersonalToken.last_used_at.key, token.id)
    g.scopes = frozenset(token.scopes.split())
    return token.user


def _user_of_program(text: str) -> User | None:
    session_id = access_tokens.session_in(text)
    found = queries.program_session(session_id) if session_id else None
    if found is None:
        return None
    if now() - found.last_seen_at > SEEN_EVERY:
        _mark_seen(LoginSession, LoginSession.last_seen_at.key, found.id)
    g.scopes, g.login_session = frozenset(Scope), found
    return found.user


def _mark_seen(model: type[LoginSession] | type[PersonalToken], column: str, row_id: int) -> None:
    """Note the visit when the request ends: a page that is only read asks for no write lock while it works."""

    def note(response: Response) -> Response:
        db.session.remove()
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            connection.execute(update(model).where(model.id == row_id).values({column: now()}))
        return response

    after_this_request(note)
