"""Results that somebody doubts: flagged on a sheet or from the board, answered by an admin."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, abort, flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from ... import assets, web
from ...accounts.access import allow, me
from ...accounts.models import Role
from ...database import locked
from ...events.access import event_to_change, event_to_manage, event_to_watch, part_of
from ...events.models import Activity, Event, Participant
from ...extensions import client_address, db, limiter
from ...leaderboards.queries import standings
from ..access import allow_scorer, scorer, sheet_to_score
from ..queries import Sheet
from . import actions, queries
from .forms import AnswerForm, FlagForm, ResultFlagForm
from .models import Flag

LARGEST = 6 * 1024 * 1024

bp = Blueprint("flags", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


def writer_and_address() -> str:
    return f"{scorer().name} {client_address()}"


def account_and_address() -> str:
    return f"{me().id} {client_address()}"


@bp.before_request
def take_a_photo() -> None:
    request.max_content_length = LARGEST


# On a sheet -------------------------------------------------------------------------------------------------------


@bp.get("/sheets/<int:group_id>/<int:activity_id>/<int:participant_id>/flags")
@allow_scorer
def show(group_id: int, activity_id: int, participant_id: int) -> AnyResponse:
    sheet = sheet_to_score(group_id, activity_id)
    return sheet_flags_page(sheet, person_on(sheet, participant_id), FlagForm())


@bp.post("/sheets/<int:group_id>/<int:activity_id>/<int:participant_id>/flags")
@allow_scorer
@limiter.limit("30/minute", key_func=writer_and_address)
def create(group_id: int, activity_id: int, participant_id: int) -> AnyResponse:
    sheet = sheet_to_score(group_id, activity_id)
    person, form = person_on(sheet, participant_id), FlagForm()
    db.session.commit()  # Making the picture anew takes its time, and must not keep others from writing.
    if not form.validate():
        return sheet_flags_page(sheet, person, form, status=422)
    event = locked(Event, sheet.event.id)
    actions.raise_flag(event, sheet.activity, person, form.text.data, form.picture, by=sheet.reader)
    db.session.commit()
    flash(_("Flagged. The admins see it."), "ok")
    return web.go_to("scoring.show", group_id=group_id, activity_id=activity_id)


def person_on(sheet: Sheet, participant_id: int) -> Participant:
    return next((person for person in sheet.participants if person.id == participant_id), None) or abort(404)


def sheet_flags_page(sheet: Sheet, person: Participant, form: FlagForm, status: int = 200) -> AnyResponse:
    flags = queries.flags_on(person.id, sheet.activity.id)
    return web.render("flags/show.html", status=status, sheet=sheet, participant=person, form=form, flags=flags)


# From the board ---------------------------------------------------------------------------------------------------


@bp.get("/events/<int:event_id>/board/<int:activity_id>/flags")
@allow(Role.PLAYER)
def new(event_id: int, activity_id: int) -> AnyResponse:
    event, activity = watched(event_id, activity_id)
    return board_flag_page(event, activity, form_for(event, activity))


@bp.post("/events/<int:event_id>/board/<int:activity_id>/flags")
@allow(Role.PLAYER)
@limiter.limit("20/hour", key_func=account_and_address)
def create_from_board(event_id: int, activity_id: int) -> AnyResponse:
    event, activity = watched(event_id, activity_id)
    form = form_for(event, activity)
    db.session.commit()  # As above.
    if not form.validate():
        return board_flag_page(event, activity, form, status=422)
    event = event_held(event.id)
    person = part_of(event, Participant, form.participant.data)
    actions.raise_flag(event, activity, person, form.text.data, form.picture, by=me())
    db.session.commit()
    flash(_("Thank you. The organisers see it."), "ok")
    return web.go_to("leaderboards.show", event_id=event.id, activity=activity.id, link=request.args.get("link"))


def watched(event_id: int, activity_id: int) -> tuple[Event, Activity]:
    event = event_to_watch(event_id)
    return event, part_of(event, Activity, activity_id)


def event_held(event_id: int) -> Event:
    event = locked(Event, event_id)
    return event if event.can_change_plan else abort(409, description=_("This event is over."))


def form_for(event: Event, activity: Activity) -> ResultFlagForm:
    """Those who stand on the public board."""
    people = [(row.participant.id, row.participant.name) for row in standings(event, activity).together]
    return ResultFlagForm(sorted(people, key=lambda person: person[1]), request.args.get("participant", type=int))


def board_flag_page(event: Event, activity: Activity, form: ResultFlagForm, status: int = 200) -> AnyResponse:
    link = request.args.get("link")
    return web.render("flags/new.html", status=status, event=event, activity=activity, form=form, link=link)


# For admins -------------------------------------------------------------------------------------------------------


@bp.get("/events/<int:event_id>/flags")
@allow(Role.ADMIN)
def index(event_id: int) -> AnyResponse:
    return flags_page(event_to_manage(event_id))


@bp.post("/events/<int:event_id>/flags/<int:flag_id>/answer")
@allow(Role.ADMIN)
def answer(event_id: int, flag_id: int) -> AnyResponse:
    event = event_to_change(event_id)
    flag, form = flag_of(event.id, flag_id), AnswerForm()
    if not form.validate():
        return flags_page(event, form, flag, status=422)
    actions.answer_flag(event, flag, form.answer.data, by=me())
    db.session.commit()
    flash(_("Answered."), "ok")
    return web.go_to("flags.index", event_id=event.id)


@bp.get("/events/<int:event_id>/flags/<int:flag_id>/photo")
@allow(Role.PLAYER)
def photo(event_id: int, flag_id: int) -> Response:
    """For admins, and for whoever sent it."""
    flag = flag_of(event_id, flag_id)
    if flag.photo is None or not (me().is_admin or flag.by_id == me().id):
        abort(404)
    return Response(assets.read(flag.photo), mimetype="image/webp")


def flag_of(event_id: int, flag_id: int) -> Flag:
    flag = db.session.get(Flag, flag_id)
    return flag if flag is not None and flag.event_id == event_id else abort(404)


def flags_page(
    event: Event, form: AnswerForm | None = None, answered: Flag | None = None, status: int = 200
) -> AnyResponse:
    blank = AnswerForm(formdata=None)
    forms = [(flag, form if form and flag is answered else blank) for flag in queries.flags_of(event)]
    return web.render("flags/index.html", status=status, event=event, flags=forms)
