"""Boards that are kept already, answered before Flask begins.

Nearly all requests on the day are for bytes that stand in Redis, by readers of whom nothing need be known. They get
the very bytes, headers, log line and counts that `routes` would give, without what a request otherwise sets up. All
else goes the long way: who may be signed in, a board for its staff alone, what is not kept or not new enough.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response
from redis import RedisError
from werkzeug.exceptions import NotFound

from .. import logs, metrics, web
from ..events import revisions
from ..extensions import redis
from . import cache, wanted
from .access import open_to_strangers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ADDRESS = re.compile(r"/events/([0-9]{1,10})/board(/live)?")


def init_app(app: Flask) -> None:
    app.wsgi_app = Shortcut(app)  # type: ignore[method-assign]


class Shortcut:
    def __init__(self, app: Flask) -> None:
        self._app, self.long_way = app, app.wsgi_app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        started = time.perf_counter()
        asked = ADDRESS.fullmatch(environ["PATH_INFO"]) if environ["REQUEST_METHOD"] == "GET" else None
        if asked is None:
            return self.long_way(environ, start_response)
        with self._app.app_context():
            request = self._app.request_class(environ)
            response = self._answer(request, int(asked[1]), is_live=asked[2] is not None)
            if response is not None:
                endpoint = "leaderboards.live" if asked[2] else "leaderboards.show"
                metrics.count_request(endpoint, request.method, response.status_code, started)
                web.finish(response, web.begin(request))
                logs.log_request(request, response.status_code, started)
                return response(environ, start_response)
        return self.long_way(environ, start_response)

    def _answer(self, request: Request, event_id: int, *, is_live: bool) -> Response | None:
        """None for whatever is not as simple as that."""
        if not is_live and self._app.session_interface.get_cookie_name(self._app) in request.cookies:
            return None
        link = request.args.get("link")
        what = (wanted.piece if is_live else wanted.page)(event_id, request, link)
        try:
            # One trip for both; who has something already mostly needs the revisions alone.
            names = [revisions.name_of(event_id), cache.name_of(what.key)]
            found, *bytes_ = self._redis.mget(names[:1] if request.if_none_match else names)
            watch = found and open_to_strangers(revisions.read(found), link or "")
            if not watch or watch.link != link:
                return None
            token, revision = watch.revisions.link_token, wanted.revision_of(watch, what.view)

            def kept() -> cache.Kept:
                stored = bytes_[0] if bytes_ else self._redis.get(names[1])
                return cache.accepted(stored, token, revision, wanted.began(watch))

            return wanted.answer(what, watch, request, kept)
        except (RedisError, cache.NotKept, NotFound):
            return None

    @property
    def _redis(self) -> Any:
        return redis.of(self._app)
