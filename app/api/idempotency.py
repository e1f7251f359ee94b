"""`Idempotency-Key`: a request that is sent again is not done again, but gets the answer that it got.

A key is claimed at the start of the work and the answer kept at its end, both in the transaction of the work. Whoever
sends the same at the same instant waits at the claim, and finds either the answer or, when the first has failed, a
free key. So errors are not remembered: nothing was done.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import request
from flask_babel import gettext as _
from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ..accounts.models import User
from ..database import is_sqlite, now
from ..extensions import db
from ..jobs import chore
from .errors import refusal
from .models import IdempotentAnswer

KEPT = timedelta(hours=24)
KEY = re.compile(r"[!-~]{1,128}")


@dataclass(frozen=True)
class Claim:
    """A request that may be done now; or, with `answer`, one that was done before."""

    id: int | None = None
    answer: dict[str, Any] | None = None


def claim(by: User) -> Claim:
    """Hold the request's key until the transaction ends. Answers 400 for a bad key, 422 for one used otherwise."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return Claim()
    if not KEY.fullmatch(key):
        raise refusal(400, "idempotency_key_invalid", _("Idempotency-Key is 1 to 128 visible ASCII characters."))
    claimed = _claim(key, by)
    if claimed is not None:
        return Claim(claimed)
    row = db.session.scalars(
        select(IdempotentAnswer).where(IdempotentAnswer.user_id == by.id, IdempotentAnswer.key == key)
    ).one()
    if row.request_hash != _request_hash():
        raise refusal(422, "idempotency_key_reused", _("This Idempotency-Key was sent before with another request."))
    return Claim(row.id, row.body)


def remember(claim: Claim, answer: dict[str, Any]) -> None:
    if claim.id is not None:
        db.session.execute(update(IdempotentAnswer).where(IdempotentAnswer.id == claim.id).values(body=answer))


@chore
def forget_old_answers() -> int:
    result = db.session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.created_at < now() - KEPT))
    return result.rowcount if isinstance(result, CursorResult) else 0


def _claim(key: str, by: User) -> int | None:
    """The id of the key's row if it was free or its time is over. PostgreSQL waits for a rival here."""
    moment = now()
    row = {"request_hash": _request_hash(), "status": 200, "body": {}, "created_at": moment}
    insertion = (sqlite.insert if is_sqlite() else postgresql.insert)(IdempotentAnswer)
    claimed: int | None = db.session.scalar(
        insertion.values(user_id=by.id, key=key, **row)
        .on_conflict_do_update(
            index_elements=["user_id", "key"], set_=row, where=IdempotentAnswer.created_at < moment - KEPT
        )
        .returning(IdempotentAnswer.id)
    )
    return claimed


def _request_hash() -> str:
    head = f"{request.method} {request.full_path}\n"
    return hashlib.sha256(head.encode() + request.get_data()).hexdigest()
