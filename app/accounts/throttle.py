"""How many wrong tries are allowed, so that whoever guesses is held and whoever knows is not.

A try is counted before it is made and given back when it was right, so that a thousand at once are counted as well.
Each limit has so many tries for free; after them, one has to wait after each, longer and longer. Kept in Redis; while
that is away, in this process.

    guard = throttle.sign_in(account, address, device=..., known_place=...)
    wait = guard.take()                  # seconds; 0: go on and look at the password
    guard.give_back()                    # it was right
"""

from __future__ import annotations

import hashlib
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import structlog
from flask import current_app
from redis import RedisError

from ..extensions import redis

log = structlog.get_logger()

MOST_KEPT = 20_000
"""Limits that one process remembers while Redis is away; of more, the oldest are forgotten."""


@dataclass(frozen=True)
class Limit:
    """So many tries for free, then `first` seconds after the last one, doubled with each up to `longest`.

    Forgotten after `kept` seconds without a try.
    """

    key: str
    free: int
    first: int = 30
    longest: int = 900
    kept: int = 3600

    def wait(self, tries: int) -> int:
        if tries < self.free:
            return 0
        doubled: int = self.first << min(tries - self.free, 20)
        return min(self.longest, doubled)


@dataclass(frozen=True)
class Guard:
    limits: tuple[Limit, ...]

    def take(self) -> int:
        """Count a try against all of them; or the seconds to wait, and nothing is counted."""
        return _with_store(lambda store: store.take(self.limits))

    def give_back(self) -> None:
        """The try was right: it counts for nothing."""
        _with_store(lambda store: store.give_back(self.limits))


HOT = 60
"""Wrong tries from one address within ten minutes after which each account has fewer there."""


def sign_in(account: str, address: str, *, device: str | None = None, known_place: bool = False) -> Guard:
    """What a try to sign in counts against.

    A device that has signed in to the account before has tries of its own, which nobody else can use up. A known
    place, where somebody has signed in to the account before, is spared the limit on the account as a whole. That
    one is what holds many addresses against one account. One address against many accounts is held account by
    account, so that a hall behind one router gets in: a first try is always free.
    """
    if device:
        return Guard((Limit(_key("device", account, device), free=10),))
    place = network(address)
    hot = _with_store(lambda store: store.tries(_key("place", place))) >= HOT
    limits = [Limit(_key("pair", account, place), free=2 if hot else 10), _endless(_key("place", place))]
    if not known_place:
        limits.append(Limit(_key("account", account), free=20, first=5, kept=24 * 3600))
    return Guard(tuple(limits))


def second_step(account: str, device: str | None) -> Guard:
    """Three codes of a million are right at any time: ten tries, then fewer than a hundred a day."""
    return Guard((Limit(_key("code", account, device or ""), free=10, first=60, kept=24 * 3600),))


def network(address: str) -> str:
    """The address, or of a sixth-version one the half that a subscriber is given as a whole."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(parsed) if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))


def _endless(key: str) -> Limit:
    """Counts, and holds nobody."""
    return Limit(key, free=1_000_000_000, kept=600)


def _key(*parts: str) -> str:
    """Neither addresses nor names are kept in the clear."""
    return "tries:" + hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _with_store(work: Callable[[_InRedis | _InMemory], int]) -> int:
    try:
        return work(_InRedis(redis.of(current_app)))
    except RedisError as error:
        log.warning("tries_counted_here", error=str(error))
        return work(_here())


_TAKE = """
local now = tonumber(redis.call('TIME')[1])
local wait = 0
for i, key in ipairs(KEYS) do
  local tries = tonumber(redis.call('HGET', key, 'tries') or '0')
  local last = tonumber(redis.call('HGET', key, 'last') or '0')
  local free, first, longest = tonumber(ARGV[4*i-3]), tonumber(ARGV[4*i-2]), tonumber(ARGV[4*i-1])
  if tries >= free then
    local pause = math.min(longest, first * 2 ^ math.min(tries - free, 20))
    wait = math.max(wait, last + pause - now)
  end
end
if wait > 0 then return math.ceil(wait) end
for i, key in ipairs(KEYS) do
  redis.call('HINCRBY', key, 'tries', 1)
  redis.call('HSET', key, 'last', now)
  redis.call('EXPIRE', key, tonumber(ARGV[4*i]))
end
return 0
"""
_GIVE_BACK = """
for _, key in ipairs(KEYS) do
  if redis.call('EXISTS', key) == 1 and redis.call('HINCRBY', key, 'tries', -1) <= 0 then redis.call('DEL', key) end
end
return 0
"""


@dataclass(frozen=True)
class _InRedis:
    client: Any

    def take(self, limits: Sequence[Limit]) -> int:
        numbers = [number for limit in limits for number in (limit.free, limit.first, limit.longest, limit.kept)]
        return int(self.client.eval(_TAKE, len(limits), *(limit.key for limit in limits), *numbers))

    def give_back(self, limits: Sequence[Limit]) -> int:
        return int(self.client.eval(_GIVE_BACK, len(limits), *(limit.key for limit in limits)))

    def tries(self, key: str) -> int:
        return int(self.client.hget(key, "tries") or 0)


@dataclass
class _Count:
    tries: int
    last: float
    until: float


class _InMemory:
    """The same for one process."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, _Count] = OrderedDict()
        self._lock = Lock()

    def take(self, limits: Sequence[Limit]) -> int:
        moment = time.time()
        with self._lock:
            counts = [self._count(limit.key, moment) for limit in limits]
            waits = [count.last + limit.wait(count.tries) - moment for limit, count in zip(limits, counts, strict=True)]
            if max(waits) > 0:
                return int(max(waits)) + 1
            for limit, count in zip(limits, counts, strict=True):
                self._counts[limit.key] = _Count(count.tries + 1, moment, moment + limit.kept)
                self._counts.move_to_end(limit.key)
            while len(self._counts) > MOST_KEPT:
                self._counts.popitem(last=False)
        return 0

    def give_back(self, limits: Sequence[Limit]) -> int:
        with self._lock:
            for limit in limits:
                count = self._counts.get(limit.key)
                if count is not None:
                    count.tries -= 1
                    if count.tries <= 0:
                        del self._counts[limit.key]
        return 0

    def tries(self, key: str) -> int:
        with self._lock:
            return self._count(key, time.time()).tries

    def _count(self, key: str, moment: float) -> _Count:
        count = self._counts.get(key)
        return count if count is not None and count.until > moment else _Count(0, 0, 0)


def _here() -> _InMemory:
    store: _InMemory = current_app.extensions.setdefault("laurel_tries", _InMemory())
    return store
