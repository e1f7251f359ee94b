"""The super admin's pages of people, and what anybody may do with their own data: take it away, and go."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, abort, flash, make_response, request, session
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from ... import i18n, web
from ...extensions import db, limiter
from ...mail import queries as mail_queries
from .. import actions, fresh, second_step
from .. import queries as accounts
from ..access import allow, me, other_person
from ..blueprint import REFUSED
from ..forms import ROLES, PersonForm, RoleForm
from ..models import Role, User
from ..recovery import actions as recovery
from . import leaving, personal, queries
from .forms import DeleteForm, DeleteOwnForm

bp = Blueprint("people", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/people")
@allow(Role.SUPER_ADMIN)
def index() -> Response:
    return index_page(PersonForm())


@bp.post("/people")
@allow(Role.SUPER_ADMIN)
def create() -> AnyResponse:
    form = PersonForm()
    if not form.validate():
        return index_page(form, status=REFUSED)
    user = actions.create_user(form.email.data, form.name.data, Role(form.role.data), form.password.data, by=me())
    db.session.commit()
    flash(_("%(name)s can sign in now.", name=user.name), "ok")
    return web.go_to("people.index")


def index_page(form: PersonForm, *, status: int = 200) -> Response:
    text, role = request.args.get("q", "").strip()[:100], request.args.get("role", "")
    chosen = Role(role) if role in set(Role) else None
    found = queries.page_of(text, chosen, request.args.get("page", 1, int))
    return web.render(
        "people/index.html",
        "people/_people.html",
        status=status,
        form=form,
        found=found,
        q=text,
        role=chosen,
        roles=list(ROLES),
        counts=queries.count_by_role(),
    )


@bp.get("/people/<int:user_id>")
@allow(Role.SUPER_ADMIN)
def show(user_id: int) -> Response:
    return person_page(person(user_id), RoleForm(formdata=None))


def person(user_id: int) -> User:
    """Somebody with an account of their own, oneself included."""
    found = db.session.get(User, user_id)
    return found if found is not None and not found.shared else abort(404)


def person_page(person: User, form: RoleForm, *, status: int = 200) -> Response:
    if not form.is_submitted():
        form.role.data = person.role.value
    return web.render(
        "people/show.html",
        status=status,
        person=person,
        form=form,
        is_me=person.id == me().id,
        devices=len(accounts.sessions_of(person)),
        tokens=len(accounts.tokens_of(person)),
        second_step=second_step.is_on(person),
        reset=mail_queries.last_sent_by_hand("reset", person.email),
    )


@bp.post("/people/<int:user_id>/role")
@allow(Role.SUPER_ADMIN)
def change_role(user_id: int) -> AnyResponse:
    user, form = other_person(user_id), RoleForm()
    if not form.validate():
        return person_page(user, form, status=REFUSED)
    role = Role(form.role.data)
    if not role.includes(user.role):
        refuse_the_last(user)
    actions.change_role(user, role, by=me())
    db.session.commit()
    flash(_("The role of %(name)s is changed.", name=user.name), "ok")
    return web.go_to("people.show", user_id=user.id)


@bp.post("/people/<int:user_id>/deactivate")
@allow(Role.SUPER_ADMIN)
def deactivate(user_id: int) -> AnyResponse:
    user = other_person(user_id)
    refuse_the_last(user)
    actions.set_active(user, False, by=me())
    db.session.commit()
    flash(_("%(name)s is signed out everywhere and cannot sign in.", name=user.name), "ok")
    return web.go_to("people.show", user_id=user.id)


@bp.post("/people/<int:user_id>/activate")
@allow(Role.SUPER_ADMIN)
def activate(user_id: int) -> AnyResponse:
    user = other_person(user_id)
    actions.set_active(user, True, by=me())
    db.session.commit()
    flash(_("%(name)s can sign in again.", name=user.name), "ok")
    return web.go_to("people.show", user_id=user.id)


@bp.post("/people/<int:user_id>/reset")
@allow(Role.SUPER_ADMIN)
@limiter.limit("30/hour", key_func=lambda: f"reset by {me().id}")
def send_reset(user_id: int) -> AnyResponse:
    user = other_person(user_id)
    if user.email is None or not user.active:
        flash(_("%(name)s has no address to write to, or is shut out.", name=user.name), "warn")
        return web.go_to("people.show", user_id=user.id)
    recovery.send_reset(user, language=i18n.language(), by=me())
    db.session.commit()
    flash(_("A link to choose a new password is on its way to %(email)s.", email=user.email), "ok")
    return web.go_to("people.show", user_id=user.id)


@bp.get("/people/<int:user_id>/delete")
@allow(Role.SUPER_ADMIN)
def confirm_delete(user_id: int) -> Response:
    user = other_person(user_id)
    return web.render("people/delete.html", person=user, form=DeleteForm(user))


@bp.post("/people/<int:user_id>/delete")
@allow(Role.SUPER_ADMIN)
def delete(user_id: int) -> AnyResponse:
    user = other_person(user_id)
    form = DeleteForm(user)
    if not form.validate():
        return web.render("people/delete.html", person=user, form=form, status=REFUSED)
    refuse_the_last(user)
    name = user.name
    leaving.delete_user(user, by=me())
    db.session.commit()
    flash(_("%(name)s is gone. What they wrote down stays.", name=name), "ok")
    return web.go_to("people.index")


def refuse_the_last(user: User) -> None:
    try:
        leaving.keep_a_super_admin(user)
    except leaving.LastOne:
        # Nothing was written, and nothing is rolled back: whoever asks may be gone by now, and the page names them.
        title = _("The last super admin stays")
        detail = _("Nobody would be left who can let others in. Make somebody else a super admin first.")
        abort(web.error_answer(409, title, detail, "conflict"))


# One's own --------------------------------------------------------------------------------------------------------


@bp.get("/account/data")
@allow(Role.PLAYER, shared=False)
@limiter.limit("10/hour", key_func=lambda: f"data of {me().id}")
def download() -> Response:
    user = me()
    answer = make_response(personal.archive(user))
    answer.mimetype = "application/zip"
    answer.headers["Content-Disposition"] = f'attachment; filename="laurel-{user.username}.zip"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/account/delete")
@allow(Role.PLAYER, shared=False)
@fresh.needed
def confirm_going() -> Response:
    return web.render("people/delete_own.html", form=DeleteOwnForm(me()))


@bp.post("/account/delete")
@allow(Role.PLAYER, shared=False)
@fresh.needed
@limiter.limit("10/hour", key_func=lambda: f"going {me().id}")
def go() -> AnyResponse:
    user = me()
    form = DeleteOwnForm(user)
    if not form.validate():
        return web.render("people/delete_own.html", form=form, status=REFUSED)
    refuse_the_last(user)
    leaving.delete_user(user, by=user)
    db.session.commit()
    session.clear()
    flash(_("Your account is gone. Thank you for having been here."), "ok")
    return web.go_to("home.show")
