"""The one queue in which all calls of this installation wait for osu!: 60 a minute at most, and players in turn.

It is kept in Redis, so that it holds for all processes and machines together. Whoever waits takes a ticket and asks
with it until it is their turn. Tickets are ordered by start-time fair queuing: a player's second call comes behind
everybody's first, however early it was asked for. A ticket that nobody asks for any more is passed over.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

A_MINUTE = 60
"""How many calls may leave in any so many seconds."""
WINDOW_MS = 60_000
FORGOTTEN_MS = 3_000
ASK_EVERY = 0.1
PREFIX = "osu:turns"

# KEYS: sent (list of ms, oldest first), waiting (zset: ticket by tag), seen (hash: ticket -> ms), tags (hash: player ->
# last tag), clock (the tag served last), closed (ms until which nobody may leave)
# ARGV: ticket, player, now in ms, most, window, forgotten
# Returns 0 to go, or how many milliseconds to wait at least.
SCRIPT = """
local sent, waiting, seen, tags, clock, closed = unpack(KEYS)
local ticket, player = ARGV[1], ARGV[2]
local now, most, window, forgotten = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
if not redis.call('ZSCORE', waiting, ticket) then
  local served = tonumber(redis.call('GET', clock) or '0')
  local last = tonumber(redis.call('HGET', tags, player) or '0')
  local tag = math.max(served, last) + 1
  redis.call('ZADD', waiting, tag, ticket)
  redis.call('HSET', tags, player, tag)
  redis.call('EXPIRE', tags, 3600)
end
redis.call('HSET', seen, ticket, now)
local shut = tonumber(redis.call('GET', closed) or '0')
if shut > now then return shut - now end
while true do
  local oldest = redis.call('LINDEX', sent, 0)
  if not oldest or tonumber(oldest) > now - window then break end
  redis.call('LPOP', sent)
end
if redis.call('LLEN', sent) >= most then
  return tonumber(redis.call('LINDEX', sent, 0)) + window - now + 1
end
while true do
  local first = redis.call('ZRANGE', waiting, 0, 0)[1]
  if first == ticket then break end
  local asked = tonumber(redis.call('HGET', seen, first) or '0')
  if now - asked <= forgotten then return 50 end
  redis.call('ZREM', waiting, first)
  redis.call('HDEL', seen, first)
end
redis.call('RPUSH', sent, now)
redis.call('PEXPIRE', sent, window * 2)
redis.call('SET', clock, redis.call('ZSCORE', waiting, ticket), 'EX', 3600)
redis.call('ZREM', waiting, ticket)
redis.call('HDEL', seen, ticket)
return 0
"""
NAMES = ("sent", "waiting", "seen", "tags", "clock", "closed")


class TooLong(Exception):
    """The turn did not come in time; `seconds` says how long it will take at least."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = max(1, round(seconds))


def _milliseconds() -> int:
    return int(time.time() * 1000)


class Turns:
    """`player` is whoever a call is made for; the installation itself is one of them."""

    def __init__(self, redis: Any, *, now: Callable[[], int] = _milliseconds, prefix: str = PREFIX) -> None:
        self._redis = redis
        self._now = now
        self._keys = [f"{prefix}:{name}" for name in NAMES]
        self._ask = redis.register_script(SCRIPT)

    def ask(self, ticket: str, player: str) -> int:
        """0 to go, which is counted; else the milliseconds to wait at least before asking again."""
        answer = self._ask(keys=self._keys, args=[ticket, player, self._now(), A_MINUTE, WINDOW_MS, FORGOTTEN_MS])
        return int(answer)

    def wait(self, player: str, patience: float) -> None:
        """Until one call may leave. Raises TooLong, at once where it is sure to be."""
        ticket, until = secrets.token_hex(8), time.monotonic() + patience
        while wait := self.ask(ticket, player):
            left = until - time.monotonic()
            if wait / 1000 > max(left, 0):
                self.give_up(ticket)
                raise TooLong(wait / 1000)
            time.sleep(min(wait / 1000, ASK_EVERY))

    def give_up(self, ticket: str) -> None:
        _sent, waiting, seen, *_rest = self._keys
        self._redis.zrem(waiting, ticket)
        self._redis.hdel(seen, ticket)

    def close(self, seconds: float) -> None:
        """osu! asked for a pause: nobody leaves until it is over."""
        self._redis.set(self._keys[-1], self._now() + int(seconds * 1000), px=max(1, int(seconds * 1000)))
