"""Whose board it is to see."""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest

from flask import abort, request

from ..events.access import event_to_watch
from ..events.kinds import Visibility
from ..events.revisions import Revisions, revisions_of


@dataclass(frozen=True)
class Watch:
    """Leave to see an event's board. `link` is the token that gave it, which every address on the board keeps."""

    revisions: Revisions
    link: str | None = None

    @property
    def is_public(self) -> bool:
        return self.revisions.visibility == Visibility.PUBLIC


def board_to_watch(event_id: int) -> Watch:
    """404 for a board that is not the reader's to see. A public one, or a right link, needs no database."""
    revisions = revisions_of(event_id) or abort(404)
    watch = open_to_strangers(revisions, request.args.get("link", ""))
    if watch is None:
        event_to_watch(event_id)
    return watch or Watch(revisions)


def open_to_strangers(revisions: Revisions, link: str) -> Watch | None:
    """Leave for whoever asks, if a public board or this link gives it: nobody need know who that is."""
    if revisions.visibility == Visibility.PUBLIC:
        return Watch(revisions)
    if revisions.visibility == Visibility.LINK and compare_digest(link.encode(), revisions.link_token.encode()):
        return Watch(revisions, link)
    return None
