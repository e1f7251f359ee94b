"""The second step: set up on one's own account, asked for at a sign-in, taken off by whoever looks after people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Flask, flash, session
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import qr, web
from ..extensions import client_address, db, limiter
from . import actions, devices, second_step, throttle
from .access import allow, me, my_session, other_person
from .blueprint import was_refused
from .forms import BeginStepForm, CodeForm
from .models import Role, User
from .signing_in import finish, half_way

Result = TypeVar("Result")

bp = Blueprint("second_step", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


# At a sign-in ----------------------------------------------------------------------------------------------------


@bp.get("/sign-in/code")
@web.public
def ask() -> Response:
    return web.render("accounts/code.html", form=CodeForm()) if half_way() else web.go_to("accounts.sign_in")


@bp.post("/sign-in/code")
@web.public
def check() -> Response:
    waiting = half_way()
    if waiting is None:
        session.pop("half_way", None)
        flash(_("That took too long. Please sign in again."), "warn")
        return web.go_to("accounts.sign_in")
    user, form = waiting.user, CodeForm()
    right, wait = tried(form, user, lambda code: second_step.use(user, code))
    if right:
        return finish(user, waiting.next_url)
    if form.code.data and not wait:
        actions.refuse_sign_in(user, address=client_address())
        db.session.commit()
    return refused("accounts/code.html", wait, form=form)


def tried(form: CodeForm, user: User, use: Callable[[str], Result]) -> tuple[Result | None, int]:
    """What comes of a code, and the seconds to wait where there were too many. The form says what is wrong."""
    if not form.validate():
        return None, 0
    guard = throttle.second_step(str(user.id), devices.known_to(user))
    wait = guard.take()
    if wait:
        return None, wait
    result = use(form.code.data)
    if result:
        guard.give_back()
    else:
        form.code.errors = [_("This code is not right, or was used before.")]
    return result, 0


def refused(page: str, wait: int, **context: Any) -> Response:
    """The page again with what was typed; with how long to wait where there were too many tries."""
    answer = web.render(page, status=429 if wait else 422, wait=wait, **context)
    if wait:
        answer.headers["Retry-After"] = str(wait)
    return answer


# On one's own account --------------------------------------------------------------------------------------------


@bp.get("/account/second-step")
@allow(Role.PLAYER, shared=False)
def show() -> Response:
    return web.render("accounts/second_step.html", **what_is_set_up(), form=CodeForm(), begin_form=BeginStepForm(me()))


@bp.post("/account/second-step")
@allow(Role.PLAYER, shared=False)
@limiter.limit("10/minute", key_func=client_address, deduct_when=was_refused)
def begin() -> Response:
    form = BeginStepForm(me())
    if not form.validate():
        return refused(
            "accounts/second_step.html", 0, **what_is_set_up(), form=CodeForm(formdata=None), begin_form=form
        )
    second_step.begin(me())
    db.session.commit()
    return web.go_to("second_step.show")


@bp.post("/account/second-step/confirm")
@allow(Role.PLAYER, shared=False)
def confirm() -> Response:
    form, user = CodeForm(), me()
    codes, wait = tried(form, user, lambda code: second_step.confirm(user, code, keep=my_session()))
    return shown_once(codes) if codes else refused_here(form, wait)


@bp.post("/account/second-step/codes")
@allow(Role.PLAYER, shared=False)
def create_codes() -> Response:
    form, user = CodeForm(), me()
    right, wait = tried(form, user, lambda code: second_step.use(user, code))
    return shown_once(second_step.replace_codes(user)) if right else refused_here(form, wait)


@bp.post("/account/second-step/delete")
@allow(Role.PLAYER, shared=False)
def delete() -> Response:
    form, user = CodeForm(), me()
    right, wait = tried(form, user, lambda code: second_step.use(user, code))
    if not right:
        return refused_here(form, wait)
    second_step.remove(user, by=user)
    db.session.commit()
    flash(_("No code is asked for any more when you sign in."), "ok")
    return web.go_to("accounts.show_ways_in")


@bp.post("/people/<int:user_id>/second-step/delete")
@allow(Role.SUPER_ADMIN)
def delete_of(user_id: int) -> Response:
    """For somebody whose phone is gone. Whoever has it is out as well."""
    user = other_person(user_id)
    second_step.remove(user, by=me())
    actions.end_sessions(user)
    db.session.commit()
    flash(_("%(name)s signs in without a code now, and is signed out everywhere.", name=user.name), "ok")
    return web.go_to("people.show", user_id=user.id)


def shown_once(codes: list[str]) -> Response:
    db.session.commit()
    return web.render("accounts/recovery_codes.html", codes=codes)


def refused_here(form: CodeForm, wait: int) -> Response:
    return show_refused(form, BeginStepForm(me(), formdata=None), wait)


def show_refused(form: CodeForm, begin_form: BeginStepForm, wait: int = 0) -> Response:
    return refused("accounts/second_step.html", wait, **what_is_set_up(), form=form, begin_form=begin_form)


def what_is_set_up() -> dict[str, Any]:
    user = me()
    step = second_step.of(user)
    if step is None or step.confirmed_at:
        return {"step": step, "codes_left": second_step.codes_left(user), "is_missing": second_step.is_missing(user)}
    key = second_step.key_of(step)
    return {
        "step": step,
        "qr": qr.drawn(second_step.address_of(user, step)),
        "key": " ".join(key[at : at + 4] for at in range(0, len(key), 4)),
        "is_missing": second_step.is_missing(user),
    }
