from __future__ import annotations

from flask import Flask, Response, abort, current_app, request
from flask_babel import gettext as _

from .. import web
from ..accounts.access import allow_token, me
from ..accounts.models import Role, Scope
from ..audit import queries as audit
from ..database import reads_first
from ..events.access import event_to_change
from ..extensions import client_address, db, limiter
from ..leaderboards.queries import event_standings, wholes
from ..scoring.actions import NotOpen, Verdict, save_records
from ..scoring.checking.blind import Audience
from ..scoring.models import Source
from . import auth_routes as auth_routes
from . import cors, idempotency, imports, openapi, queries, records
from . import scan_routes as scan_routes
from . import user_routes as user_routes
from .access import event_in_reach
from .blueprint import LARGEST_BODY, bp
from .exchange import answer_json, answer_with, query_of
from .import_schemas import Imported, ImportQuery, RowErrors
from .openapi import documented
from .schemas import (
    AuditEntry,
    AuditPage,
    AuditQuery,
    Conflicts,
    Doubts,
    Error,
    EventDetail,
    EventPage,
    EventsQuery,
    EventSummary,
    ItemErrors,
    Participant,
    ParticipantPage,
    ParticipantsQuery,
    Saved,
    WantedRecords,
)
from .standing_schemas import Overall, Standings, StandingsOfActivity, StandingsQuery

SMALL_BODY = 1000
RECORDS_LIMIT = "API_RECORDS_LIMIT"


def init_app(app: Flask) -> None:
    app.config.setdefault(RECORDS_LIMIT, "60 per minute")
    cors.init_app(app)
    app.register_blueprint(bp)


@bp.get("/events")
@allow_token(Role.EVALUATOR, Scope.RESULTS_READ)
@documented("The events you may see, newest first", answer=EventPage, query=EventsQuery, errors={422: ItemErrors})
def list_events() -> Response:
    query = query_of(EventsQuery)
    found, total = queries.events_page(me(), limit=query.limit, offset=query.offset)
    page = [EventSummary.of(event) for event in found]
    return answer_with(EventPage(events=page, total=total, limit=query.limit, offset=query.offset))


@bp.get("/events/<int:event_id>")
@allow_token(Role.EVALUATOR, Scope.RESULTS_READ)
@documented("An event with its groups, activities and categories", answer=EventDetail)
def show_event(event_id: int) -> Response:
    return answer_with(EventDetail.of(event_in_reach(event_id).event))


@bp.get("/events/<int:event_id>/participants")
@allow_token(Role.EVALUATOR, Scope.RESULTS_READ)
@documented(
    "The people of an event; for an evaluator, those of their own group",
    answer=ParticipantPage,
    query=ParticipantsQuery,
    errors={422: ItemErrors},
)
def list_participants(event_id: int) -> Response:
    reach, query = event_in_reach(event_id), query_of(ParticipantsQuery)
    found, total = queries.participants_page(reach.event, reach.group_ids, limit=query.limit, offset=query.offset)
    brackets = [category.bracket for category in reach.event.categories]
    people = [Participant.of(person, reach.event.starts_on, brackets) for person in found]
    return answer_with(ParticipantPage(participants=people, total=total, limit=query.limit, offset=query.offset))


@bp.get("/events/<int:event_id>/standings")
@allow_token(Role.EVALUATOR, Scope.RESULTS_READ)
@documented(
    "Who stands where, by activity and over all of them",
    answer=Standings,
    query=StandingsQuery,
    errors={422: ItemErrors},
)
def show_standings(event_id: int) -> Response:
    event, query = event_in_reach(event_id).event, query_of(StandingsQuery)
    activities = [StandingsOfActivity.of(one, query.by) for one in event_standings(event, audience())]
    whole = wholes(event, audience())
    overall = Overall.of(whole, query.by) if whole else None
    return answer_with(Standings(event_id=event.id, revision=event.revision, activities=activities, overall=overall))


