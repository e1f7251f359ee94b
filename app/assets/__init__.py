"""Stored files: what people uploaded, in a local folder or an S3-compatible bucket. A key made here is the only way to
a file; no name that somebody else chose is ever part of a path. Rows name keys in columns of the type FileKey: whatever
none names goes."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import IO

import structlog
from flask import current_app
from sqlalchemy import String, TypeDecorator, event, select
from sqlalchemy.orm import Session

from ..database import now
from ..extensions import db
from ..jobs import chore
from .stores import Bucket, Folder, Store
from .stores import MissingFile as MissingFile

log = structlog.get_logger()

KEY = re.compile(r"[0-9a-f]{32}")
UNCLAIMED = timedelta(days=1)
"""For so long a file is left alone that no row names: the transaction that will may be under way."""


class FileKey(TypeDecorator[str]):
    """A column that names a stored file, or none with an empty text. The file stays for as long as the row does."""

    impl = String
    cache_ok = True


def put(data: bytes) -> str:
    """Keep the bytes; the key to find them by."""
    key = secrets.token_hex(16)
    _store().put(key, data)
    return key


def put_file(file: IO[bytes]) -> str:
    """Keep what a file holds, from where it stands, without ever having all of it in memory."""
    key = secrets.token_hex(16)
    _store().put_file(key, file)
    return key


def chunks(key: str) -> Iterator[bytes]:
    """The same as `read`, piece by piece. Raises MissingFile before the first one."""
    if not KEY.fullmatch(key):
        raise MissingFile(key)
    return _store().chunks(key)


def read(key: str) -> bytes:
    """Raises MissingFile."""
    if not KEY.fullmatch(key):
        raise MissingFile(key)
    return _store().read(key)


def delete(key: str) -> None:
    """Gone afterwards, whether it was there or not."""
    if KEY.fullmatch(key):
        _store().delete(key)


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
    old = list(_store().older_than(now() - UNCLAIMED))
    claimed = set(_claimed()) if old else set()
    unclaimed = [key for key in old if key not in claimed]
    for key in unclaimed:
        try:
            _store().delete(key)
        except OSError as error:
            log.warning("file_not_deleted", key=key, error=str(error))
    return len(unclaimed)


def _claimed() -> Iterator[str]:
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, FileKey):
                yield from db.session.scalars(select(column).where(column != ""))


def _store() -> Store:
    kept = current_app.extensions
    if "laurel_files" not in kept:
        settings = current_app.config["SETTINGS"]
        kept["laurel_files"] = Bucket(settings.bucket) if settings.bucket else Folder(settings.files)
    store: Store = kept["laurel_files"]
    return store
