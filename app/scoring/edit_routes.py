"""What a sheet's script asks for: who is signed in, and several edits stored at once, each exactly once."""

from __future__ import annotations

import time
from typing import Any

from flask import Blueprint, Flask, Response, abort, jsonify, render_template
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from .. import web
from ..api import idempotency
from ..api.idempotency import Claim
from ..database import reads_first
from ..extensions import db
from ..i18n import decimal_mark
from . import edits, presence
from .access import allow_scorer, scorer, sheet_to_score
from .actions import NotOpen, Outcome, Verdict, save_records
from .edits import BadEdits, Edit
from .models import Source
from .queries import Sheet
from .routes import why_not_open
from .rows import Row, row_now, row_of_outcome
from .scorers import Judge, key_of

bp = Blueprint("edits", __name__, url_prefix="/sheets")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.add_template_global(seconds_now)
    app.add_template_global(decimal_mark)


def seconds_now() -> int:
    """When a page was made, for its script to compare with answers that came later: it may have been kept for long."""
    return int(time.time())


@bp.get("/reader")
@allow_scorer
def show_reader() -> Response:
    """Who is signed in, with a token to write by: a page that was kept, or outlived its session, has an old one."""
    return jsonify(user=key_of(scorer()), name=scorer().name, csrf_token=generate_csrf())


@bp.post("/<int:group_id>/<int:activity_id>/edits")
@allow_scorer
@reads_first
def save(group_id: int, activity_id: int) -> Response:
    """Rows of one sheet. What is fine is stored; each gets an answer of its own, with its piece of the page."""
    sheet = sheet_to_score(group_id, activity_id)
    try:
        reader, wanted = edits.read(web.json_body(edits.LONGEST_BODY))
    except BadEdits:
        raise web.json_error(422) from None
    if reader != key_of(sheet.reader):
        detail = _("Somebody else is signed in now. What you typed waits until you sign in.")
        return web.error_answer(403, "", detail, "other_user")
    claims = _claims(sheet, wanted)
    outcomes = _store(sheet, [edit for edit in wanted if (claim := claims.get(edit.key)) and claim.answer is None])
    idempotency.remember_each(
        {
            claim.id: _remembered(outcomes.get(key))
            for key, claim in claims.items()
            if claim.answer is None and claim.id is not None
        }
    )
    db.session.commit()
    answers = [_answer(sheet, edit, claims.get(edit.key), outcomes.get(edit.key)) for edit in wanted]
    presence.note(sheet, reader, sheet.reader.name)
    return jsonify(answers=answers)


def _claims(sheet: Sheet, wanted: list[Edit]) -> dict[str, Claim]:
    """Keys belong to accounts. What a judge sends again is known by its version: it is unchanged, or a conflict."""
    if isinstance(sheet.reader, Judge):
        return {edit.key: Claim() for edit in wanted}
    return idempotency.claim_each({edit.key: edit.digest for edit in wanted}, sheet.reader)


def _store(sheet: Sheet, new: list[Edit]) -> dict[str, Outcome]:
    """By key, what became of those whose participant is on the sheet."""
    entries = {edit.key: entry for edit in new if (entry := edit.entry(sheet))}
    if not entries:
        return {}
    try:
        outcomes = save_records(sheet.event, list(entries.values()), by=sheet.reader, source=Source.HAND)
    except NotOpen as closed:
        db.session.rollback()
        abort(409, description=why_not_open(closed))
    return dict(zip(entries, outcomes, strict=True))


def _remembered(outcome: Outcome | None) -> dict[str, Any] | None:
    """Only what is done is kept: a conflict or a refusal is judged anew when it is sent again."""
    if outcome is None or not outcome.verdict.is_fine:
        return None
    return {"verdict": outcome.verdict.value, "version": outcome.standing.version}


def _answer(sheet: Sheet, edit: Edit, claim: Claim | None, outcome: Outcome | None) -> dict[str, Any]:
    entry = edit.entry(sheet)
    if claim is None:
        return _refused(edit, _("This was sent before as something else. Please type it again."))
    if claim.answer is None and entry is None:
        return _refused(edit, _("This row is not on the sheet any more, so nothing was saved. Reload the sheet."))
    if outcome is not None:
        answer = {"verdict": outcome.verdict.value, "version": outcome.standing.version}
        return {"key": edit.key, **answer, "state": _piece(sheet, row_of_outcome(outcome, decimal_mark()))}
    row = entry and row_now(sheet, entry.participant, decimal_mark())
    return {"key": edit.key, **(claim.answer or {}), "state": row and _piece(sheet, row)}


def _refused(edit: Edit, detail: str) -> dict[str, Any]:
    return {"key": edit.key, "verdict": Verdict.REFUSED.value, "detail": detail}


def _piece(sheet: Sheet, row: Row) -> str:
    return render_template("scoring/_state.html", sheet=sheet, row=row, replace=False)
