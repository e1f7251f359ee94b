"""How one variable of the environment is read, and what is said of one that cannot be meant."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit


class BadSettings(RuntimeError):
    """The environment holds a setting that Laurel must not start with; the message says which and why."""


def flag(environ: Mapping[str, str], name: str, default: bool) -> bool:
    value = environ.get(name, "").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    if value:
        raise BadSettings(f"{name} must be 1 or 0, not {value!r}")
    return default


def whole_number(environ: Mapping[str, str], name: str, default: int, *, least: int = 0) -> int:
    value = environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdecimal() or int(value) < least:
        raise BadSettings(f"{name} must be a whole number from {least} on, not {value!r}")
    return int(value)


def choice(environ: Mapping[str, str], name: str, default: str, choices: set[str]) -> str:
    value = environ.get(name) or default
    if value not in choices:
        raise BadSettings(f"{name} must be one of {', '.join(sorted(choices))}, not {value!r}")
    return value


def whole_url(name: str, url: str, example: str) -> str:
    try:
        parts = urlsplit(url)
        whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        whole = False
    if not whole or parts.query or parts.fragment or "@" in parts.netloc:
        raise BadSettings(f"{name} must be an address like {example}, not {url!r}")
    return url
