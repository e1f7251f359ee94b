"""Signing in and out, and one's own account."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, current_app, flash, request, session
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import web
from ..database import now
from ..extensions import client_address, db, limiter
from . import actions, queries, signing_in
from .access import allow, is_signed_in, me, my_session
from .forms import ROLES, PasswordForm, SignInForm, TokenForm
from .identities.queries import identity_at
from .identities.services import services
from .models import LoginSession, PersonalToken, Role, Scope, User
from .passwords import verify_password

bp = Blueprint("accounts", __name__)

REFUSED = 422


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.add_template_filter(browser_name)
    app.add_template_filter(role_name)


def was_refused(response: Response) -> bool:
    return response.status_code == REFUSED


# Signing in -----------------------------------------------------------------------------------------------------


@bp.get("/sign-in")
@web.public
def sign_in() -> Response:
    if is_signed_in():
        return web.go_to("home.show")
    return web.render("accounts/sign_in.html", form=SignInForm(next=request.args.get("next", "")))


@bp.post("/sign-in")
@web.public
def open_session() -> Response:
    form = SignInForm()
    if not form.validate():
        return web.render("accounts/sign_in.html", form=form, status=REFUSED)
    user = queries.user_by_email(form.email.data)
    guard = signing_in.guard_of(user, form.email.data)
    password_hash = user.password_hash if user else None
    # Ends the transaction: counting and checking a password take their time, and must not keep others from writing.
    db.session.rollback()
    if wait := guard.take():
        return hold(form, wait)
    known = verify_password(form.password.data, password_hash)
    if user is None or not known or not user.active:
        return refuse(form, user)
    guard.give_back()
    return signing_in.sign_in(user, next_url=form.next.data)


def refuse(form: SignInForm, user: User | None) -> Response:
    """One answer for an unknown address, a wrong password and a shut account."""
    actions.refuse_sign_in(user, address=client_address())
    db.session.commit()
    form.password.errors = [_("The email or the password is not right.")]
    return web.render("accounts/sign_in.html", form=form, status=REFUSED)


def hold(form: SignInForm, wait: int) -> Response:
    answer = web.render("accounts/sign_in.html", form=form, wait=wait, status=429)
    answer.headers["Retry-After"] = str(wait)
    return answer


@bp.post("/sign-out")
@allow(Role.PLAYER)
def sign_out() -> Response:
    actions.end_session(my_session(), by=me())
    db.session.commit()
    session.clear()
    return web.go_to("home.show")


# One's own account ----------------------------------------------------------------------------------------------


@bp.get("/account")
@allow(Role.PLAYER, shared=False)
def show() -> Response:
    return account_page(PasswordForm(None), TokenForm(me()))


@bp.post("/account/password")
@allow(Role.PLAYER, shared=False)
@limiter.limit("10/minute", key_func=client_address, deduct_when=was_refused)
def change_password() -> Response:
    user = me()
    form = PasswordForm(user.password_hash)
    if not form.validate():
        return account_page(form, TokenForm(user, formdata=None), status=REFUSED)
    actions.change_password(user, form.password.data, by=user, keep=my_session())
    db.session.commit()
    flash(_("Your password is changed. Other devices have been signed out."), "ok")
    return web.go_to("accounts.show")


@bp.post("/account/tokens")
@allow(Role.PLAYER, shared=False)
def create_token() -> Response:
    form = TokenForm(me())
    if not form.validate():
        return account_page(PasswordForm(None), form, status=REFUSED)
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
    return web.go_to("accounts.show")


@bp.post("/account/sessions/end-others")
@allow(Role.PLAYER, shared=False)
def end_other_sessions() -> Response:
    actions.end_other_sessions(my_session(), by=me())
    db.session.commit()
    flash(_("Every other device is signed out."), "ok")
    return web.go_to("accounts.show")


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
    return web.go_to("accounts.show")


def account_page(password_form: PasswordForm, token_form: TokenForm, status: int = 200) -> Response:
    user = me()
    idle_since = now() - current_app.config["SETTINGS"].session_idle
    answer = web.render(
        "accounts/show.html",
        status=status,
        linkable=[(service, identity_at(service.provider, user)) for service in services()],
        password_form=password_form,
        token_form=token_form,
        sessions=queries.sessions_of(user, idle_since),
        current_session=my_session(),
        tokens=queries.tokens_of(user),
    )
    return web.allow_forms_to(answer, *(service.url for service in services()))


# Words ----------------------------------------------------------------------------------------------------------


def role_name(role: str) -> str:
    """The role without what it means: "Admin"."""
    return str(ROLES[Role(role)]).partition(":")[0]


def browser_name(user_agent: str) -> str:
    """What people call it: "Firefox, Android". Good enough to tell one's own devices apart."""
    browsers = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
    systems = {
        "Android": "Android",
        "iPhone": "iPhone",
        "iPad": "iPad",
        "Mac OS": "Mac",
        "Windows": "Windows",
        "Linux": "Linux",
    }
    browser = next((name for mark, name in browsers.items() if mark in user_agent), None)
    system = next((name for mark, name in systems.items() if mark in user_agent), None)
    return ", ".join(filter(None, (browser, system))) or _("A device")
