"""What an event's admins can take away: files, and lists that print well. Reading only, so archived events too."""

from __future__ import annotations

from flask import Blueprint, Flask, Response

from .. import web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..bundles import queries as bundle_queries
from ..bundles.wcif.taking import rounds_of
from ..events.access import event_to_manage
from ..extensions import client_address, db, limiter
from ..leaderboards.export import as_csv as results_as_csv
from ..leaderboards.queries import event_standings, wholes
from ..spreadsheets import as_csv, csv_answer, file_answer
from . import papers, printing, queries
from .marks import marks_table
from .people import people_table
from .results import results_sheets
from .whole import as_json
from .workbook import Sheet, as_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

bp = Blueprint("exports", __name__, url_prefix="/events/<int:event_id>")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


def account_and_address() -> str:
    return f"{me().id} {client_address()}"


limited = limiter.shared_limit("10/minute", scope="exports", key_func=account_and_address)


@bp.get("/export")
@allow(Role.ADMIN)
def index(event_id: int) -> Response:
    event = event_to_manage(event_id)
    return web.render(
        "exports/index.html", event=event, came_in=bundle_queries.origin(event), has_rounds=bool(rounds_of(event))
    )


@bp.get("/export/participants.csv")
@allow(Role.ADMIN)
@limited
def participants_csv(event_id: int) -> Response:
    event = event_to_manage(event_id)
    header, rows = people_table(queries.rosters(event))
    return csv_answer(as_csv(header, rows), f"{event.name} participants")


@bp.get("/export/participants.xlsx")
@allow(Role.ADMIN)
@limited
def participants_xlsx(event_id: int) -> Response:
    event = event_to_manage(event_id)
    header, rows = people_table(queries.rosters(event))
    return file_answer(as_xlsx([Sheet("participants", header, rows)]), XLSX, f"{event.name} participants.xlsx")


@bp.get("/export/results.csv")
@allow(Role.ADMIN)
@limited
def results_csv(event_id: int) -> Response:
    event = event_to_manage(event_id)
    return csv_answer(results_as_csv(event_standings(event), wholes(event)), f"{event.name} results")


@bp.get("/export/marks.csv")
@allow(Role.ADMIN)
@limited
def marks_csv(event_id: int) -> Response:
    event = event_to_manage(event_id)
    header, rows = marks_table(event, queries.rosters(event))
    return csv_answer(as_csv(header, rows), f"{event.name} marks")


@bp.get("/export/results.xlsx")
@allow(Role.ADMIN)
@limited
def results_xlsx(event_id: int) -> Response:
    event = event_to_manage(event_id)
    rosters = queries.rosters(event)
    sheets = results_sheets(event, rosters, event_standings(event), queries.marks(event, rosters), wholes(event))
    return file_answer(as_xlsx(sheets), XLSX, f"{event.name} results.xlsx")


@bp.get("/export/event.json")
@allow(Role.ADMIN)
@limited
def whole_json(event_id: int) -> Response:
    event = event_to_manage(event_id)
    return file_answer(as_json(event, queries.rosters(event)).encode(), "application/json", f"{event.name}.json")


@bp.get("/print/start-lists")
@allow(Role.ADMIN)
def start_lists(event_id: int) -> Response:
    event = event_to_manage(event_id)
    return web.render("exports/start_lists.html", event=event, lists=printing.start_lists(event))


@bp.get("/print/results")
@allow(Role.ADMIN)
def results(event_id: int) -> Response:
    event = event_to_manage(event_id)
    return web.render("exports/results.html", event=event, lists=printing.result_lists(event))


@bp.get("/print/results.pdf")
@allow(Role.ADMIN)
@limited
def results_pdf(event_id: int) -> Response:
    event = event_to_manage(event_id)
    name, paper = event.name, papers.results_paper(event)
    db.session.rollback()  # Setting takes a while, and nobody is to wait for it.
    return file_answer(papers.as_pdf(paper), "application/pdf", f"{name} results.pdf")
