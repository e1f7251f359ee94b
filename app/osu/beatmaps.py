"""Maps, from our own tables first, then from osu!. Asks osu!, so nothing may be pending. Commits what it learns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import structlog
from sqlalchemy import delete, select

from ..accounts.identities import failures
from ..database import begin_writing, now
from ..extensions import db
from .client import Osu
from .models import Beatmap, MissingBeatmap

log = structlog.get_logger()

MISSING_FOR = timedelta(days=7)
FRESH_FOR = timedelta(days=30)
AT_ONCE = 50
"""How many osu! takes in one call."""


def by_md5(hashes: Collection[str], *, ask: bool = True) -> dict[str, Beatmap | None]:
    """None for what osu! does not know, or cannot be asked about now: only the former is remembered, for a week."""
    wanted = {text.lower() for text in hashes}
    found = {row.md5: row for row in db.session.scalars(select(Beatmap).where(Beatmap.md5.in_(wanted)))}
    known_missing = set(
        db.session.scalars(
            select(MissingBeatmap.md5).where(MissingBeatmap.md5.in_(wanted), MissingBeatmap.until > now())
        )
    )
    for md5 in sorted(wanted - found.keys() - known_missing) if ask else ():
        try:
            made = _looked_up(md5)
        except failures.Failure as failure:
            log.info("beatmap_not_looked_up", why=type(failure).__name__)
            break
        if made is not None:
            found[md5] = made
    return {md5: found.get(md5) for md5 in wanted}


def _looked_up(md5: str) -> Beatmap | None:
    db.session.rollback()
    answer = Osu.here().get("beatmaps/lookup", {"checksum": [md5]})
    begin_writing()
    if answer.status == 404:
        db.session.merge(MissingBeatmap(md5=md5, until=now() + MISSING_FOR))
        db.session.commit()
        return None
    if answer.status != 200:
        raise failures.Away
    made = keep(answer.json, asked_for=md5)
    db.session.commit()
    return made


def enrich(ids: Collection[int]) -> int:
    """Ask for those that are not known, or were asked for long ago, 50 at a time; how many came."""
    since = now() - FRESH_FOR
    fresh = set(db.session.scalars(select(Beatmap.id).where(Beatmap.id.in_(ids), Beatmap.fetched_at > since)))
    wanted = sorted(set(ids) - fresh)
    came = 0
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        db.session.rollback()
        answer = Osu.here().get("beatmaps", {"ids[]": [str(one) for one in some]})
        if answer.status != 200:
            raise failures.Away
        begin_writing()
        for told in answer.json.get("beatmaps", []):
            keep(told)
            came += 1
        db.session.commit()
    return came


def keep(told: Mapping[str, Any], *, asked_for: str | None = None) -> Beatmap:
    """Write what osu! says of a map. Two maps never have one file: an older claim on the md5 gives way."""
    its_set = told.get("beatmapset") or {}
    md5 = str(told.get("checksum") or asked_for or "").lower() or None
    if md5:
        for other in db.session.scalars(select(Beatmap).where(Beatmap.md5 == md5, Beatmap.id != int(told["id"]))):
            other.md5 = None
        db.session.flush()
    made = db.session.get(Beatmap, int(told["id"])) or Beatmap(id=int(told["id"]))
    made.beatmapset_id = int(told.get("beatmapset_id") or its_set.get("id") or 0)
    made.md5 = md5
    made.status = int(told["ranked"]) if isinstance(told.get("ranked"), int) else 0
    made.mode = str(told.get("mode") or "osu")[:10]
    made.artist, made.title = str(its_set.get("artist", ""))[:200], str(its_set.get("title", ""))[:200]
    made.creator, made.version = str(its_set.get("creator", ""))[:60], str(told.get("version", ""))[:120]
    made.stars = Decimal(str(told.get("difficulty_rating") or 0)).quantize(Decimal("0.000001"))
    made.figures = {
        "cs": told.get("cs"),
        "ar": told.get("ar"),
        "od": told.get("accuracy"),
        "hp": told.get("drain"),
        "bpm": told.get("bpm"),
        "length": told.get("total_length"),
        "circles": told.get("count_circles"),
        "sliders": told.get("count_sliders"),
        "spinners": told.get("count_spinners"),
        "max_combo": told.get("max_combo"),
    }
    made.fetched_at = now()
    db.session.add(made)
    db.session.flush()
    return made


def forget_missing() -> int:
    """What is looked for again. The caller commits."""
    gone = db.session.execute(delete(MissingBeatmap).where(MissingBeatmap.until < now()).returning(MissingBeatmap.md5))
    return len(gone.all())
