"""The log's pages: an event's for its admins, all events' for admins, the installation's too for super admins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, Response, request
from flask_babel import get_timezone

from .. import audit, web
from ..accounts.access import allow, me
from ..accounts.models import Role
from ..database import now
from ..events.access import event_to_manage
from ..events.kinds import EvaluationType
from ..events.models import Event
from ..extensions import client_address, limiter
from ..i18n import decimal_mark, local_time
from ..scoring import values
from ..spreadsheets import as_csv, csv_answer
from . import queries, readable, wording
from .models import AuditEntry
from .queries import Filter

EVENT = "/events/<int:event_id>/audit"
ASKED = ("q", "kind", "by", "event", "since", "until")
CSV_HEADER = ("at", "who", "action", "what", "event", "subject", "values")

bp = Blueprint("audit", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.add_template_filter(wording.action_words)


def account_and_address() -> str:
    return f"{me().id} {client_address()}"


limited = limiter.limit("10/minute", key_func=account_and_address)


@bp.get("/audit")
@allow(Role.ADMIN)
def index() -> Response:
    named = queries.everything_named("events", "users")
    events = [one for one in named if one.table == "events"]
    return log_page("audit/index.html", asked_for(request.args.get("event", type=int)), named, events=events)


@bp.get(EVENT)
@allow(Role.ADMIN)
def show(event_id: int) -> Response:
    event = event_to_manage(event_id)
    return log_page("audit/show.html", asked_for(event.id), queries.everything_named("users"), event=event)


@bp.get("/audit.csv")
@allow(Role.ADMIN)
@limited
def download() -> Response:
    return csv_answer(csv_of(asked_for(request.args.get("event", type=int))), f"log {now():%Y-%m-%d}")


@bp.get(f"{EVENT}.csv")
@allow(Role.ADMIN)
@limited
def download_of_event(event_id: int) -> Response:
    event = event_to_manage(event_id)
    return csv_answer(csv_of(asked_for(event.id)), f"{event.name} log {now():%Y-%m-%d}")


@bp.get("/audit/verdict")
@allow(Role.ADMIN)
@limited
def verdict() -> Response:
    """Whether the log is whole. It reads all of it, so it is asked for apart."""
    broken = [row for row in audit.broken_rows() if me().is_super_admin or row[0] is not None]
    return verdict_page(broken, None)


@bp.get(f"{EVENT}/verdict")
@allow(Role.ADMIN)
@limited
def verdict_of_event(event_id: int) -> Response:
    event = event_to_manage(event_id)
    return verdict_page(list(audit.broken_rows(event.id)), event)


def log_page(page: str, wanted: Filter, named: list[queries.Named], **context: Any) -> Response:
    found = queries.entries(wanted, request.args.get("before", type=int), queries.PER_PAGE + 1)
    entries = found[: queries.PER_PAGE]
    more = entries[-1].id if len(found) > len(entries) else None
    return web.render(
        page,
        "audit/_entries.html",
        entries=entries,
        more=more,
        names=queries.names_of(readable.keys_in(entries)),
        readable=readable,
        show_marks=show_marks,
        wanted=wanted,
        asked={name: request.args[name] for name in ASKED if request.args.get(name)},
        people=[one for one in named if one.table == "users"],
        kinds=wording.KINDS,
        **context,
    )


def verdict_page(broken: list[tuple[int | None, int, str]], event: Event | None) -> Response:
    names = queries.names_of({("events", event_id) for event_id, *_rest in broken if event_id is not None})
    return web.render("audit/verdict.html", "audit/_verdict.html", broken=broken, names=names, event=event)


def asked_for(event_id: int | None) -> Filter:
    """From an address that anybody may have typed: what is not understood is passed over."""
    until = day_asked_for("until")
    return Filter(
        by=request.args.get("by", type=int),
        kind=request.args.get("kind", "")[:60],
        event=event_id,
        since=midnight(day_asked_for("since")),
        until=midnight(until + timedelta(days=1) if until else None),
        text=" ".join(request.args.get("q", "").replace("\0", "").split())[:120],
        everything=me().is_super_admin,
    )


def day_asked_for(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if 1970 <= day.year <= 9000 else None


def midnight(day: date | None) -> datetime | None:
    """The beginning of a day where the reader is."""
    return datetime(day.year, day.month, day.day, tzinfo=get_timezone()) if day else None


def csv_of(wanted: Filter) -> str:
    return as_csv(CSV_HEADER, csv_rows(wanted))


def csv_rows(wanted: Filter) -> Iterator[tuple[str, ...]]:
    for entries in queries.all_entries(wanted):
        names = queries.names_of(readable.keys_in(entries))
        for entry in entries:
            event = names.get(("events", entry.event_id or 0))
            yield (
                local_time(entry.at).isoformat(timespec="seconds"),
                entry.actor_name,
                entry.action,
                wording.action_words(entry.action),
                event.name if event else "",
                readable.subject_of(entry, names),
                values_of(entry, names),
            )


def values_of(entry: AuditEntry, names: readable.Names) -> str:
    return "\n".join(map(str, readable.lines_of(entry, names, show_marks)))


def show_marks(marks: list[str | None], kind: str | None) -> str:
    """In the words of a sheet where the activity is known, else exactly as they are kept."""
    if kind is None:
        return " · ".join(mark or readable.NOTHING for mark in marks)
    known = EvaluationType(kind)
    read = [values.parse(mark, known) if mark else None for mark in marks]
    shown = (values.show(value, known, decimal_mark=decimal_mark()) for value in read)
    return " · ".join(text or readable.NOTHING for text in shown)
