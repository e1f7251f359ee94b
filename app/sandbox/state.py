"""What the sandbox remembers while it runs, and the switches by which a test makes it misbehave."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from .people import CODERS, PLAYERS, Coder, Player

CALLBACKS = ("/sign-in/osu/callback", "/sign-in/github/callback", "/api/auth/callback")
"""The addresses under an application's own that it registered to be called back at."""
OSU_KEYS = ("1", "sandbox")
GITHUB_KEYS = ("sandbox", "sandbox")
DAY = 86_400
CODE_SECONDS = 600


@dataclass
class Code:
    """What a person agreed to, to be exchanged once and soon."""

    who: int
    redirect_uri: str
    scopes: tuple[str, ...]
    challenge: str
    expires: float


@dataclass
class Token:
    """An access token, and what refreshes it; `who` is None for a token of the application alone."""

    who: int | None
    scopes: tuple[str, ...]
    expires: float
    refresh: str | None = None


@dataclass
class Fault:
    """What happens to calls of a path instead of an answer. With seconds alone, the answer is only late."""

    status: int | None = None
    body: str = "<html>Bad gateway</html>"
    seconds: float = 0
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Sandbox:
    url: str = ""
    callbacks: set[str] = field(default_factory=set)
    players: dict[int, Player] = field(default_factory=lambda: {player.id: player for player in PLAYERS})
    coders: dict[int, Coder] = field(default_factory=lambda: {coder.id: coder for coder in CODERS})
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    files: dict[int, bytes] = field(default_factory=dict)
    """Maps' own files by the map's id."""
    calls: list[str] = field(default_factory=list)
    """Method and path of each call of a program, oldest first."""
    faults: dict[str, Fault] = field(default_factory=dict)
    throttled_after: int | None = None
    """So many more calls of the API are answered; the rest get a 429."""
    code_seconds: float = CODE_SECONDS
    token_seconds: int = DAY
    lock: threading.RLock = field(default_factory=threading.RLock)

    def register(self, addresses: Iterable[str]) -> None:
        """Let the application that is reached at these addresses be called back, exactly there."""
        self.callbacks |= {f"{address}{path}" for address in addresses for path in CALLBACKS}

    def fault(self, path: str, **what: Any) -> None:
        """From now on, calls of paths that begin like this meet a `Fault`: they wait, or get a status, or a body."""
        self.faults[path] = Fault(**what)

    def fault_of(self, path: str) -> Fault | None:
        return next((fault for start, fault in self.faults.items() if path.startswith(start)), None)

    def rename(self, player_id: int, name: str) -> None:
        player = self.players[player_id]
        earlier = (*player.earlier_names, player.name)
        self.players[player_id] = replace(player, name=name, earlier_names=earlier)

    def add_coder(self, coder: Coder) -> None:
        self.coders[coder.id] = coder

    # Tokens ------------------------------------------------------------------------------------------------------

    def new_code(self, who: int, redirect_uri: str, scopes: tuple[str, ...], challenge: str) -> str:
        code = secrets.token_urlsafe(560)
        self.codes[code] = Code(who, redirect_uri, scopes, challenge, time.monotonic() + self.code_seconds)
        return code

    def take_code(self, code: str) -> Code | None:
        """Whoever comes first; nobody after that, and nobody too late."""
        with self.lock:
            found = self.codes.pop(code, None)
        return found if found and found.expires > time.monotonic() else None

    def new_token(self, who: int | None, scopes: tuple[str, ...], *, refreshable: bool) -> str:
        """As long as real ones are."""
        token = f"eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.{secrets.token_urlsafe(500)}.{secrets.token_urlsafe(250)}"
        refresh = secrets.token_hex(400) if refreshable else None
        self.tokens[token] = Token(who, scopes, time.monotonic() + self.token_seconds, refresh)
        return token

    def take_refresh(self, refresh: str) -> Token | None:
        """What it refreshes, which ends by it: a refresh token works once."""
        with self.lock:
            for text, token in self.tokens.items():
                if refresh and token.refresh == refresh:
                    return self.tokens.pop(text)
        return None

    def token(self, text: str) -> Token | None:
        found = self.tokens.get(text)
        return found if found and found.expires > time.monotonic() else None

    def revoke(self, text: str) -> None:
        self.tokens.pop(text, None)
