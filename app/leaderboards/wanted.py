"""What a polled address asks for, and the answer to it.

`routes` and `shortcut` both answer by this: it reads the request that it is given, and asks for no session.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Request, Response, abort, current_app

from .. import metrics
from ..events import freezes
from ..i18n import language_of, theme_of
from . import cache
from .access import Watch
from .board import View
from .cache import Kept

SHARED_FOR_A_SECOND = "public, max-age=0, s-maxage=1"


@dataclass(frozen=True)
class Wanted:
    """A view, and the name under which its bytes are kept."""

    view: View
    key: str
    is_page: bool


def page(event_id: int, request: Request, link: str | None) -> Wanted:
    """The whole page, as strangers with one language and theme share it."""
    view = View.asked_for(event_id, request, link, language_of(request))
    return Wanted(view, cache.key_of("page", view, theme_of(request)), is_page=True)


def piece(event_id: int, request: Request, link: str | None) -> Wanted:
    """The page's live piece. Its address says all that it depends on."""
    view = View.asked_for(event_id, request, link, current_app.config["BABEL_DEFAULT_LOCALE"])
    return Wanted(view, piece_key(view), is_page=False)


def answer(wanted: Wanted, watch: Watch, request: Request, fetch: Callable[[], Kept]) -> Response:
    """A 304 where the reader has this revision; one that has a newer one finds that out from what is fetched."""
    frozen = watch.revisions.freezes
    tag = tag_of(wanted.key, watch.revisions.link_token, revision_of(watch, wanted.view), began(watch))
    if request.if_none_match.contains_weak(tag):
        metrics.count_board("unchanged")
        response = Response(status=304)
    else:
        kept = fetch()
        tag = tag_of(wanted.key, kept.token, kept.revision, freezes.began(frozen, kept.at))
        response = Response(status=304) if request.if_none_match.contains_weak(tag) else Response(kept.body)
    response.set_etag(tag)
    if wanted.is_page:
        response.headers["Vary"] = "Cookie, Accept-Language"
    elif watch.is_public:
        response.headers["Cache-Control"] = SHARED_FOR_A_SECOND
    return response


def revision_of(watch: Watch, view: View) -> int:
    """What the view's bytes must be as new as. The event's revision rises with that of any activity.

    Which activity is the first, it alone tells, and it is what all activities together go by.

    404 for an activity that is not the event's.
    """
    if not isinstance(view.activity, int):
        return watch.revisions.event
    return watch.revisions.activities.get(str(view.activity)) or abort(404)


def began(watch: Watch) -> float:
    """When the event, or something of it, was frozen last."""
    return freezes.began(watch.revisions.freezes, time.time())


def piece_key(view: View) -> str:
    return cache.key_of("piece", view)


def tag_of(key: str, token: str, revision: int, began: float) -> str:
    return hashlib.sha256(f"{key} {token} {began}".encode()).hexdigest()[:24] + f"-{revision}"
