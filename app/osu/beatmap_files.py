"""Maps' own files: uploaded beside a replay, or fetched from osu! once. Asks osu!, so nothing may be pending."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import structlog
from flask import current_app

from .. import assets
from ..accounts.identities import failures
from ..accounts.identities.services import http
from ..config import Settings
from ..database import begin_writing
from ..extensions import db, redis
from .client import INSTALLATION, WAIT
from .models import BeatmapFile
from .replays import LARGEST_MAP
from .turns import TooLong, Turns

log = structlog.get_logger()


def keep(data: bytes) -> str:
    """Store a file under its md5, and where it has another repository's ends of lines, under that of the played one."""
    played = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    for one in {data, played}:
        md5 = hashlib.md5(one, usedforsecurity=False).hexdigest()
        if db.session.get(BeatmapFile, md5) is None:
            db.session.add(BeatmapFile(md5=md5, file=assets.put(one)))
    db.session.flush()
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def of(md5: str, play: Mapping[str, Any] | None) -> bytes | None:
    """The file that was played, from here or from osu!; None where neither has it. Ends the transaction."""
    known = db.session.get(BeatmapFile, md5)
    if known is not None:
        return assets.read(known.file)
    db.session.rollback()
    if play is None or not play["beatmap_id"]:
        return None
    try:
        data = _fetched(int(play["beatmap_id"]))
    except failures.Failure as failure:
        log.info("beatmap_file_not_fetched", why=type(failure).__name__)
        return None
    if data is None or hashlib.md5(data, usedforsecurity=False).hexdigest() != md5:
        return None
    begin_writing()
    keep(data)
    db.session.commit()
    return data


def _fetched(beatmap_id: int) -> bytes | None:
    settings: Settings = current_app.config["SETTINGS"]
    try:
        Turns(redis.of(current_app)).wait(INSTALLATION, WAIT)
    except TooLong as late:
        raise failures.Busy(late.seconds) from None
    with http(settings.osu_url) as client, client.stream("GET", f"{settings.osu_url}/osu/{beatmap_id}") as answer:
        if answer.status_code != 200:
            return None
        data = b""
        for part in answer.iter_bytes():
            data += part
            if len(data) > LARGEST_MAP:
                return None
    return data or None
