"""A forgotten password, and a new address."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from flask import Blueprint, Flask, abort, flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from ... import i18n, web
from ...extensions import client_address, db, limiter
from .. import fresh
from .. import queries as people
from ..access import allow, me
from ..blueprint import REFUSED, was_refused
from ..models import Role
from . import actions
from .forms import AskForm, EmailForm, NewPasswordForm
from .models import EmailChange, PasswordReset

bp = Blueprint("recovery", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


def account_asked() -> str:
    return people.fold_email(request.form.get("email", ""))[:254]


def account_and_address_asked() -> str:
    return f"{account_asked()} {client_address()}"


# Whoever fills somebody's mailbox is held; a hall behind one router where everybody has forgotten theirs is not.
limit_per_account_and_address = limiter.limit("5/hour", key_func=account_and_address_asked)
limit_per_account = limiter.limit("20/hour", key_func=account_asked)
limit_per_address = limiter.limit("100/hour", key_func=client_address)
limit_tries = limiter.limit("30/minute", key_func=client_address, deduct_when=was_refused)


# Passwords --------------------------------------------------------------------------------------------------------


@bp.get("/forgotten-password")
@web.public
def ask() -> Response:
    return web.render("recovery/ask.html", form=AskForm(data={"email": request.args.get("email", "")[:254]}))


@bp.post("/forgotten-password")
@web.public
@limit_per_account_and_address
@limit_per_account
@limit_per_address
def ask_for_reset() -> Response:
    """One answer, after the same work, whether there is such an account or not."""
    form = AskForm()
    if not form.validate():
        return web.render("recovery/ask.html", form=form, status=REFUSED)
    actions.ask_for_reset(form.email.data, i18n.language(), address=client_address())
    db.session.commit()
    return web.go_to("recovery.asked")


@bp.get("/forgotten-password/sent")
@web.public
def asked() -> Response:
    return web.render("recovery/asked.html")


@bp.get("/reset/<token>")
@web.public
def choose(token: str) -> Response:
    """Nothing is used up yet: a preview of the link would do it otherwise."""
    reset_to_use(token)
    return web.render("recovery/choose.html", form=NewPasswordForm(), token=token)


@bp.post("/reset/<token>")
@web.public
@limit_tries
def reset(token: str) -> Response:
    reset_to_use(token)
    form = NewPasswordForm()
    if not form.validate():
        return web.render("recovery/choose.html", form=form, token=token, status=REFUSED)
    try:
        actions.reset_password(token, form.password.data)
    except actions.Over:
        db.session.rollback()
        it_is_over()
    db.session.commit()
    flash(_("Your password is changed, and every device is signed out. Sign in with the new one."), "ok")
    return web.go_to("accounts.sign_in")


def reset_to_use(token: str) -> PasswordReset:
    return actions.open_reset(token) or it_is_over()


def it_is_over() -> NoReturn:
    abort(web.render("recovery/over.html", status=410))


# Addresses --------------------------------------------------------------------------------------------------------


@bp.get("/account/email")
@allow(Role.PLAYER, shared=False)
@fresh.needed
def edit_email() -> Response:
    return email_page(EmailForm(me()))


@bp.post("/account/email")
@allow(Role.PLAYER, shared=False)
@fresh.needed
@limiter.limit("10/hour", key_func=lambda: f"email {me().id}")
def ask_for_email() -> Response:
    form = EmailForm(me())
    if not form.validate():
        return email_page(form, status=REFUSED)
    change = actions.ask_for_email(me(), form.email.data, language=i18n.language())
    db.session.commit()
    flash(_("Open the message to %(email)s, and the new address is yours.", email=change.new_email), "ok")
    return web.go_to("accounts.show_ways_in")


def email_page(form: EmailForm, *, status: int = 200) -> Response:
    return web.render("recovery/email.html", form=form, pending=actions.pending_email(me()), status=status)


@bp.get("/email/<token>")
@web.public
def show_email(token: str) -> Response:
    return web.render("recovery/confirm.html", change=change_to_confirm(token), token=token)


@bp.post("/email/<token>")
@web.public
def confirm_email(token: str) -> Response:
    change = change_to_confirm(token)
    settle(change, actions.confirm_email)
    flash(_("%(email)s is your address now.", email=change.new_email), "ok")
    return web.go_to("home.show")


@bp.get("/email/stop/<token>")
@web.public
def show_stop(token: str) -> Response:
    return web.render("recovery/stop.html", change=change_to_stop(token), token=token)


@bp.post("/email/stop/<token>")
@web.public
def stop_email(token: str) -> Response:
    change = change_to_stop(token)
    settle(change, actions.stop_email)
    flash(_("The address stays as it was, and every device is signed out. Choose a new password now."), "ok")
    return web.go_to("recovery.ask", email=change.old_email)


def settle(change: EmailChange, how: Callable[[EmailChange], object]) -> None:
    """Commit it, or show the page that says why it cannot be done any more."""
    try:
        how(change)
    except actions.Over:
        db.session.rollback()
        change_is_over()
    except actions.Taken:
        db.session.rollback()
        taken()
    db.session.commit()


def change_to_confirm(token: str) -> EmailChange:
    return actions.change_to_confirm(token) or change_is_over()


def change_to_stop(token: str) -> EmailChange:
    return actions.change_to_stop(token) or change_is_over()


def change_is_over() -> NoReturn:
    title, detail = (
        _("This link is over"),
        _("It was used, stopped or is too old. Ask for it again on your account page."),
    )
    abort(web.error_answer(410, title, detail, "gone"))


def taken() -> NoReturn:
    title, detail = _("That address is taken"), _("Another account has it by now. Choose another address.")
    abort(web.error_answer(409, title, detail, "conflict"))
