"""A match from osu!, page by page. Asks osu!, so nothing may be pending."""

from __future__ import annotations

from typing import Any

from ..osu.client import Osu
from . import matches
from .matches import BadMatch, Match

MOST_PAGES = 10
KEPT = 30


def match(match_id: int) -> Match:
    """Raises Failure of the identities, and BadMatch where osu! has no such match."""
    osu = Osu.here()
    events: list[dict[str, Any]] = []
    users: dict[int, dict[str, Any]] = {}
    head: dict[str, Any] = {}
    query: dict[str, list[str]] = {"limit": ["100"]}
    for _page in range(MOST_PAGES):
        answer = osu.get(f"matches/{match_id}", query, keep=KEPT)
        if answer.status != 200:
            raise BadMatch("osu! has no such match, or it is private.")
        told = answer.json
        head = told["match"]
        users |= {user["id"]: user for user in told["users"]}
        events = [*told["events"], *events]
        if not told["events"] or told["events"][0]["id"] == told["first_event_id"]:
            return matches.of_osu({"match": head, "events": events, "users": list(users.values())})
        query = {"limit": ["100"], "before": [str(told["events"][0]["id"])]}
    raise BadMatch("This match has more events than one tournament's.")
