"""Who a participant is: an admin says so, or the player themselves with the number on their diploma."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import EmailField, IntegerField, StringField, ValidationError
from wtforms.validators import DataRequired, Length

from .. import i18n, web
from ..accounts.access import allow, me
from ..accounts.invitations import addresses
from ..accounts.invitations.actions import Outcome
from ..accounts.models import Role, User
from ..database import locked
from ..diplomas.kinds import DiplomaState
from ..diplomas.numbers import typed
from ..diplomas.verification_routes import genuine
from ..events.access import event_to_change, event_to_manage, part_of
from ..events.models import Event, Participant
from ..extensions import client_address, db, limiter
from ..forms import Form
from . import actions, queries
from .actions import TiedAlready
from .models import How

bp = Blueprint("ties", __name__)

ADDRESS = "/events/<int:event_id>/participants/<int:participant_id>/player"


class TieForm(Form):
    user_id = IntegerField(validators=[DataRequired()])


class InviteForm(Form):
    email = EmailField(
        _l("Email"),
        filters=[lambda text: (text or "").strip()],
        validators=[DataRequired(), Length(max=addresses.LONGEST)],
    )

    def validate_email(self, field: EmailField) -> None:
        if not addresses.is_address(field.data or ""):
            raise ValidationError(_l("This is not an email address."))


class ClaimForm(Form):
    number = StringField(
        _l("Number on the diploma"),
        filters=[lambda text: (text or "").strip()],
        validators=[DataRequired(), Length(max=40)],
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get(ADDRESS)
@allow(Role.ADMIN)
def show(event_id: int, participant_id: int) -> Response:
    event = event_to_manage(event_id)
    return page(event, part_of(event, Participant, participant_id), InviteForm(formdata=None))


@bp.post(ADDRESS)
@allow(Role.ADMIN)
def create(event_id: int, participant_id: int) -> Response:
    event, form = event_to_change(event_id), TieForm()
    participant = part_of(event, Participant, participant_id)
    user = db.session.get(User, form.user_id.data) if form.validate() else None
    if user is None or user.shared or not user.active:
        abort(404)
    suggested = {one.user.id for one in queries.suggested(participant)}
    try:
        actions.tie(participant, user, How.OSU if user.id in suggested else How.ADMIN, by=me())
    except TiedAlready:
        db.session.rollback()
        flash(_("%(name)s was tied to a player meanwhile.", name=participant.display_name), "warn")
    else:
        db.session.commit()
        flash(_("%(name)s is this player now.", name=participant.display_name), "ok")
    return web.go_to("ties.show", event_id=event_id, participant_id=participant_id)


@bp.post(f"{ADDRESS}/delete")
@allow(Role.ADMIN)
def delete(event_id: int, participant_id: int) -> Response:
    event = event_to_change(event_id)
    participant = part_of(event, Participant, participant_id)
    found = queries.tie_of(participant)
    if found is not None:
        actions.untie(event, found, by=me())
        db.session.commit()
        flash(_("%(name)s is no player's any more.", name=participant.display_name), "ok")
    return web.go_to("ties.show", event_id=event.id, participant_id=participant.id)


@bp.post(f"{ADDRESS}/invitation")
@allow(Role.ADMIN)
def invite(event_id: int, participant_id: int) -> Response:
    event, form = event_to_change(event_id), InviteForm()
    participant = part_of(event, Participant, participant_id)
    if not form.validate():
        return page(event, participant, form, status=422)
    [who] = addresses.read(form.email.data)[:1] or abort(422)
    row = actions.invite(event, participant, who, language=i18n.language(), by=me())
    if row.outcome is Outcome.HAS_ACCOUNT:
        db.session.rollback()
        form.email.errors = [_("Somebody with this address is here already. Find them above, and tie them yourself.")]
        return page(event, participant, form, status=409)
    db.session.commit()
    flash(_("The invitation is on its way."), "ok")
    return web.go_to("ties.show", event_id=event.id, participant_id=participant.id)


def page(event: Event, participant: Participant, form: InviteForm, *, status: int = 200) -> Response:
    sought = request.args.get("q", "").strip()[:120]
    found = queries.tie_of(participant)
    return web.render(
        "profiles/tie.html",
        status=status,
        event=event,
        participant=participant,
        tie=found,
        form=form,
        q=sought,
        suggested=[] if found else queries.suggested(participant),
        candidates=[] if found else queries.candidates(sought),
        invited=queries.is_invited(participant),
    )


# With a diploma in their hands --------------------------------------------------------------------------------------


@bp.get("/players/me/claim")
@allow(Role.PLAYER, shared=False)
def begin_claim() -> Response:
    form = ClaimForm(formdata=None)
    form.number.data = typed(request.args.get("number", "")) or ""
    return web.render("profiles/claim.html", form=form)


@bp.post("/players/me/claim")
@allow(Role.PLAYER, shared=False)
@limiter.limit("10/minute", key_func=client_address)
def claim() -> Response:
    """The number is 80 bits that stand on the paper alone: who knows it holds the diploma, or is shown it."""
    form = ClaimForm()
    if not form.validate():
        return web.render("profiles/claim.html", status=422, form=form)
    number = typed(form.number.data)
    found = genuine(number) if number else None
    if found is None or found.state is not DiplomaState.VALID or found.participant_id is None:
        form.number.errors = [_("No valid diploma of a person has this number.")]
        return web.render("profiles/claim.html", status=422, form=form)
    participant = db.session.get_one(Participant, found.participant_id)
    event = locked(Event, participant.event_id)
    try:
        actions.tie(participant, me(), How.CODE, by=me())
    except TiedAlready as known:
        db.session.rollback()
        if known.user_id != me().id:
            form.number.errors = [_("Another player has this diploma already. The organisers can look into it.")]
            return web.render("profiles/claim.html", status=409, form=form)
    else:
        db.session.commit()
    flash(_("What you reached at %(event)s is on your page now.", event=event.name), "ok")
    return web.go_to("players.show", username=me().username)
