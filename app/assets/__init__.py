"""Stored files: what people uploaded, in a local folder. A key made here is the only way to a file; no name that
somebody else chose is ever part of a path."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

import structlog
from flask import current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from ..extensions import db

log = structlog.get_logger()

KEY = re.compile(r"[0-9a-f]{32}")


class MissingFile(LookupError):
    """No file is kept under this key, or no longer."""


def put(data: bytes) -> str:
    """Keep the bytes; the key to find them by. A file is there as a whole or not at all, whatever is killed."""
    key = secrets.token_hex(16)
    file = _file(key)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = file.with_suffix(".part")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        beside.rename(file)
    finally:
        beside.unlink(missing_ok=True)
    return key


def read(key: str) -> bytes:
    """Raises MissingFile."""
    try:
        return _file(key).read_bytes()
    except FileNotFoundError:
        raise MissingFile(key) from None


def delete(key: str) -> None:
    """Gone afterwards, whether it was there or not."""
    with suppress(MissingFile):
        _file(key).unlink(missing_ok=True)


def delete_after_commit(key: str) -> None:
    """Delete it once the transaction is committed, in which nothing names it any more; keep it otherwise."""
    db.session.info.setdefault("files_to_delete", []).append(key)


@event.listens_for(Session, "after_commit")
def _delete_after_commit(session: Session) -> None:
    for key in session.info.pop("files_to_delete", []):
        try:
            delete(key)
        except OSError as error:
            log.warning("file_not_deleted", key=key, error=str(error))


@event.listens_for(Session, "after_rollback")
def _keep_after_rollback(session: Session) -> None:
    session.info.pop("files_to_delete", None)


def _file(key: str) -> Path:
    if not KEY.fullmatch(key):
        raise MissingFile(key)
    folder: Path = current_app.config["SETTINGS"].files
    return folder / key[:2] / key
