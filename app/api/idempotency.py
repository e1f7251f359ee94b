"""`Idempotency-Key`: a request that is sent again is not done again, but gets the answer that it got.

A key is claimed at the start of the work and the answer kept at its end, both in the transaction of the work. Whoever
sends the same at the same instant waits at the claim, and finds either the answer or, when the first has failed, a
free key. So errors are not remembered: nothing was done.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import request
from flask_babel import gettext as _
from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ..accounts.models import User
from ..database import is_sqlite, now, write_from_here
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


def claim_each(wanted: Mapping[str, str], by: User) -> dict[str, Claim]:
    """The same for a request that holds many: by key, each with the hash of what is asked under it.

    A key that was used for something else is not in the answer. Two statements whatever their number.
    """
    free = _claim_free(dict(sorted(wanted.items())), by)
    claims = {key: Claim(row_id) for key, row_id in free.items()}
    used = wanted.keys() - free.keys()
    if used:
        mine = select(IdempotentAnswer).where(IdempotentAnswer.user_id == by.id, IdempotentAnswer.key.in_(used))
        claims |= {
            row.key: Claim(row.id, row.body) for row in db.session.scalars(mine) if row.request_hash == wanted[row.key]
        }
    return claims


def remember_each(answers: Mapping[int, dict[str, Any] | None]) -> None:
    """Keep these answers by the id of their claim. Where nothing was done (None), the key is free again."""
    done = [{"id": row_id, "body": answer} for row_id, answer in answers.items() if answer is not None]
    undone = [row_id for row_id, answer in answers.items() if answer is None]
    if done:
        db.session.execute(update(IdempotentAnswer), done)
    if undone:
        db.session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.id.in_(undone)))


def remember(claim: Claim, answer: dict[str, Any]) -> None:
    if claim.id is not None:
        db.session.execute(update(IdempotentAnswer).where(IdempotentAnswer.id == claim.id).values(body=answer))


@chore
def forget_old_answers() -> int:
    result = db.session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.created_at < now() - KEPT))
    return result.rowcount if isinstance(result, CursorResult) else 0


def _claim(key: str, by: User) -> int | None:
    return _claim_free({key: _request_hash()}, by).get(key)


def _claim_free(wanted: Mapping[str, str], by: User) -> dict[str, int]:
    """The ids of the rows of those keys that were free, or whose time is over. PostgreSQL waits for a rival here."""
    write_from_here()
    moment = now()
    rows = [
        {"user_id": by.id, "key": key, "request_hash": hashed, "status": 200, "body": {}, "created_at": moment}
        for key, hashed in wanted.items()
    ]
    insertion = (sqlite.insert if is_sqlite() else postgresql.insert)(IdempotentAnswer).values(rows)
    anew = {name: insertion.excluded[name] for name in ("request_hash", "status", "body", "created_at")}
    claimed = db.session.execute(
        insertion.on_conflict_do_update(
            index_elements=["user_id", "key"], set_=anew, where=IdempotentAnswer.created_at < moment - KEPT
        ).returning(IdempotentAnswer.key, IdempotentAnswer.id)
    )
    return {key: row_id for key, row_id in claimed}  # noqa: C416


def _request_hash() -> str:
    head = f"{request.method} {request.full_path}\n"
    return hashlib.sha256(head.encode() + request.get_data()).hexdigest()
