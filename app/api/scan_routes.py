"""Photos of printed sheets over JSON: sent, and asked what was read. Saving what was read is for a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, abort
from flask_babel import gettext as _
from pydantic import BaseModel, Field

from ..accounts.access import allow_token, me
from ..accounts.models import Role, Scope
from ..extensions import client_address, db, limiter
from ..paper import scans
from ..paper.models import PaperScan, PaperSheet
from ..paper.reading.reader import LARGEST
from ..scoring import queries as scoring
from . import imports
from .blueprint import bp
from .errors import refusal
from .exchange import answer_with
from .openapi import documented
from .schemas import Error


class ScannedRow(BaseModel):
    """A row of the page. `participant` is null on a spare one."""

    participant: int | None
    value: str = Field(description="As it would be typed, marks with a space between; `DNS` or `DNF` where ticked.")
    confidence: float
    state: str = Field(description="`accept`, `review`, or `empty`: nothing is written there, which is never nought.")
    reasons: list[str]


class Scan(BaseModel):
    id: int
    state: str = Field(description="`waiting`, `read`, `refused`, `saved` or `discarded`.")
    reason: str = Field(description="Why it was refused; `older` where a newer version of the sheet was printed.")
    sheet: int | None
    page: int | None
    sent_at: datetime
    rows: list[ScannedRow]

    @classmethod
    def of(cls, scan: PaperScan) -> Scan:
        return cls(
            id=scan.id,
            state=scan.state.value,
            reason=scan.reason,
            sheet=scan.sheet_id,
            page=scan.page,
            sent_at=scan.sent_at,
            rows=[_row(row) for row in scan.rows],
        )


def _row(row: dict[str, Any]) -> ScannedRow:
    return ScannedRow(**{name: row[name] for name in ScannedRow.model_fields})


@bp.post("/sheets/<int:sheet_id>/scans")
@allow_token(Role.EVALUATOR, Scope.RESULTS_WRITE)
@documented(
    "Send a photo or a scan of a printed sheet; it is read in a moment, and waits for a person",
    answer=Scan,
    takes_file=True,
    status=202,
    errors={409: Error, 413: Error, 422: Error, 429: Error},
)
@limiter.limit(
    "60/minute",
    key_func=lambda: f"{me().id} {client_address()}",
    error_message=lambda: _("Too many requests. Wait a moment and try again."),
)
def create_scan(sheet_id: int) -> Response:
    sheet = sheet_in_reach(sheet_id)
    name, data = imports.sent_file()
    if not data:
        raise refusal(422, "missing", _("Send the file as “file”."))
    if len(data) > LARGEST:
        raise refusal(413, "too_large", _("It is too large, or unpacks to far more than a photo has."))
    if not sheet.event.can_take_scores:
        raise refusal(409, "closed", _("This event takes no values now."))
    made, known = scans.add(sheet.event, [(name, data)], by=me())
    db.session.commit()
    return answer_with(Scan.of((made or known)[0]), 202)


@bp.get("/scans/<int:scan_id>")
@allow_token(Role.EVALUATOR, Scope.RESULTS_READ)
@documented("What was read of a photo", answer=Scan)
def show_scan(scan_id: int) -> Response:
    scan = db.session.get(PaperScan, scan_id) or abort(404)
    mine = me().is_admin or scan.sent_by_id == me().id
    if not mine and (scan.subject is None or scoring.sheet_of(*scan.subject, me()) is None):
        abort(404)
    return answer_with(Scan.of(scan))


def sheet_in_reach(sheet_id: int) -> PaperSheet:
    sheet = db.session.get(PaperSheet, sheet_id)
    return sheet if sheet is not None and _may_score(sheet) else abort(404)


def _may_score(sheet: PaperSheet | None) -> bool:
    return sheet is not None and scoring.sheet_of(sheet.group_id, sheet.activity_id, me()) is not None
