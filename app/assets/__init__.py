"""Stored files: what people uploaded, in a local folder. A key made here is the only way to a file; no name that
somebody else chose is ever part of a path. Rows name keys in columns of the type FileKey: whatever none names goes."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import structlog
from flask import current_app
from sqlalchemy import String, TypeDecorator, event, select
from sqlalchemy.orm import Session

from ..database import now
from ..extensions import db
from ..jobs import chore

log = structlog.get_logger()

KEY = re.compile(r"[0-9a-f]{32}")
UNCLAIMED = timedelta(days=1)
"""For so long a file is left alone that no row names: the transaction that will may be under way."""


class FileKey(TypeDecorator[str]):
    """A column that names a stored file, or none with an empty text. The file stays for as long as the row does."""

    impl = String
    cache_ok = True


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


@chore
def remove_unclaimed_files() -> int:
    """A crash between storing a file and the commit of the row that names it leaves a file that nobody would find."""
    old = list(_older_than(UNCLAIMED))
    claimed = set(_claimed()) if old else set()
    unclaimed = [file for file in old if file.name not in claimed]
    for file in unclaimed:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            log.warning("file_not_deleted", key=file.name, error=str(error))
    return len(unclaimed)


def _older_than(age: timedelta) -> Iterator[Path]:
    before = (now() - age).timestamp()
    for file in _folder().glob("??/*"):
        with suppress(FileNotFoundError):
            if file.stat().st_mtime < before:
                yield file


def _claimed() -> Iterator[str]:
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, FileKey):
                yield from db.session.scalars(select(column).where(column != ""))


def _file(key: str) -> Path:
    if not KEY.fullmatch(key):
        raise MissingFile(key)
    return _folder() / key[:2] / key


def _folder() -> Path:
    folder: Path = current_app.config["SETTINGS"].files
    return folder
