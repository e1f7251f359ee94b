"""Where things are kept: the key, the database, files."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from .reading import BadSettings


def secret_key(given: str, production: bool, instance: Path) -> str:
    if given and len(given) >= 32 and len(set(given)) >= 10:
        return given
    if production:
        raise BadSettings(
            "SECRET_KEY must be set to at least 32 random characters in production, for example: "
            "python -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    return given or development_key(instance)


def development_key(folder: Path) -> str:
    """A random key kept in the instance folder, so that a restart in development signs nobody out."""
    file = folder / "secret_key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # Written beside and linked: of several processes that start at once, all read the first one's whole key.
        beside = folder / f"secret_key.{secrets.token_hex(8)}"
        beside.touch(mode=0o600)
        beside.write_text(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            file.hardlink_to(beside)
        beside.unlink()
    return file.read_text().strip()


def database_url(url: str) -> str:
    # Hosting services still hand out the old scheme name.
    return url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url


def engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        from ..sqlite import PATIENCE, connections

        return {"connect_args": {"timeout": PATIENCE, "isolation_level": None, "factory": connections()}}
    return {"pool_pre_ping": True, "pool_size": 8, "max_overflow": 8}


def files(environ: Mapping[str, str], instance: Path) -> dict[str, Any]:
    """A folder, or `s3://bucket/prefix`; what is not kept in a bucket stays in the instance folder then."""
    place = environ.get("LAUREL_FILES", "")
    if "://" not in place:
        return {"files": Path(place or instance / "files")}
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]+(/[A-Za-z0-9._/-]*)?", place):
        raise BadSettings(f"LAUREL_FILES must be a folder or s3://bucket/prefix, not {place!r}")
    return {"files": instance / "files", "bucket": place}
