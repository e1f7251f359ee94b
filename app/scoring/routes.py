"""Sheets: an evaluator's home, the table of one group and one activity, and each of its rows."""

from __future__ import annotations

import json
from itertools import groupby

from flask import Blueprint, Flask, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from .. import web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..database import reads_first
from ..events.marking import RULES
from ..events.models import Activity, Participant
from ..extensions import db
from ..i18n import decimal_mark
from . import columns, presence, queries, values
from .access import allow_scorer, reader_or_none, sheet_to_score
from .actions import Entry, NotOpen, Outcome, Verdict, save_records
from .flags import queries as flags
from .models import Source
from .queries import Sheet
from .rows import Row, entries_of, row_now, row_of_outcome, rows_of
from .scorers import Judge, key_of

bp = Blueprint("scoring", __name__, url_prefix="/sheets")

ANNOUNCE = "scores-changed"
UNSETTLED = {Verdict.REFUSED, Verdict.DOUBTFUL}


SOURCES = {
    Source.HAND: _l("by hand"),
    Source.JSON: _l("by a script"),
    Source.IMPORT: _l("imported"),
    Source.PAPER: _l("from paper"),
    Source.CHECK: _l("settled after checking"),
    Source.PLAN: _l("by a change of the plan"),
    Source.DEMO: _l("demo"),
    Source.UNDO: _l("undone"),
    Source.BACK: _l("put back"),
}


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.add_template_filter(columns.headings)
    app.add_template_filter(columns.mark_names)
    app.add_template_filter(marking_json)
    app.add_template_filter(key_of, "reader_key")
    app.add_template_filter(marks_text)
    app.add_template_filter(source_name)
    app.add_template_filter(usual)


@bp.after_request
def name_reader(response: Response) -> Response:
    """Tells the service worker whose page this is, so that it is shown to nobody else without a network."""
    # Where something is broken it may be the database, which knows the reader.
    reader = reader_or_none() if response.status_code < 500 else None
    if reader is not None:
        response.headers["Laurel-Reader"] = key_of(reader)
    return response


@bp.get("")
@allow(Role.EVALUATOR)
def index() -> Response:
    progress = queries.progress_of(queries.sheet_groups(me()))
    by_event = [(event, list(sheets)) for event, sheets in groupby(progress, key=lambda sheet: sheet.group.event)]
    events = [
        (event, [(group, list(rows)) for group, rows in groupby(sheets, key=lambda sheet: sheet.group)])
        for event, sheets in by_event
    ]
    return web.render("scoring/index.html", events=events)


@bp.get("/<int:group_id>/<int:activity_id>")
@allow_scorer
def show(group_id: int, activity_id: int) -> Response:
    sheet = sheet_to_score(group_id, activity_id)
    presence.note(sheet, key_of(sheet.reader), sheet.reader.name)
    return sheet_page(sheet, rows_of(sheet, decimal_mark()))


@bp.post("/<int:group_id>/<int:activity_id>")
@allow_scorer
@reads_first
def save(group_id: int, activity_id: int) -> Response:
    """The whole sheet at once. What is fine is saved; the rest comes back as typed, each with its reason."""
    sheet = sheet_to_score(group_id, activity_id)
    outcomes = save_entries(sheet, entries_of(sheet, request.form))
    verdicts = {outcome.verdict for outcome in outcomes}
    status = 409 if Verdict.CONFLICT in verdicts else 422 if verdicts & UNSETTLED else 200
    if status == 200 and not web.wants_piece():
        flash(_("All saved"), "ok")
        return web.go_to("scoring.show", group_id=group_id, activity_id=activity_id)
    return sheet_page(sheet, rows_of(sheet, decimal_mark(), outcomes), status)


@bp.get("/<int:group_id>/<int:activity_id>/<int:participant_id>")
@allow_scorer
def show_row(group_id: int, activity_id: int, participant_id: int) -> Response:
    """The row as it stands: what an evaluator takes who gives way to a colleague."""
    sheet = sheet_to_score(group_id, activity_id)
    participant = participant_of(sheet, participant_id)
    if not web.wants_piece():
        return web.go_to("scoring.show", group_id=group_id, activity_id=activity_id)
    return row_piece(sheet, row_now(sheet, participant, decimal_mark()), replace=True)


