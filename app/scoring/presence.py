"""Who is on which sheet now: each one's last sign for some minutes, in Redis alone. Without Redis, nobody knows."""

from __future__ import annotations

import json
import time
from collections import defaultdict

import structlog
from flask import current_app
from redis import RedisError

from ..extensions import redis
from .queries import Sheet

log = structlog.get_logger()

LASTS = 180
"""Seconds after which somebody who did nothing is not there any more."""


def note(sheet: Sheet, reader: str, name: str) -> None:
    """Somebody opened a sheet or wrote into it. One round trip, and never an error."""
    client, key = redis.of(current_app), _key(sheet.event.id)
    sign = json.dumps([sheet.group.id, sheet.activity.id, name, int(time.time())])
    try:
        with client.pipeline(transaction=False) as both:
            both.hset(key, reader, sign)
            both.expire(key, LASTS)
            both.execute()
    except RedisError as error:
        log.warning("presence_not_noted", error=str(error))


def on_sheets(event_id: int) -> dict[tuple[int, int], list[str]]:
    """The names of those who are on each sheet, by group and activity; everybody on the one they were last."""
    try:
        signs = redis.of(current_app).hvals(_key(event_id))
    except RedisError:
        return {}
    found: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for group_id, activity_id, name, at in sorted(map(json.loads, signs), key=lambda sign: str(sign[2])):
        if at > time.time() - LASTS:
            found[group_id, activity_id].append(name)
    return dict(found)


def _key(event_id: int) -> str:
    return f"presence:{event_id}"
