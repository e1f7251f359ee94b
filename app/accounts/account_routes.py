"""One's own account, on three pages: who one is, how one signs in, and tokens for scripts."""

from __future__ import annotations

from flask import Flask, abort, flash, session
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from .. import i18n, web
from ..database import begin_writing, locked
from ..extensions import client_address, db, limiter
from . import actions, profile, queries, second_step
from .access import allow, is_signed_in, me, my_session
from .blueprint import REFUSED, bp, was_refused
from .forms import PasswordForm, ProfileForm, TokenForm
from .identities.queries import identity_at
from .identities.services import services
from .models import LoginSession, PersonalToken, Role, Scope, User


def init_app(_app: Flask) -> None:
    if keep_choice not in i18n.when_chosen:
        i18n.when_chosen.append(keep_choice)


# Who one is -----------------------------------------------------------------------------------------------------


@bp.get("/account")
@allow(Role.PLAYER, shared=False)
def show() -> Response:
    return web.render("accounts/show.html", form=ProfileForm(me()))


@bp.post("/account")
@allow(Role.PLAYER, shared=False)
@limiter.limit("60/minute", key_func=client_address)
def save() -> Response:
    user = me()
    form = ProfileForm(user)
    if not form.validate():
        return web.render("accounts/show.html", form=form, status=REFUSED)
    try:
        profile.change(user, form.wanted, by=user)
        db.session.commit()
    except IntegrityError:
        # Of two who want one username at the same instant, the database lets one have it.
        db.session.rollback()
        form.refuse_username()
        return web.render("accounts/show.html", form=form, status=REFUSED)
    i18n.choose(language=user.language, theme=user.theme)
    flash(_("Your profile is saved."), "ok")
    return web.go_to("accounts.show")


def keep_choice(chosen: dict[str, str]) -> None:
    """A language or theme out of the bar reaches the account, and with it every device. Commits."""
    if not is_signed_in() or me().shared or all(getattr(me(), name) == value for name, value in chosen.items()):
        return
    user_id = me().id
    begin_writing()
    user = locked(User, user_id)
    profile.change(user, chosen, by=user)
    db.session.commit()


# How one signs in -----------------------------------------------------------------------------------------------


@bp.get("/account/sign-in")
@allow(Role.PLAYER, shared=False)
def show_ways_in() -> Response:
    return ways_in(PasswordForm(None))


def ways_in(form: PasswordForm, status: int = 200) -> Response:
    user = me()
    answer = web.render(
        "accounts/ways_in.html",
        status=status,
        form=form,
        has_second_step=second_step.is_on(user),
        linkable=[(service, identity_at(service.provider, user)) for service in services()],
        sessions=queries.sessions_of(user),
        current_session=my_session(),
    )
    return web.allow_forms_to(answer, *(service.url for service in services()))


@bp.post("/account/password")
@allow(Role.PLAYER, shared=False)
@limiter.limit("10/minute", key_func=client_address, deduct_when=was_refused)
def change_password() -> Response:
    user = me()
    form = PasswordForm(user.password_hash)
    if not form.validate():
        return ways_in(form, status=REFUSED)
    actions.change_password(user, form.password.data, by=user, keep=my_session())
    db.session.commit()
    flash(_("Your password is changed. Other devices have been signed out."), "ok")
    return web.go_to("accounts.show_ways_in")


@bp.post("/account/sessions/end-others")
@allow(Role.PLAYER, shared=False)
def end_other_sessions() -> Response:
    actions.end_other_sessions(my_session(), by=me())
    db.session.commit()
    flash(_("Every other device is signed out."), "ok")
    return web.go_to("accounts.show_ways_in")


@bp.post("/account/sessions/<int:session_id>/end")
@allow(Role.PLAYER, shared=False)
def end_session(session_id: int) -> Response:
    ending = db.session.get(LoginSession, session_id)
    if ending is None or ending.user_id != me().id or ending.revoked_at:
        abort(404)
    actions.end_session(ending, by=me())
    db.session.commit()
    if ending.id == my_session().id:
        session.clear()
        return web.go_to("home.show")
    flash(_("That device is signed out."), "ok")
    return web.go_to("accounts.show_ways_in")


# Tokens for scripts ---------------------------------------------------------------------------------------------


@bp.get("/account/tokens")
@allow(Role.PLAYER, shared=False)
def list_tokens() -> Response:
    return tokens_page(TokenForm(me()))


def tokens_page(form: TokenForm, status: int = 200) -> Response:
    return web.render("accounts/tokens.html", form=form, tokens=queries.tokens_of(me()), status=status)


@bp.post("/account/tokens")
@allow(Role.PLAYER, shared=False)
def create_token() -> Response:
    form = TokenForm(me())
    if not form.validate():
        return tokens_page(form, status=REFUSED)
    token, text = actions.create_token(me(), form.name.data, map(Scope, form.scopes.data), form.expires_at)
    db.session.commit()
    return web.render("accounts/token.html", token=token, text=text)


@bp.post("/account/tokens/<int:token_id>/revoke")
@allow(Role.PLAYER, shared=False)
def revoke_token(token_id: int) -> Response:
    token = db.session.get(PersonalToken, token_id)
    if token is None or token.user_id != me().id or token.revoked_at:
        abort(404)
    actions.revoke_token(token, by=me())
    db.session.commit()
    flash(_("The token %(name)s opens nothing any more.", name=token.name), "ok")
    return web.go_to("accounts.list_tokens")
