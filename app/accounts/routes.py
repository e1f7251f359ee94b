"""Signing in and out."""

from __future__ import annotations

from flask import Flask, request, session
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import web
from ..extensions import client_address, db
from . import account_routes, actions, queries, signing_in
from .access import allow, is_signed_in, me, my_session
from .blueprint import REFUSED, bp
from .forms import ROLES, SignInForm
from .models import Role, User
from .passwords import verify_password


def init_app(app: Flask) -> None:
    account_routes.init_app(app)
    app.register_blueprint(bp)
    app.add_template_filter(browser_name)
    app.add_template_filter(role_name)


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
