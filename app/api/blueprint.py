from __future__ import annotations

from flask import Blueprint, request

from . import imports

LARGEST_BODY = 2 * 1024 * 1024
WITH_A_FILE = {
    "api.create_import": imports.LARGEST_BODY,
    "api.create_scan": 25 * 1024 * 1024 + 65_536,
    "api.save_me": 5 * 1024 * 1024 + 65_536,
}

bp = Blueprint("api", __name__, url_prefix="/api/v1")


@bp.before_request
def receive_body() -> None:
    """Before anybody is looked up: on SQLite that takes the lock of a writer, and a slow sender would hold it."""
    request.max_content_length = WITH_A_FILE.get(request.endpoint or "", LARGEST_BODY)
    request.get_data()
