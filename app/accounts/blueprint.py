"""What the routes of signing in and of one's own account share."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

bp = Blueprint("accounts", __name__)

REFUSED = 422


def was_refused(response: Response) -> bool:
    return response.status_code == REFUSED
