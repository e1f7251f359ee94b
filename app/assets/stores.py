"""Where files are kept: a folder on this machine, or a bucket that several machines share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from obstore.store import S3Store


PIECE = 1024 * 1024


class MissingFile(LookupError):
    """No file is kept under this key, or no longer."""


class StoreAway(OSError):
    """The bucket cannot be reached, or does not let Laurel in. The message says which."""


class Store(Protocol):
    def put(self, key: str, data: bytes) -> None:
        """A file is there as a whole or not at all, whatever is killed."""

    def put_file(self, key: str, file: IO[bytes]) -> None:
        """The same, piece by piece."""

    def read(self, key: str) -> bytes:
        """Raises MissingFile."""

    def chunks(self, key: str) -> Iterator[bytes]:
        """The same, piece by piece. Raises MissingFile at once."""

    def delete(self, key: str) -> None:
        """Gone afterwards, whether it was there or not."""

    def older_than(self, moment: datetime) -> Iterator[str]:
        """The keys of files that were put before."""


class Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, data: bytes) -> None:
        self.put_file(key, BytesIO(data))

    def put_file(self, key: str, file: IO[bytes]) -> None:
        kept = self._file(key)
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = kept.with_suffix(".part")
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
                shutil.copyfileobj(file, opened, PIECE)
                opened.flush()
                os.fsync(opened.fileno())
            beside.rename(kept)
        finally:
            beside.unlink(missing_ok=True)

    def read(self, key: str) -> bytes:
        try:
            return self._file(key).read_bytes()
        except FileNotFoundError:
            raise MissingFile(key) from None

    def chunks(self, key: str) -> Iterator[bytes]:
        try:
            opened = self._file(key).open("rb")
        except FileNotFoundError:
            raise MissingFile(key) from None
        return _pieces(opened)

    def delete(self, key: str) -> None:
        self._file(key).unlink(missing_ok=True)

    def older_than(self, moment: datetime) -> Iterator[str]:
        for file in self._folder.glob("??/*"):
            with suppress(FileNotFoundError):
                if file.stat().st_mtime < moment.timestamp():
                    yield file.name

    def _file(self, key: str) -> Path:
        return self._folder / key[:2] / key


class Bucket:
    """Speaks S3. Its address and keys come from the usual AWS_* variables, which obstore reads."""

    def __init__(self, url: str) -> None:
        from obstore.store import S3Store

        bucket, _slash, prefix = url.removeprefix("s3://").partition("/")
        self._store: S3Store = S3Store(
            bucket,
            prefix=prefix or None,
            client_options={
                "timeout": timedelta(seconds=15),
                "connect_timeout": timedelta(seconds=3),
                "allow_http": True,
            },
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
        )

    def put(self, key: str, data: bytes) -> None:
        import obstore

        with _named_errors(key):
            obstore.put(self._store, _path(key), data, use_multipart=False)

    def put_file(self, key: str, file: IO[bytes]) -> None:
        import obstore

        with _named_errors(key):
            obstore.put(self._store, _path(key), file)

    def read(self, key: str) -> bytes:
        import obstore

        with _named_errors(key):
            return bytes(obstore.get(self._store, _path(key)).bytes())

    def chunks(self, key: str) -> Iterator[bytes]:
        import obstore

        with _named_errors(key):
            return (bytes(piece) for piece in obstore.get(self._store, _path(key)).stream(min_chunk_size=PIECE))

    def delete(self, key: str) -> None:
        import obstore

        with suppress(MissingFile), _named_errors(key):
            obstore.delete(self._store, _path(key))

    def older_than(self, moment: datetime) -> Iterator[str]:
        import obstore

        with _named_errors(""):
            for batch in obstore.list(self._store):
                for file in batch:
                    if file["last_modified"].astimezone(UTC) < moment:
                        yield str(file["path"]).rpartition("/")[2]


def _pieces(opened: IO[bytes]) -> Iterator[bytes]:
    with opened:
        while piece := opened.read(PIECE):
            yield piece


def _path(key: str) -> str:
    return f"{key[:2]}/{key}"


@contextmanager
def _named_errors(key: str) -> Iterator[None]:
    from obstore.exceptions import BaseError, NotFoundError

    try:
        yield
    except (FileNotFoundError, NotFoundError):
        raise MissingFile(key) from None
    except BaseError as error:
        raise StoreAway(f"The bucket of LAUREL_FILES: {str(error).strip().splitlines()[0]}") from error
