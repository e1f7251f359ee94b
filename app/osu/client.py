"""Asking osu!'s API v2. Every call waits its turn, every answer is kept for as long as it is good.

    osu = Osu.here()
    osu.get("users/7562902", {"key": ["id"]}, keep=3600)                # with the installation's own token
    osu.get("me", as_player=user, keep=60)                              # with a player's

Raises Failure of the identities: Slow, Away, Busy, TokenRefused, NotLinked, SignInAgain. What osu! answers with 404 is
an answer like any other, and kept as one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import structlog
from flask import current_app
from redis import RedisError

from ..accounts.identities import failures
from ..accounts.identities.models import Provider
from ..accounts.identities.services import PATIENCE, Service, bearer, http, service
from ..accounts.identities.tokens import osu_token
from ..accounts.models import User
from ..encryption import Unreadable, decrypt, encrypt
from ..extensions import redis
from .turns import TooLong, Turns

log = structlog.get_logger()

WAIT = 20.0
"""Seconds that a request may wait for its turn."""
FAILURES_BEFORE_REST = 5
REST = 30
"""Seconds in which nothing is asked after so many failures in a row."""
TOKEN_KEPT = 20 * 3600
OWN_TOKEN = "osu:token"  # noqa: S105
FAILED, RESTING = "osu:failed", "osu:resting"
INSTALLATION = "installation"

Query = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Answer:
    """`body` is JSON as osu! wrote it; `old` says that osu! was away and this is from before."""

    status: int
    body: bytes
    old: bool = False

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Osu:
    def __init__(self, at: Service, store: Any, *, wait: float = WAIT) -> None:
        self._at = at
        self._store = store
        self._turns = Turns(store)
        self._wait = wait

    @classmethod
    def here(cls, *, wait: float = WAIT) -> Osu:
        """Raises NotLinked where this installation has no keys for osu!."""
        found = service(Provider.OSU.value)
        if found is None:
            raise failures.NotLinked
        return cls(found, redis.of(current_app), wait=wait)

    def get(self, path: str, query: Query | None = None, *, as_player: User | None = None, keep: int = 0) -> Answer:
        """`path` without a slash in front. Kept for so many seconds by who asks, where a player does."""
        asked = f"{path}?{json.dumps(sorted((query or {}).items()))}"
        who = str(as_player.id) if as_player else INSTALLATION
        key = f"osu:answer:{hashlib.sha256(f'{who} {asked}'.encode()).hexdigest()[:32]}"
        kept = self._kept(key) if keep else None
        if kept is not None:
            return kept
        answer = self._asked(path, query or {}, as_player, who)
        if keep and answer.status in {200, 404}:
            with suppress(RedisError):
                self._store.set(key, str(answer.status).encode() + b"\n" + answer.body, ex=keep)
        return answer

    def _kept(self, key: str) -> Answer | None:
        with suppress(RedisError):
            stored: bytes | None = self._store.get(key)
            if stored:
                status, _newline, body = stored.partition(b"\n")
                return Answer(int(status), body)
        return None

    def _asked(self, path: str, query: Query, as_player: User | None, who: str) -> Answer:
        """A token that osu! refuses is fetched anew once."""
        token = osu_token(as_player) if as_player else self._own_token()
        answer = self._sent(path, query, token, who)
        if answer.status == 401:
            token = osu_token(as_player, refused=token) if as_player else self._own_token(refused=token)
            answer = self._sent(path, query, token, who)
        return answer

    def _sent(self, path: str, query: Query, token: str, who: str) -> Answer:
        self._refuse_while_resting()
        try:
            self._turns.wait(who, self._wait)
        except TooLong as late:
            raise failures.Busy(late.seconds) from None
        except RedisError:
            # Without the queue nobody can say how many calls have left.
            raise failures.Away from None
        with self._counted(), http(self._at.url) as client:
            pairs: list[tuple[str, str | int | float | bool | None]] = [
                (name, value) for name, values in query.items() for value in values
            ]
            found = client.get(f"{self._at.api_url}/{path}", params=pairs, headers=bearer(token))
            if found.status_code == 429:
                asked = found.headers.get("Retry-After", "")
                pause = min(int(asked), 300) if asked.isdecimal() else PATIENCE
                with suppress(RedisError):
                    self._turns.close(pause)
                raise failures.Busy(pause)
            if found.status_code >= 500:
                raise failures.Away
            return Answer(found.status_code, found.content)

    def _refuse_while_resting(self) -> None:
        with suppress(RedisError):
            left = self._store.ttl(RESTING)
            if left > 0:
                raise failures.Busy(left)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """After some failures in a row osu! is left alone for a while."""
        try:
            yield
        except (failures.Slow, failures.Away):
            with suppress(RedisError):
                if self._store.incr(FAILED) >= FAILURES_BEFORE_REST:
                    self._store.set(RESTING, 1, ex=REST)
                    self._store.delete(FAILED)
                    log.warning("osu_rests", seconds=REST)
                self._store.expire(FAILED, 300)
            raise
        with suppress(RedisError):
            self._store.delete(FAILED)

    def _own_token(self, *, refused: str | None = None) -> str:
        """The installation's, for what everybody may read."""
        with suppress(RedisError, Unreadable):
            stored = self._store.get(OWN_TOKEN)
            if stored and (token := decrypt(stored.decode(), OWN_TOKEN)) != refused:
                return token
        with http(self._at.url) as client:
            given = client.post(
                f"{self._at.url}{self._at.token}",
                data={
                    "client_id": self._at.client_id,
                    "client_secret": self._at.client_secret,
                    "grant_type": "client_credentials",
                    "scope": "public",
                },
            )
            if given.status_code in {400, 401}:
                raise failures.KeysRefused
            if not given.is_success:
                raise failures.Away
            told = given.json()
        token = str(told.get("access_token") or "")
        if not token:
            raise failures.Away
        lasts = told.get("expires_in")
        seconds = min(int(lasts) - 600, TOKEN_KEPT) if isinstance(lasts, int | float) else 600
        with suppress(RedisError):
            self._store.set(OWN_TOKEN, encrypt(token, OWN_TOKEN), ex=max(seconds, 60))
        return token
