"""Inviting people, and the page that an invitation leads to."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Flask, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from ... import i18n, qr, web
from ...extensions import client_address, db, limiter
from .. import signing_in
from ..access import allow, is_signed_in, me
from ..blueprint import REFUSED, was_refused
from ..models import Role, User
from . import access, actions, queries
from .forms import AcceptForm, InviteForm, LinkForm
from .models import Invitation

bp = Blueprint("invitations", __name__)

per_person = limiter.limit("30/minute", key_func=lambda: str(me().id))
per_address = limiter.limit("30/minute", key_func=client_address, deduct_when=was_refused)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/invitations")
@allow(Role.ADMIN, shared=False)
def index() -> Response:
    return index_page(InviteForm(me()), LinkForm(me()))


@bp.post("/invitations")
@allow(Role.ADMIN, shared=False)
@per_person
def create() -> Response:
    form = InviteForm(me())
    if not form.validate():
        return index_page(form, LinkForm(me()), status=REFUSED)
    rows = actions.invite(form.invited, Role(form.role.data), language=form.language.data, by=me())
    db.session.commit()
    return told(rows, back="invitations.index")


@bp.post("/invitations/links")
@allow(Role.ADMIN, shared=False)
@per_person
def create_link() -> Response:
    form = LinkForm(me())
    if not form.validate():
        return index_page(InviteForm(me()), form, status=REFUSED)
    invitation, token = actions.invite_by_link(
        Role(form.role.data),
        most=form.most.data,
        good_for=timedelta(days=form.days.data),
        language=i18n.language(),
        by=me(),
    )
    db.session.commit()
    return link_page(invitation, token)


@bp.post("/invitations/<int:invitation_id>/renew")
@allow(Role.ADMIN, shared=False)
@per_person
def renew(invitation_id: int) -> Response:
    invitation = access.invitation_to_change(invitation_id)
    try:
        token = actions.renew(invitation, by=me())
    except actions.NotOpen:
        return used_up()
    db.session.commit()
    if invitation.email is None:
        return link_page(invitation, token, back=back_to())
    flash(_("%(email)s gets a new invitation. The old one opens nothing any more.", email=invitation.email), "ok")
    return back_to_list()


@bp.post("/invitations/<int:invitation_id>/revoke")
@allow(Role.ADMIN, shared=False)
def revoke(invitation_id: int) -> Response:
    invitation = access.invitation_to_change(invitation_id)
    try:
        actions.revoke(invitation, by=me())
    except actions.NotOpen:
        return used_up()
    db.session.commit()
    flash(_("That invitation opens nothing any more."), "ok")
    return back_to_list()


def used_up() -> Response:
    title, detail = _("It has been accepted"), _("Whoever came in by it has an account now. A super admin can shut it.")
    return web.error_answer(409, title, detail, "conflict")


def back_to_list() -> Response:
    return web.go_to_url(back_to())


def back_to() -> str:
    """The list that the button stood on: an event has one of its own."""
    back = request.args.get("next", "")
    return back if web.is_local(back) else url_for("invitations.index")


def index_page(form: InviteForm, link_form: LinkForm, *, status: int = 200) -> Response:
    found = queries.page_for(me(), request.args.get("page", 1, int))
    return web.render("invitations/index.html", status=status, form=form, link_form=link_form, found=found)


def told(rows: list[actions.Row], *, back: str, **values: int) -> Response:
    """Back to the list where all were invited; else a page that tells what became of each."""
    sent = sum(row.outcome is actions.Outcome.INVITED for row in rows)
    if sent == len(rows):
        flash(ngettext("One invitation is on its way.", "%(num)d invitations are on their way.", sent), "ok")
        return web.go_to(back, **values)
    return web.render("invitations/told.html", rows=rows, sent=sent, back=back, values=values)


def link_page(invitation: Invitation, token: str, *, back: str | None = None) -> Response:
    """The link itself: it is not kept, so no other page could show it."""
    url = web.public_url_for("invitations.show", token=token)
    answer = web.render("invitations/link.html", invitation=invitation, url=url, qr_code=qr.drawn(url), back=back)
    answer.headers["Cache-Control"] = "no-store"
    return answer


# Accepting --------------------------------------------------------------------------------------------------------


@bp.get("/invited/<token>")
@web.public
def show(token: str) -> Response:
    """Nothing is accepted yet: a preview of the link would do it otherwise."""
    invitation = access.invitation_to_accept(token)
    return accept_page(invitation, token, AcceptForm(data={"name": invitation.name, "email": invitation.email}))


@bp.post("/invited/<token>")
@web.public
@per_address
def accept(token: str) -> Response:
    """With a password, as somebody new."""
    invitation = access.invitation_to_accept(token)
    form = AcceptForm()
    if invitation.email is not None:
        form.email.data = invitation.email
    if not form.validate():
        return accept_page(invitation, token, form, status=REFUSED)
    try:
        user = actions.accept_as_new(token, email=form.email.data, name=form.name.data, password=form.password.data)
    except (actions.NotOpen, IntegrityError):
        # Somebody with the same link, or the same address, was faster.
        db.session.rollback()
        access.it_is_over()
    return come_in(user)


@bp.post("/invited/<token>/join")
@allow(Role.PLAYER, shared=False)
def join(token: str) -> Response:
    """As who is signed in."""
    access.invitation_to_accept(token)
    try:
        actions.accept_as(me(), token)
    except actions.NotOpen:
        db.session.rollback()
        access.it_is_over()
    db.session.commit()
    flash(_("You are in."), "ok")
    return web.go_to("home.show")


def come_in(user: User) -> Response:
    answer = signing_in.sign_in(user)
    flash(_("Welcome to Laurel, %(name)s.", name=user.name), "ok")
    return answer


def accept_page(invitation: Invitation, token: str, form: AcceptForm, *, status: int = 200) -> Response:
    reader = me() if is_signed_in() else None
    known = bool(invitation.email) and queries.accounts_of([invitation.email or ""])
    return web.render(
        "invitations/accept.html",
        status=status,
        invitation=invitation,
        token=token,
        form=form,
        reader=reader if reader is not None and not reader.shared else None,
        known=bool(known),
    )
