"""The sandbox's web server: osu! and GitHub on one port, their paths do not meet."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from . import github, osu_api, osu_oauth
from .people import picture
from .state import Sandbox


def create(sandbox: Sandbox) -> Flask:
    app = Flask(__name__, template_folder=".", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]

    @app.before_request
    def misbehave() -> Response | None:
        fault = sandbox.fault_of(request.path)
        if not request.path.startswith(("/oauth/authorize", "/login/oauth/authorize", "/avatars")):
            sandbox.calls.append(f"{request.method} {request.path}")
        if fault:
            time.sleep(fault.seconds)
        if fault is None or (fault.status is None and fault.seconds):
            return None
        return Response(fault.body, fault.status or 200, fault.headers, mimetype="text/html")

    @app.get("/avatars/<int:number>.png")
    @app.get("/covers/<int:number>.png")
    def show_picture(number: int) -> Response:
        return Response(picture(number), mimetype="image/png")

    @app.get("/osu/<int:beatmap_id>")
    def show_file(beatmap_id: int) -> Response:
        """A map's own file; nothing where there is none, as osu! has it."""
        return Response(sandbox.files.get(beatmap_id, b""), mimetype="text/plain")

    for part in (osu_oauth, osu_api, github):
        part.add_to(app, sandbox)
    return app


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002
        pass


def bound(sandbox: Sandbox, port: int = 0) -> BaseWSGIServer:
    """A server on this computer's own port alone; 0 takes a free one."""
    server = make_server("127.0.0.1", port, create(sandbox), threaded=True, request_handler=Quiet)
    sandbox.url = f"http://127.0.0.1:{server.port}"
    return server


@contextmanager
def running() -> Iterator[Sandbox]:
    """A sandbox in a thread of this process."""
    sandbox = Sandbox()
    server = bound(sandbox)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield sandbox
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
