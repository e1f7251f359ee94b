"""Second entry: the sheet of what is to be checked, the queue of an event, and settling what differs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, Flask, abort, flash, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from ... import web
from ...accounts.access import allow, me
from ...accounts.models import Role
from ...events.access import event_to_change, event_to_manage
from ...events.kinds import Checking
from ...events.models import Activity, Event
from ...extensions import db
from ...i18n import decimal_mark
from .. import queries as scoring
from ..access import allow_scorer, sheet_to_score
from ..actions import Entry, NotOpen, Outcome, plain_marks
from ..queries import Sheet
from ..routes import why_not_open
from ..scorers import wrote
from ..values import Value
from ..values import show as show_value
from . import actions, queries
from .actions import NothingToCheck, SamePerson, Turn
from .queries import Dispute
from .rows import entries_of, rows_of

bp = Blueprint("checking", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.add_template_filter(marks_at)


@bp.get("/sheets/<int:group_id>/<int:activity_id>/check")
@allow_scorer
def show(group_id: int, activity_id: int) -> Response:
    return check_page(sheet_to_check(group_id, activity_id))


@bp.post("/sheets/<int:group_id>/<int:activity_id>/check")
@allow_scorer
def save(group_id: int, activity_id: int) -> Response:
    """What agrees is checked; what differs comes back, with the cells that do and nothing of the first values."""
    sheet = sheet_to_check(group_id, activity_id)
    entries = entries_of(sheet, request.form)
    try:
        turns = actions.check(sheet.event, sheet.activity, entries, by=sheet.reader)
    except SamePerson:
        abort(403, description=same_person())
    except NothingToCheck:
        abort(409, description=_("This activity is not checked."))
    except NotOpen as closed:
        db.session.rollback()
        abort(409, description=why_not_open(closed))
    db.session.commit()
    agreed = sum(turn.is_agreed for turn in turns)
    if agreed:
        flash(ngettext("One value is checked.", "%(num)d values are checked.", agreed), "ok")
    left = [turn for turn in turns if not turn.is_agreed]
    if left:
        return check_page(sheet, left, 422 if any(turn.errors for turn in left) else 409)
    return web.go_to("checking.show", group_id=group_id, activity_id=activity_id)


@bp.get("/events/<int:event_id>/checks")
@allow(Role.ADMIN)
def queue(event_id: int) -> Response:
    return queue_page(event_to_manage(event_id))


@bp.post("/events/<int:event_id>/checks/<int:record_id>/first")
@allow(Role.ADMIN)
def choose_first(event_id: int, record_id: int) -> Response:
    event, dispute = dispute_of(event_id, record_id)
    return settled(event, lambda: actions.choose_first(event, dispute, by=me()))


@bp.post("/events/<int:event_id>/checks/<int:record_id>/second")
@allow(Role.ADMIN)
def choose_second(event_id: int, record_id: int) -> Response:
    event, dispute = dispute_of(event_id, record_id)
    return settled(event, lambda: actions.choose_second(event, dispute, by=me()))


@bp.post("/events/<int:event_id>/checks/<int:record_id>/third")
@allow(Role.ADMIN)
def type_third(event_id: int, record_id: int) -> Response:
    event, dispute = dispute_of(event_id, record_id)
    texts = [request.form.get(f"value-{position}", "") for position in range(1, dispute.activity.mark_count + 1)]
    known = dispute.second_marks
    typed = tuple(
        text if position in dispute.positions else mark
        for position, (text, mark) in enumerate(zip(texts, plain_marks(known), strict=True), start=1)
    )
    if not any(texts):
        abort(422, description=_("Type what is on the paper."))
    entry = Entry(dispute.participant, dispute.activity, typed, dispute.first.version, confirmed=True)
    return settled(event, lambda: refuse_bad(actions.settle_with(event, dispute, entry, by=me())))


def marks_at(marks: Sequence[Value | None], positions: Sequence[int], activity: Activity) -> str:
    """Some of a record's marks, counted from 1, in the words of a sheet."""
    kind, places = activity.mark_type, activity.decimal_places
    texts = [
        show_value(marks[position - 1], kind, decimal_mark=decimal_mark(), places=places) for position in positions
    ]
    return " · ".join(text or "–" for text in texts)


def refuse_bad(outcome: Outcome | None) -> None:
    if outcome and outcome.errors:
        abort(422, description=str(outcome.errors[0].message))


def settled(event: Event, act: Callable[[], None]) -> Response:
    try:
        act()
    except SamePerson:
        db.session.rollback()
        abort(403, description=_("You typed one of the two. Somebody else settles this."))
    except NotOpen as closed:
        db.session.rollback()
        abort(409, description=why_not_open(closed))
    db.session.commit()
    flash(_("Settled."), "ok")
    return web.go_to("checking.queue", event_id=event.id)


def dispute_of(event_id: int, record_id: int) -> tuple[Event, Dispute]:
    event = event_to_change(event_id)
    found = next((one for one in queries.disputes(event) if one.first.record_id == record_id), None)
    return event, found or abort(409, description=_("This is settled already."))


def same_person() -> str:
    return _("You wrote this yourself. Somebody else has to type it again.")


def sheet_to_check(group_id: int, activity_id: int) -> Sheet:
    """403 where all that is to be checked is by the reader."""
    sheet = sheet_to_score(group_id, activity_id)
    known = scoring.standings([sheet.activity], [person.id for person in sheet.participants])
    waiting = [standing for standing in known.values() if standing.value and not standing.is_checked]
    if sheet.activity.checking is not Checking.OFF and waiting and all(wrote(sheet.reader, one) for one in waiting):
        abort(403, description=same_person())
    return sheet


def check_page(sheet: Sheet, turns: list[Turn] | None = None, status: int = 200) -> Response:
    rows = rows_of(sheet, decimal_mark(), turns or [])
    return web.render("checking/show.html", status=status, sheet=sheet, rows=rows)


def queue_page(event: Event) -> Response:
    return web.render(
        "checking/queue.html",
        event=event,
        sheets=queries.to_check(event),
        disputes=[(one, wrote(me(), one.second)) for one in queries.disputes(event)],
    )
