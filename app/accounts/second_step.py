"""The second step of a sign-in: a code from an app (TOTP), or one of ten recovery codes. Commits nothing."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import CursorResult, delete, func, select, update

from .. import audit
from ..database import now
from ..encryption import decrypt, encrypt
from ..extensions import db
from . import actions
from .models import LoginSession, RecoveryCode, SecondStep, User

if TYPE_CHECKING:
    from pyotp import TOTP

ISSUER = "Laurel"
PURPOSE = "second step"
STEP = 30
HOW_MANY = 10
LETTERS = "BCDFGHJKMNPQRSTVWXYZ23456789"
"""No vowels, so that no code is a word, and nothing that looks like another letter."""


def of(user: User) -> SecondStep | None:
    """What the user has set up, or begun to."""
    return db.session.get(SecondStep, user.id)


def is_on(user: User) -> bool:
    step = of(user)
    return step is not None and step.confirmed_at is not None


def is_missing(user: User) -> bool:
    """Whether the installation wants a second step of this person, and they have none."""
    return current_app.config["SETTINGS"].second_step and user.is_admin and not is_on(user)


def begin(user: User) -> None:
    """A secret for an app; it asks for nothing until a code confirms that the app has it."""
    from pyotp import random_base32

    step = of(user)
    if step is not None and step.confirmed_at:
        return
    if step is not None:
        db.session.delete(step)
        db.session.flush()
    db.session.add(SecondStep(user_id=user.id, secret=encrypt(random_base32(), PURPOSE), last_step=0))


def key_of(step: SecondStep) -> str:
    """The secret, for a square to photograph or to be typed."""
    return decrypt(step.secret, PURPOSE)


def address_of(user: User, step: SecondStep) -> str:
    return _totp(step).provisioning_uri(name=user.email or user.username, issuer_name=ISSUER)


def confirm(user: User, code: str, *, keep: LoginSession) -> list[str] | None:
    """Switch it on with a first code; ten recovery codes, or None for a wrong one. Other devices are signed out."""
    step = of(user)
    if step is None or step.confirmed_at or not _use_code(step, code):
        return None
    step.confirmed_at = now()
    actions.end_sessions(user, but=keep)
    audit.record(None, "second_step.confirm", by=user, subject=user)
    return _new_codes(user)


def replace_codes(user: User) -> list[str]:
    audit.record(None, "second_step.codes", by=user, subject=user)
    return _new_codes(user)


def remove(user: User, *, by: User) -> None:
    db.session.execute(delete(SecondStep).where(SecondStep.user_id == user.id))
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    audit.record(None, "second_step.remove", by=by, subject=user)


def codes_left(user: User) -> int:
    unused = (RecoveryCode.user_id == user.id) & RecoveryCode.used_at.is_(None)
    return db.session.scalar(select(func.count(RecoveryCode.id)).where(unused)) or 0


def use(user: User, typed: str) -> bool:
    """Whether this is a code of theirs that was not used before; from now on it is used."""
    step = of(user)
    if step is None or step.confirmed_at is None:
        return False
    plain = re.sub(r"[\s-]", "", typed)
    return _use_code(step, plain) if re.fullmatch(r"[0-9]{6}", plain) else _use_recovery_code(user, plain)


def _use_code(step: SecondStep, typed: str) -> bool:
    """The code of now, or of half a minute before or after: clocks differ. Of two at once, one is taken."""
    plain, current = re.sub(r"\s", "", typed), int(time.time()) // STEP
    right = [at for at in (current - 1, current, current + 1) if hmac.compare_digest(_code(step, at), plain.encode())]
    if not right:
        return False
    used = (
        update(SecondStep)
        .where(SecondStep.user_id == step.user_id, SecondStep.last_step < right[-1])
        .values(last_step=right[-1])
    )
    return _changed_one(used)


def _use_recovery_code(user: User, typed: str) -> bool:
    unused = (RecoveryCode.user_id == user.id) & RecoveryCode.used_at.is_(None)
    return _changed_one(
        update(RecoveryCode).where(unused, RecoveryCode.code_hash == code_hash(typed)).values(used_at=now())
    )


def _changed_one(statement: object) -> bool:
    result = db.session.execute(statement)  # type: ignore[call-overload]
    return isinstance(result, CursorResult) and result.rowcount == 1


def _new_codes(user: User) -> list[str]:
    """The older ones open nothing any more."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = ["".join(secrets.choice(LETTERS) for _ in range(10)) for _ in range(HOW_MANY)]
    db.session.add_all(RecoveryCode(user_id=user.id, code_hash=code_hash(code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def code_hash(typed: str) -> str:
    """Keyed: a code is short enough to be found from a plain hash by trying. Case, spaces and dashes do not count."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    key: str = current_app.config["SECRET_KEY"]
    return hmac.new(key.encode(), f"recovery {letters}".encode(), hashlib.sha256).hexdigest()


def _code(step: SecondStep, at: int) -> bytes:
    return _totp(step).generate_otp(at).encode()


def _totp(step: SecondStep) -> TOTP:
    from pyotp import TOTP

    return TOTP(key_of(step))
