"""Which other sites' scripts may read what is under /api: those in ALLOWED_ORIGINS, and no cookie ever counts there."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, X-Request-ID",
    "Access-Control-Max-Age": "600",
}
EXPOSED = "Retry-After, X-Request-ID, Idempotent-Replayed, WWW-Authenticate"


def init_app(app: Flask) -> None:
    if app.config["SETTINGS"].allowed_origins:
        app.after_request(_allow)


def _allow(response: Response) -> Response:
    if not request.path.startswith("/api/"):
        return response
    settings = current_app.config["SETTINGS"]
    origin = request.headers.get("Origin", "")
    everyone = "*" in settings.allowed_origins
    if not everyone:
        response.vary.add("Origin")
    if not origin or not (everyone or origin in settings.allowed_origins):
        return response
    response.headers["Access-Control-Allow-Origin"] = "*" if everyone else origin
    response.headers["Access-Control-Expose-Headers"] = EXPOSED
    if settings.cors_credentials:
        response.headers["Access-Control-Allow-Credentials"] = "true"
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response.headers.update(ALLOWED)
    return response
