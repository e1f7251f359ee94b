"""Devices that signed in to an account before: a signed cookie that lives on after the sign-out.

It opens nothing. It only says whom this device may try to sign in as without being held for the tries of others.
"""

from __future__ import annotations

import secrets
from typing import Any

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from .models import User

COOKIE = "laurel-device"
YEAR = 365 * 24 * 3600
MOST_PEOPLE = 20
"""On one device; of more, those of long ago have to wait like strangers."""


def known_to(user: User | None) -> str | None:
    """The device's own id, if somebody signed in to this account on it before."""
    device = _read()
    return str(device["id"]) if user is not None and user.id in device["people"] else None


def remember(response: Response, user: User) -> None:
    device = _read()
    people = [*(other for other in device["people"] if other != user.id), user.id][-MOST_PEOPLE:]
    value = str(_signer().dumps({"id": device["id"], "people": people}))
    secure = current_app.config["SETTINGS"].secure_cookies
    response.set_cookie(COOKIE, value, max_age=YEAR, secure=secure, httponly=True, samesite="Lax")


def _read() -> dict[str, Any]:
    try:
        device = _signer().loads(request.cookies.get(COOKIE, ""))
        return {"id": str(device["id"]), "people": [int(person) for person in device["people"]]}
    except (BadSignature, KeyError, TypeError, ValueError):
        return {"id": secrets.token_hex(8), "people": []}


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="laurel-device")