@bp.post("/<int:group_id>/<int:activity_id>/<int:participant_id>")
@allow_scorer
@reads_first
def save_row(group_id: int, activity_id: int, participant_id: int) -> Response:
    sheet = sheet_to_score(group_id, activity_id)
    participant = participant_of(sheet, participant_id)
    [outcome] = save_entries(sheet, entries_of(sheet, request.form, only=participant))
    status = 409 if outcome.verdict is Verdict.CONFLICT else 422 if outcome.verdict in UNSETTLED else 200
    if web.wants_piece():
        return row_piece(sheet, row_of_outcome(outcome, decimal_mark()), status=status)
    if status == 200:
        return web.go_to("scoring.show", group_id=group_id, activity_id=activity_id)
    return sheet_page(sheet, rows_of(sheet, decimal_mark(), [outcome]), status)


@bp.get("/<int:group_id>/<int:activity_id>/<int:participant_id>/history")
@allow_scorer
def history(group_id: int, activity_id: int, participant_id: int) -> Response:
    sheet = sheet_to_score(group_id, activity_id)
    participant = participant_of(sheet, participant_id)
    row = row_now(sheet, participant, decimal_mark())
    changes = [] if row.is_hidden else queries.history_of(participant.id, sheet.activity.id)
    return web.render(
        "scoring/history.html", "scoring/_history.html", sheet=sheet, participant=participant, row=row, changes=changes
    )


def marks_text(marks: list[str | None], activity: Activity) -> str:
    """Marks as history keeps them, in the words of a sheet: "1:23.40"."""
    found = [mark and values.parse(mark, activity.mark_type) for mark in marks]
    texts = [values.show(value or None, activity.mark_type, decimal_mark=decimal_mark()) for value in found]
    return " · ".join(text or "–" for text in texts)


def marking_json(activity: Activity) -> str:
    """What a script needs to know to work out a total as `formulas` does."""
    marking = activity.marking
    return json.dumps(
        {
            **{name: getattr(marking, name) for name in ("each", "formula", "higher_is_better", *RULES)},
            "weights": [f"{criterion.weight:f}" for criterion in marking.criteria],
            "decimal_places": activity.decimal_places,
            "decimal_mark": decimal_mark(),
        }
    )


def usual(activity: Activity) -> str:
    """Where a value is expected, for people: "usually 8 to 20 m"; empty where nobody has said."""
    low, high = (
        end is not None and values.show(values.Value.of(end), activity.mark_type, decimal_mark=decimal_mark())
        for end in (activity.low, activity.high)
    )
    unit = f" {activity.unit}" if activity.unit else ""
    if low and high:
        return _("usually %(low)s to %(high)s", low=low, high=high) + unit
    if low:
        return _("usually from %(low)s", low=low) + unit
    return _("usually up to %(high)s", high=high) + unit if high else ""


def source_name(source: Source) -> str:
    return str(SOURCES[source])


def participant_of(sheet: Sheet, participant_id: int) -> Participant:
    return next((person for person in sheet.participants if person.id == participant_id), None) or abort(404)


def save_entries(sheet: Sheet, entries: list[Entry]) -> list[Outcome]:
    try:
        outcomes = save_records(sheet.event, entries, by=sheet.reader, source=Source.HAND)
    except NotOpen as closed:
        db.session.rollback()
        abort(409, description=why_not_open(closed))
    db.session.commit()
    return outcomes


def why_not_open(closed: NotOpen) -> str:
    if closed.reason == "activity":
        return _("This activity is locked, so nothing was saved. An admin can open it again.")
    return _("This event does not take scores now, so nothing was saved. An admin can start it.")


def sheet_page(sheet: Sheet, rows: list[Row], status: int = 200) -> Response:
    shown = [row for row in rows if not row.is_hidden]
    return web.render(
        "scoring/show.html",
        status=status,
        sheet=sheet,
        rows=shown,
        hidden=len(rows) - len(shown),
        flagged=flags.flagged_people(sheet.activity),
        home=url_for("judges.show") if isinstance(sheet.reader, Judge) else url_for("scoring.index"),
    )


def row_piece(sheet: Sheet, row: Row, *, status: int = 200, replace: bool = False) -> Response:
    saved = row.verdict is Verdict.SAVED
    return web.render(
        "scoring/_state.html",
        "scoring/_state.html",
        status=status,
        announce=ANNOUNCE if saved else None,
        sheet=sheet,
        row=row,
        replace=replace,
    )
