"""osu!'s OAuth: the page on which one agrees, and the endpoint for tokens."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from .state import OSU_KEYS, Sandbox, Token

SCOPES = {"identify", "public", "friends.read", "delegate"}


def add_to(app: Flask, sandbox: Sandbox) -> None:
    @app.get("/oauth/authorize")
    def ask() -> AnyResponse:
        wrong = what_is_wrong(sandbox)
        if wrong:
            return error(401 if wrong == "invalid_client" else 400, wrong)
        people = [
            (player.id, player.name, player.about, f"/avatars/{player.id}.png") for player in sandbox.players.values()
        ]
        return Response(render_template("authorize.html", service="osu!", people=people, scopes=asked_scopes()))

    @app.post("/oauth/authorize")
    def answer() -> AnyResponse:
        wrong = what_is_wrong(sandbox)
        if wrong:
            return error(400, wrong)
        who = request.form.get("who", "")
        if who not in {str(player) for player in sandbox.players}:
            words = "The resource owner or authorization server denied the request."
            return back(error="access_denied", error_description=words, hint="The user denied the request")
        challenge = request.args.get("code_challenge", "")
        return back(code=sandbox.new_code(int(who), request.args["redirect_uri"], asked_scopes(), challenge))

    @app.post("/oauth/token")
    def token() -> Response:
        form = request.form
        if (form.get("client_id"), form.get("client_secret")) != OSU_KEYS:
            return error(401, "invalid_client", "Client authentication failed")
        grant = form.get("grant_type", "")
        if grant == "client_credentials":
            return granted(sandbox, None, tuple(form.get("scope", "public").split()))
        if grant == "authorization_code":
            return by_code(sandbox)
        if grant == "refresh_token":
            old = sandbox.take_refresh(form.get("refresh_token", ""))
            if old is None:
                return error(400, "invalid_grant", "The refresh token is invalid.", hint="Token has been revoked")
            return granted(sandbox, old.who, old.scopes)
        return error(400, "unsupported_grant_type", "The authorization grant type is not supported.")

    @app.delete("/api/v2/oauth/tokens/current")
    def revoke() -> Response:
        text = bearer()
        if sandbox.token(text) is None:
            return Response('{"authentication":"basic"}', 401, mimetype="application/json")
        sandbox.revoke(text)
        return Response(status=204)


def what_is_wrong(sandbox: Sandbox) -> str:
    query = request.args
    if query.get("client_id") != OSU_KEYS[0] or query.get("redirect_uri") not in sandbox.callbacks:
        return "invalid_client"
    if query.get("response_type") != "code":
        return "unsupported_grant_type"
    if not set(asked_scopes()) <= SCOPES:
        return "invalid_scope"
    return "" if query.get("code_challenge_method", "S256") == "S256" else "invalid_request"


def asked_scopes() -> tuple[str, ...]:
    return tuple(request.args.get("scope", "identify").split())


def back(**values: str) -> AnyResponse:
    return redirect(f"{request.args['redirect_uri']}?{urlencode({**values, 'state': request.args.get('state', '')})}")


def by_code(sandbox: Sandbox) -> Response:
    code = sandbox.take_code(request.form.get("code", ""))
    if code is None:
        return error(
            400, "invalid_grant", "The authorization code is not valid.", hint="Authorization code has expired"
        )
    if request.form.get("redirect_uri") != code.redirect_uri:
        return error(400, "invalid_client", "Client authentication failed")
    if code.challenge and challenge_of(request.form.get("code_verifier", "")) != code.challenge:
        return error(400, "invalid_grant", "Failed to verify `code_verifier`.")
    return granted(sandbox, code.who, code.scopes)


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def granted(sandbox: Sandbox, who: int | None, scopes: tuple[str, ...]) -> Response:
    """An application's own token has nothing that refreshes it."""
    text = sandbox.new_token(who, scopes, refreshable=who is not None)
    refresh = sandbox.tokens[text].refresh
    answer = {"token_type": "Bearer", "expires_in": sandbox.token_seconds, "access_token": text}
    response = jsonify({**answer, "refresh_token": refresh} if refresh else answer)
    response.headers["Cache-Control"] = "no-store, private"
    return response


def error(status: int, name: str, words: str = "", hint: str | None = None) -> Response:
    words = words or f"The request was refused: {name}."
    body = {"error": name, "error_description": words, "message": words}
    response = jsonify({**body, "hint": hint} if hint else body)
    response.status_code = status
    return response


def bearer() -> str:
    kind, _space, text = request.headers.get("Authorization", "").partition(" ")
    return text if kind == "Bearer" else ""


def bearer_token(sandbox: Sandbox) -> Token | None:
    return sandbox.token(bearer())