@bp.get("/audit")
@allow_token(Role.ADMIN, Scope.RESULTS_READ)
@documented(
    "Who did what: of every event, and for super admins of the installation",
    answer=AuditPage,
    query=AuditQuery,
    errors={422: ItemErrors},
)
def list_audit() -> Response:
    query = query_of(AuditQuery)
    wanted = audit.Filter(
        by=query.actor,
        kind=query.action,
        event=query.event,
        since=query.since,
        until=query.until,
        text=query.q,
        everything=me().is_super_admin,
    )
    found = audit.entries(wanted, query.before, query.limit + 1)
    page = [AuditEntry.model_validate(entry, from_attributes=True) for entry in found[: query.limit]]
    return answer_with(AuditPage(entries=page, next=page[-1].id if len(found) > len(page) else None))


def audience() -> Audience:
    """What scripts of admins read may be shown to everybody; an evaluator may have to type a value again."""
    return Audience.PUBLIC if me().is_admin else Audience.EVALUATORS


def _weight() -> int:
    """One record counts once and many twice: 60 single ones a minute, or 30 requests with many."""
    return 1 if len(request.get_data()) <= SMALL_BODY else 2


@bp.post("/events/<int:event_id>/records")
@allow_token(Role.EVALUATOR, Scope.RESULTS_WRITE)
@documented(
    "Write values, all or none",
    answer=Saved,
    body=WantedRecords,
    idempotent=True,
    errors={400: Error, 403: ItemErrors, 409: Conflicts, 413: Error, 415: Error, 422: Doubts, 429: Error},
)
@limiter.limit(
    lambda: current_app.config[RECORDS_LIMIT],
    key_func=lambda: f"{me().id} {client_address()}",
    cost=_weight,
    error_message=lambda: _("Too many requests. Wait a moment and try again."),
)
@reads_first
def create_records(event_id: int) -> Response:
    if request.mimetype != "application/json":
        abort(415)
    body = web.json_body(LARGEST_BODY)
    reach = event_in_reach(event_id)
    claim = idempotency.claim(me())
    if claim.answer is not None:
        return answer_json(claim.answer, replayed=True)
    entries = records.entries_from(body, reach)
    try:
        outcomes = save_records(reach.event, entries, by=me(), source=Source.JSON, all_or_nothing=True)
    except NotOpen as error:
        raise records.closed_answer(error) from None
    if any(outcome.verdict is Verdict.REFUSED for outcome in outcomes):
        raise records.hidden_answer(outcomes)
    if any(outcome.verdict is Verdict.CONFLICT for outcome in outcomes):
        raise records.conflict_answer(outcomes)
    if any(outcome.verdict is Verdict.DOUBTFUL for outcome in outcomes):
        raise records.doubtful_answer(outcomes)
    db.session.flush()
    answer = records.answer_for(outcomes, reach.event.revision)
    idempotency.remember(claim, answer)
    db.session.commit()
    return answer_json(answer)


@bp.post("/events/<int:event_id>/import")
@allow_token(Role.ADMIN, Scope.RESULTS_WRITE)
@documented(
    "Bring people in from a CSV, TSV, XLSX or ODS file, as a whole or not at all",
    answer=Imported,
    query=ImportQuery,
    takes_file=True,
    errors={409: Error, 413: Error, 422: RowErrors, 429: Error},
)
@limiter.limit(
    "10/minute",
    key_func=lambda: f"{me().id} {client_address()}",
    error_message=lambda: _("Too many requests. Wait a moment and try again."),
)
def create_import(event_id: int) -> Response:
    query = query_of(ImportQuery)
    # Ends the transaction: reading a large file takes its time, and must not keep others from writing.
    db.session.rollback()
    filename, data = imports.sent_file()
    table = imports.table_in(data, query)
    answer = imports.bring_in(event_to_change(event_id), filename, data, table, query)
    db.session.commit()
    return answer_with(answer)


@bp.get("/openapi.json")
@web.public
@documented("This document", answer=None)
def show_openapi() -> Response:
    kept = current_app.extensions
    if "laurel_openapi" not in kept:
        kept["laurel_openapi"] = openapi.document(current_app)
    return answer_json(kept["laurel_openapi"])
