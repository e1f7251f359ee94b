"""Signing up, in and out over JSON: for programs that people use, where a personal token is for scripts."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_babel import gettext as _
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError

from ..accounts import access_tokens, actions, devices, queries, second_step, signing_in, throttle
from ..accounts.access import allow_token, me, public_to_scripts
from ..accounts.models import LoginSession, Role, Scope, User
from ..accounts.passwords import hash_password, verify_password
from ..extensions import client_address, db, limiter
from .account_schemas import Credentials, Me, RefreshRequest, Registration, Tokens
from .blueprint import bp
from .errors import refusal
from .exchange import answer_with, body_of
from .openapi import documented
from .schemas import Error, ItemErrors

FORM_ERRORS: dict[int, type[BaseModel]] = {400: Error, 413: Error, 415: Error, 422: ItemErrors, 429: Error}


@bp.post("/auth/register")
@public_to_scripts
@documented("Sign up as a player", answer=Tokens, body=Registration, status=201, errors={409: Error, **FORM_ERRORS})
@limiter.limit("60/minute", key_func=client_address, error_message=lambda: _("Too many requests."))
def register() -> Response:
    form = body_of(Registration)
    password_hash = hash_password(form.password)
    if queries.user_by_email(form.email):
        raise refusal(409, "email_taken", _("Somebody with this address is here already."))
    if form.username and queries.user_by_username(form.username):
        raise refusal(409, "username_taken", _("Somebody has this username already."))
    try:
        user = actions.create_player(form.email, password_hash, username=form.username, name=form.name)
    except IntegrityError:
        db.session.rollback()
        raise refusal(409, "taken", _("Somebody was faster with this address or username.")) from None
    return signed_in(user, status=201)


@bp.post("/auth/login")
@public_to_scripts
@documented("Sign in", answer=Tokens, body=Credentials, errors={401: Error, 403: Error, **FORM_ERRORS})
def sign_in() -> Response:
    form = body_of(Credentials)
    user = queries.user_by_email(form.who) or queries.user_by_username(form.who)
    guard = signing_in.guard_of(user, form.who)
    password_hash = user.password_hash if user else None
    # Ends the transaction: counting and checking a password take their time, and must not keep others from writing.
    db.session.rollback()
    hold(guard)
    known = verify_password(form.password, password_hash)
    if user is None or not known or not user.active:
        raise refused(user, "bad_credentials", _("The name or the password is not right."))
    guard.give_back()
    if second_step.is_missing(user):
        raise refusal(403, "second_step_missing", _("Admins need a second step here. Set one up on your account page."))
    if second_step.is_on(user):
        check_code(user, form.code)
    return signed_in(user)


@bp.post("/auth/refresh")
@public_to_scripts
@documented("The next pair of tokens", answer=Tokens, body=RefreshRequest, errors={401: Error, **FORM_ERRORS})
def refresh() -> Response:
    exchanged = access_tokens.refresh(body_of(RefreshRequest).refresh_token)
    db.session.commit()
    if exchanged is None:
        raise refusal(401, "invalid_token", _("This refresh token is not valid any more. Sign in again."))
    return answer_with(Tokens.of(exchanged[1]))


@bp.post("/auth/logout")
@public_to_scripts
@documented("Sign out: the session of the refresh token, or of the bearer's", answer=None, status=204)
def sign_out() -> Response:
    session = session_to_end()
    if session is not None and session.revoked_at is None:
        actions.end_session(session, by=session.user)
        db.session.commit()
    return Response(status=204)


@bp.get("/auth/me")
@allow_token(Role.PLAYER, Scope.PROFILE_READ)
@documented("Who you are", answer=Me)
def show_me() -> Response:
    return answer_with(Me.of(me()))


def signed_in(user: User, status: int = 200) -> Response:
    browser = request.user_agent.string
    session, _token = actions.add_session(user, address=client_address(), browser=browser, is_program=True)
    db.session.flush()
    answer = answer_with(Tokens.of(access_tokens.issue(session)), status)
    db.session.commit()
    return answer


def check_code(user: User, code: str | None) -> None:
    if not code:
        raise refusal(401, "second_step_required", _("Send the code of your second step as well, as “code”."))
    guard = throttle.second_step(str(user.id), devices.known_to(user))
    hold(guard)
    if not second_step.use(user, code):
        raise refused(user, "bad_code", _("This code is not right, or was used before."))
    guard.give_back()


def hold(guard: throttle.Guard) -> None:
    wait = guard.take()
    if wait:
        raise refusal(429, "too_many_requests", _("Too many tries. Wait a moment and try again."), retry_after=wait)


def refused(user: User | None, code: str, detail: str) -> Any:
    actions.refuse_sign_in(user, address=client_address())
    db.session.commit()
    return refusal(401, code, detail)


def session_to_end() -> LoginSession | None:
    """Whatever is sent: there is nothing that a sign-out could refuse."""
    body = request.get_json(silent=True) if request.is_json else None
    try:
        session = access_tokens.session_of(RefreshRequest.model_validate(body).refresh_token)
    except ValidationError:
        session = None
    if session is not None:
        return session
    _bearer, _space, text = request.headers.get("Authorization", "").partition(" ")
    session_id = access_tokens.session_in(text.strip())
    return queries.program_session(session_id) if session_id else None
