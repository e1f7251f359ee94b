"""Services that people sign in through, and the sandbox that stands in for them in development."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from .reading import BadSettings, whole_url


def read(environ: Mapping[str, str], production: bool) -> dict[str, Any]:
    """Where people may sign in from, and the keys that those services gave Laurel; or the sandbox in their stead."""
    sandbox = environ.get("LAUREL_SANDBOX_URL", "")
    if sandbox:
        return {**_sandbox(sandbox, production), "hmac_secret_key": environ.get("HMAC_SECRET_KEY") or "sandbox"}
    found: dict[str, Any] = {"hmac_secret_key": environ.get("HMAC_SECRET_KEY", "")}
    for name in ("osu", "github"):
        client, secret = f"{name.upper()}_CLIENT_ID", f"{name.upper()}_CLIENT_SECRET"
        keys = environ.get(client, "").strip(), environ.get(secret, "").strip()
        if any(keys) and not all(keys):
            raise BadSettings(f"{client} and {secret} belong together: set both of them, or neither")
        found |= {f"{name}_client_id": keys[0], f"{name}_client_secret": keys[1]}
        url = environ.get(f"LAUREL_{name.upper()}_URL", "").strip()
        if url:
            found[f"{name}_url"] = _service_url(f"LAUREL_{name.upper()}_URL", url, production)
    if found["osu_client_id"] and not found["osu_client_id"].isdecimal():
        raise BadSettings(f"OSU_CLIENT_ID must be the number that osu! shows, not {found['osu_client_id']!r}")
    return found


def _sandbox(url: str, production: bool) -> dict[str, Any]:
    if production:
        raise BadSettings("LAUREL_SANDBOX_URL lets anybody sign in as anybody: it is not for production")
    if not re.fullmatch(r"http://127\.0\.0\.1:[0-9]{1,5}", url):
        raise BadSettings(f"LAUREL_SANDBOX_URL must be on this computer, like http://127.0.0.1:8010, not {url!r}")
    return {
        "sandbox": True,
        "osu_url": url,
        "osu_client_id": "1",
        "osu_client_secret": "sandbox",
        "github_url": url,
        "github_client_id": "sandbox",
        "github_client_secret": "sandbox",
    }


def read_model(environ: Mapping[str, str], production: bool) -> dict[str, Any]:
    """The model elsewhere that photos of other makers' sheets may be sent to. Without its key, none is."""
    key = environ.get("GEMINI_API_KEY", "").strip()
    url = environ.get("LAUREL_GEMINI_URL", "").strip()
    name = environ.get("LAUREL_GEMINI_MODEL", "").strip()
    found: dict[str, Any] = {"gemini_key": key}
    if url:
        found["gemini_url"] = _service_url("LAUREL_GEMINI_URL", url, production)
    if name:
        if not re.fullmatch(r"[a-z0-9.-]{1,60}", name):
            raise BadSettings(f"LAUREL_GEMINI_MODEL must be a name like gemini-2.5-flash, not {name!r}")
        found["gemini_model"] = name
    return found


def _service_url(name: str, url: str, production: bool) -> str:
    parts = urlsplit(whole_url(name, url, "https://osu.ppy.sh"))
    near = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if parts.path.strip("/") or (parts.scheme != "https" and (production or not near)):
        raise BadSettings(f"{name} must begin with https:// and end with the host, not {url!r}")
    return url.rstrip("/")
