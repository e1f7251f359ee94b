"""Where the web server listens, what it is called outside, and whose scripts may use the interface."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .reading import BadSettings, flag, whole_url


def public_url(url: str) -> str:
    return whole_url("LAUREL_PUBLIC_URL", url, "https://laurel.example.org").rstrip("/") if url else ""


def origins(environ: Mapping[str, str]) -> tuple[str, ...]:
    origins = tuple(environ.get("ALLOWED_ORIGINS", "").replace(",", " ").split())
    for origin in origins:
        if origin != "*" and not re.fullmatch(
            r"https?://[A-Za-z0-9.-]+(:[0-9]+)?|https?://\[[0-9a-fA-F:]+\](:[0-9]+)?", origin
        ):
            raise BadSettings(f"ALLOWED_ORIGINS must be a list of origins as https://example.org, not {origin!r}")
    if "*" in origins and flag(environ, "ALLOW_CREDENTIALS", False):
        raise BadSettings("ALLOWED_ORIGINS must name the origins, not *, together with ALLOW_CREDENTIALS")
    return origins
