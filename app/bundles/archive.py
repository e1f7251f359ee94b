"""The file itself: a zip with what there is in an event, its files, and the logs of where it comes from. Pure.

    about.json    {"format": "laurel-bundle/1", "made_at", "by", "name"}
    event.json    {"tables": {name: {"columns": [...], "rows": [[...]]}}, "staff": [[email, name, group]],
                   "files": [{"sha256", "size"}]}
    files/1 ...   the files, in the order of that list
    logs.json     [{"made_at", "head", "length", "entries": [...]}], the event's own log last

Rows refer to others by their place in that table, and to files by their place in the list, both counted from 1. So
`event.json` says nothing of the installation it comes from: two exports of the same event are equal byte by byte.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FORMAT = "laurel-bundle/1"
LARGEST = 50 * 1024 * 1024
UNPACKED = 120 * 1024 * 1024
LARGEST_JSON = 80 * 1024 * 1024
MOST_FILES = 2000
EVENT, ABOUT, LOGS = "event.json", "about.json", "logs.json"
ALWAYS = (1980, 1, 1, 0, 0, 0)


class Damaged(ValueError):
    """This is no bundle, or not a whole one; `code` says in which way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Bundle:
    about: Mapping[str, Any]
    event: Mapping[str, Any]
    logs: Sequence[Any]
    files: Sequence[bytes]


def packed(bundle: Bundle) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, ABOUT, as_json({"format": FORMAT, **bundle.about}))
        _add(archive, EVENT, as_json({**bundle.event, "files": [_said(file) for file in bundle.files]}))
        _add(archive, LOGS, as_json(bundle.logs))
        for number, file in enumerate(bundle.files, start=1):
            _add(archive, f"files/{number}", file)
    return out.getvalue()


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, ALWAYS)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)


def _said(file: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(file).hexdigest(), "size": len(file)}


def unpacked(data: bytes) -> Bundle:
    """Whatever the bytes are, a bundle or Damaged. Nothing is ever written anywhere, and no more is unpacked than
    the limits allow, whatever the file says of itself."""
    if len(data) > LARGEST:
        raise Damaged("too_large")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read(archive)
    except Damaged:
        raise
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise Damaged("no_bundle") from error
    except Exception as error:
        # The decompressors have errors of their own.
        raise Damaged("no_zip") from error


def _read(archive: zipfile.ZipFile) -> Bundle:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_FILES + 3 or sum(entry.file_size for entry in entries) > UNPACKED:
        raise Damaged("too_large")
    if len(set(names)) != len(names) or not {ABOUT, EVENT, LOGS} <= set(names):
        raise Damaged("no_bundle")
    if any(entry.flag_bits & 1 or entry.compress_type not in {0, zipfile.ZIP_DEFLATED} for entry in entries):
        raise Damaged("no_bundle")
    about = _json(archive, ABOUT)
    if about.get("format") != FORMAT:
        raise Damaged("newer" if str(about.get("format", "")).startswith("laurel-bundle/") else "no_bundle")
    event, logs = _json(archive, EVENT), _json(archive, LOGS)
    said = event["files"]
    expected = {ABOUT, EVENT, LOGS, *(f"files/{number}" for number in range(1, len(said) + 1))}
    if set(names) != expected or not isinstance(event, dict) or not isinstance(logs, list):
        raise Damaged("no_bundle")
    files = [_bytes(archive, f"files/{number}", UNPACKED) for number in range(1, len(said) + 1)]
    if [_said(file) for file in files] != said:
        raise Damaged("altered")
    return Bundle(about, event, logs, files)


def _json(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(_bytes(archive, name, LARGEST_JSON).decode(), parse_constant=_refuse)


def _bytes(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A file may say that it is small, and be large."""
    with archive.open(name) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise Damaged("too_large")
    return data


def _refuse(name: str) -> None:
    raise ValueError(name)
