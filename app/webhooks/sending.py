"""Sending one message to an address that somebody else typed: never into our own network, never further than there."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

PATIENCE = 8.0
"""Seconds for each step of a request."""


class NotSent(Exception):
    """`words` say why, for the admins' page."""

    def __init__(self, words: str, answer: int | None = None) -> None:
        super().__init__(words)
        self.words, self.answer = words, answer


@dataclass(frozen=True)
class Rules:
    """Whether plain HTTP will do, and addresses inside of a network."""

    plain: bool
    private: bool


def problem_with(url: str, rules: Rules) -> str | None:
    """What is wrong with an address as it is written: a code."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "no_address"
    if parts.scheme not in {"https", "http"} or not parts.hostname or port == 0 or not url.isascii():
        return "no_address"
    if parts.username or parts.password or parts.fragment:
        return "no_address"
    if parts.scheme == "http" and not rules.plain:
        return "not_https"
    return None


def send(url: str, body: bytes, headers: dict[str, str], rules: Rules) -> int:
    """The status of the answer, which is one of success. Raises NotSent. A redirect is not followed: it could lead
    anywhere."""
    import httpx

    if problem := problem_with(url, rules):
        raise NotSent(problem)
    asked = httpx.URL(url)
    address = _address_of(asked.host, asked.port or (443 if asked.scheme == "https" else 80), rules)
    # Straight to the address that was looked at: a name may mean another one a moment later.
    target = asked.copy_with(host=address)
    host = asked.netloc.decode()
    try:
        with (
            httpx.Client(timeout=PATIENCE, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST",
                target,
                content=body,
                headers={**headers, "Host": host},
                extensions={"sni_hostname": asked.host},
            ) as answer,
        ):
            status = answer.status_code
    except httpx.TimeoutException:
        raise NotSent("did not answer in time") from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise NotSent(f"{type(error).__name__}: {error}"[:300]) from None
    if not 200 <= status < 300:
        raise NotSent(f"answered {status}", status)
    return status


def _address_of(host: str, port: int, rules: Rules) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotSent("its name is not known") from None
    addresses = [str(one[4][0]) for one in found]
    if not rules.private and not all(map(_is_public, addresses)):
        raise NotSent("is an address inside of a network")
    return addresses[0]


def _is_public(address: str) -> bool:
    known = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(known, "ipv4_mapped", None) or getattr(known, "sixtofour", None)
    return known.is_global and not known.is_multicast and (inner is None or inner.is_global)
