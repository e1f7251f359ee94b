from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import SelectField
from wtforms.fields import SelectChoice

from .. import i18n, web
from ..accounts.access import allow, me
from ..accounts.invitations import queries as invitation_queries
from ..accounts.invitations.forms import InviteForm, LinkForm
from ..accounts.invitations.routes import link_page, per_person, told
from ..accounts.models import Role
from ..extensions import db
from . import access, inviting, queries
from .blueprint import bp
from .models import Event, Group


class GroupChoice:
    """The group that whoever comes scores; an evaluator scores one."""

    group = SelectField(_l("Scores the group"), coerce=int, default=0)

    def set_up(self, groups: Sequence[Group]) -> None:
        self.group.choices = [SelectChoice(0, _("No group yet")), *(SelectChoice(one.id, one.name) for one in groups)]

    def chosen(self, groups: Sequence[Group]) -> Group | None:
        return next((one for one in groups if one.id == self.group.data), None)


class InviteEvaluatorsForm(GroupChoice, InviteForm):
    def __init__(self, groups: Sequence[Group]) -> None:
        super().__init__(me(), [Role.EVALUATOR])
        self.set_up(groups)


class EvaluatorsLinkForm(GroupChoice, LinkForm):
    def __init__(self, groups: Sequence[Group]) -> None:
        super().__init__(me(), [Role.EVALUATOR])
        self.set_up(groups)


@bp.get("/events/<int:event_id>/invitations")
@allow(Role.ADMIN)
def invitations(event_id: int) -> Response:
    event = access.event_to_manage(event_id)
    groups = queries.groups(event)
    return invitations_page(event, InviteEvaluatorsForm(groups), EvaluatorsLinkForm(groups))


@bp.post("/events/<int:event_id>/invitations")
@allow(Role.ADMIN)
@per_person
def create_invitations(event_id: int) -> Response:
    event = access.event_to_change(event_id)
    groups = queries.groups(event)
    form = InviteEvaluatorsForm(groups)
    if not form.validate():
        return invitations_page(event, form, EvaluatorsLinkForm(groups), status=422)
    rows = inviting.invite(event, form.invited, form.chosen(groups), language=form.language.data, by=me())
    db.session.commit()
    return told(rows, back="events.invitations", event_id=event.id)


@bp.post("/events/<int:event_id>/invitations/links")
@allow(Role.ADMIN)
@per_person
def create_invitation_link(event_id: int) -> Response:
    event = access.event_to_change(event_id)
    groups = queries.groups(event)
    form = EvaluatorsLinkForm(groups)
    if not form.validate():
        return invitations_page(event, InviteEvaluatorsForm(groups), form, status=422)
    invitation, token = inviting.invite_by_link(
        event,
        form.chosen(groups),
        most=form.most.data,
        good_for=timedelta(days=form.days.data),
        language=i18n.language(),
        by=me(),
    )
    db.session.commit()
    return link_page(invitation, token, back=url_for("events.invitations", event_id=event.id))


def invitations_page(
    event: Event, form: InviteEvaluatorsForm, link_form: EvaluatorsLinkForm, *, status: int = 200
) -> Response:
    shown = db.session.scalars(invitation_queries.shown_to(me(), inviting.invitation_ids(event))).unique().all()
    return web.render(
        "events/invitations.html", status=status, event=event, invitations=shown, form=form, link_form=link_form
    )
