"""A GitHub, as an Enterprise one has its addresses: OAuth, the signed-in user, and their addresses."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from .osu_oauth import asked_scopes, challenge_of
from .people import Coder
from .state import GITHUB_KEYS, Sandbox

NO_CODE = "The code passed is incorrect or expired."


def add_to(app: Flask, sandbox: Sandbox) -> None:
    @app.get("/login/oauth/authorize")
    def ask_coder() -> AnyResponse:
        if not is_registered(sandbox):
            return Response("The redirect_uri is not associated with this application.", 400)
        people = [(coder.id, coder.login, coder.about, f"/avatars/{coder.id}.png") for coder in sandbox.coders.values()]
        return Response(render_template("authorize.html", service="GitHub", people=people, scopes=asked_scopes()))

    @app.post("/login/oauth/authorize")
    def answer_coder() -> AnyResponse:
        who, state = request.form.get("who", ""), request.args.get("state", "")
        if not is_registered(sandbox):
            return Response("The redirect_uri is not associated with this application.", 400)
        back = request.args["redirect_uri"]
        if who not in {str(coder) for coder in sandbox.coders}:
            words = "The user has denied your application access."
            return redirect(
                f"{back}?{urlencode({'error': 'access_denied', 'error_description': words, 'state': state})}"
            )
        code = sandbox.new_code(int(who), back, asked_scopes(), request.args.get("code_challenge", ""))
        return redirect(f"{back}?{urlencode({'code': code, 'state': state})}")

    @app.post("/login/oauth/access_token")
    def exchange() -> Response:
        form = request.form
        if (form.get("client_id"), form.get("client_secret")) != GITHUB_KEYS:
            words = "The client_id and/or client_secret passed are incorrect."
            return jsonify(error="incorrect_client_credentials", error_description=words)
        code = sandbox.take_code(form.get("code", ""))
        if code is None or (code.challenge and challenge_of(form.get("code_verifier", "")) != code.challenge):
            return jsonify(error="bad_verification_code", error_description=NO_CODE)
        token = sandbox.new_token(code.who, code.scopes, refreshable=False)
        return jsonify(access_token=token, token_type="bearer", scope=",".join(code.scopes))  # noqa: S106

    @app.get("/api/v3/user")
    def coder_signed_in() -> Response:
        coder = signed_in(sandbox)
        return jsonify(profile(coder, sandbox.url)) if coder else bad_credentials()

    @app.get("/api/v3/user/emails")
    def coders_addresses() -> Response:
        coder = signed_in(sandbox)
        return jsonify(addresses(coder)) if coder else bad_credentials()


def is_registered(sandbox: Sandbox) -> bool:
    return request.args.get("client_id") == GITHUB_KEYS[0] and request.args.get("redirect_uri") in sandbox.callbacks


def signed_in(sandbox: Sandbox) -> Coder | None:
    kind, _space, text = request.headers.get("Authorization", "").partition(" ")
    token = sandbox.token(text) if kind in {"Bearer", "token"} else None
    return sandbox.coders.get(token.who or 0) if token else None


def bad_credentials() -> Response:
    response = jsonify(message="Bad credentials", documentation_url="https://docs.github.com/rest", status="401")
    response.status_code = 401
    return response


def profile(coder: Coder, url: str) -> dict[str, Any]:
    return {
        "login": coder.login,
        "id": coder.id,
        "node_id": f"U_{coder.id}",
        "avatar_url": f"{url}/avatars/{coder.id}.png?v=4",
        "html_url": f"{url}/{coder.login}",
        "type": "User",
        "site_admin": False,
        "name": coder.name,
        "company": None,
        "blog": "",
        "location": None,
        "email": None,
        "bio": None,
        "created_at": "2019-05-01T08:00:00Z",
        "updated_at": "2026-05-01T08:00:00Z",
    }


def addresses(coder: Coder) -> list[dict[str, Any]]:
    return [
        {"email": email, "primary": place == 0, "verified": verified, "visibility": "private" if place == 0 else None}
        for place, (email, verified) in enumerate(coder.emails)
    ]
