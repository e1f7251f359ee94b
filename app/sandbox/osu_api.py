"""What osu!'s API v2 answers, as far as Laurel asks it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, Response, jsonify, request

from . import people, plays
from .osu_oauth import bearer_token
from .people import Player
from .state import Sandbox

View = TypeVar("View", bound=Callable[..., Any])

A_MINUTE = 1200
MOST_IDS = 50
NO_BEATMAP = "Specified beatmap difficulty couldn't be found."
NO_MATCH = "Specified LegacyMatch\\LegacyMatch couldn't be found."


def add_to(app: Flask, sandbox: Sandbox) -> None:
    scope = guarded_by(sandbox)

    @app.get("/api/v2/me")
    @app.get("/api/v2/me/<mode>")
    @scope("identify")
    def me(mode: str = "osu") -> Response:
        token = bearer_token(sandbox)
        if token is None or token.who is None or mode not in people.RULESETS:
            return failed(404, None)
        return jsonify(people.own(sandbox.players[token.who], sandbox.url, mode))

    @app.get("/api/v2/users/<who>")
    @app.get("/api/v2/users/<who>/<mode>")
    @scope("public")
    def user(who: str, mode: str = "osu") -> Response:
        player = player_called(sandbox, who, request.args.get("key", ""))
        if player is None or mode not in people.RULESETS:
            return failed(404, None)
        return jsonify(people.extended(player, sandbox.url, mode))

    @app.get("/api/v2/users")
    @scope("public")
    def users() -> Response:
        players = [sandbox.players[number] for number in asked_ids() if number in sandbox.players]
        shown = [people.among_many(player, sandbox.url) for player in players if not player.restricted]
        return jsonify(users=shown)

    @app.get("/api/v2/users/<int:who>/scores/<kind>")
    @scope("public")
    def scores(who: int, kind: str) -> Response:
        player = player_called(sandbox, str(who), "id")
        if player is None or kind not in {"best", "firsts", "recent", "pinned"}:
            return failed(404, None)
        limit, offset = number("limit", 5), number("offset", 0)
        if limit is None or offset is None or not 1 <= limit <= 100 or offset < 0:
            return failed(422, "The limit must be between 1 and 100.")
        best = plays.best_scores(player, sandbox.url, version()) if kind == "best" and mode_asked() == "osu" else []
        return jsonify(best[offset : offset + limit])

    @app.get("/api/v2/beatmaps")
    @scope("public")
    def beatmaps() -> Response:
        known = plays.beatmap_ids()
        return jsonify(beatmaps=[plays.whole_beatmap(each, sandbox.url) for each in asked_ids() if each in known])

    @app.get("/api/v2/beatmaps/lookup")
    @scope("public")
    def lookup() -> Response:
        asked, wanted = request.args.get("checksum"), number("id", 0)
        for each in plays.beatmap_ids():
            if each == wanted or (asked and plays.checksum(each) == asked.lower()):
                return jsonify(plays.whole_beatmap(each, sandbox.url))
        return failed(404, None)

    @app.get("/api/v2/beatmaps/<int:beatmap_id>")
    @scope("public")
    def beatmap(beatmap_id: int) -> Response:
        if beatmap_id not in plays.beatmap_ids():
            return failed(404, NO_BEATMAP)
        return jsonify(plays.whole_beatmap(beatmap_id, sandbox.url))

    @app.get("/api/v2/matches/<int:match_id>")
    @scope("public")
    def match(match_id: int) -> Response:
        limit = number("limit", 100)
        if match_id != plays.MATCH:
            return failed(404, NO_MATCH)
        if limit is None or not 1 <= limit <= 101:
            return failed(422, "The limit must be between 1 and 101.")
        return jsonify(page_of_match(sandbox, limit))


def guarded_by(sandbox: Sandbox) -> Callable[[str], Callable[[View], View]]:
    """Only with a token of that scope, and not too often."""

    def scope(needed: str) -> Callable[[View], View]:
        def guard(view: View) -> View:
            @wraps(view)
            def guarded(*args: Any, **kwargs: Any) -> Response:
                token = bearer_token(sandbox)
                if token is None:
                    return Response('{"authentication":"basic"}', 401, mimetype="application/json")
                if sandbox.throttled_after is not None:
                    sandbox.throttled_after -= 1
                    if sandbox.throttled_after < 0:
                        return limited(failed(429, "Too Many Attempts."), 0)
                if needed not in token.scopes:
                    return failed(403, "A required scope is missing.")
                answer: Response = view(*args, **kwargs)
                return limited(answer, A_MINUTE - len(sandbox.calls) % A_MINUTE)

            return guarded  # type: ignore[return-value]

        return guard

    return scope


def limited(response: Response, remaining: int) -> Response:
    response.headers["X-RateLimit-Limit"] = str(A_MINUTE)
    response.headers["X-RateLimit-Remaining"] = str(remaining)
    if remaining == 0:
        response.headers["Retry-After"] = "30"
    return response


def failed(status: int, words: str | None) -> Response:
    response = jsonify(error=words)
    response.status_code = status
    return response


def player_called(sandbox: Sandbox, who: str, key: str) -> Player | None:
    """By id, or by name after an @ or where the key says so. Whoever is restricted is not there for others."""
    by_name = key == "username" or who.startswith("@") or (not key and not who.isdecimal())
    name = who.removeprefix("@").lower()
    for player in sandbox.players.values():
        found = player.name.lower() == name if by_name else str(player.id) == who
        if found and not player.restricted:
            return player
    return None


def asked_ids() -> list[int]:
    """Of more than osu! takes at once, the first."""
    given = request.args.getlist("ids[]") + request.args.getlist("ids")
    return [int(text) for text in given[:MOST_IDS] if text.isdecimal()]


def number(name: str, default: int) -> int | None:
    text = request.args.get(name)
    if text is None:
        return default
    return int(text) if text.isdecimal() else None


def mode_asked() -> str:
    return request.args.get("mode") or "osu"


def version() -> int:
    text = request.headers.get("x-api-version", "")
    return int(text) if text.isdecimal() else 0


def page_of_match(sandbox: Sandbox, limit: int) -> dict[str, Any]:
    """The last events, or those before or after one, always in the order in which they were."""
    players = [player for player in sandbox.players.values() if not player.restricted]
    every = plays.events(players, sandbox.url, version())
    before, after = number("before", 0), number("after", 0)
    if after:
        shown = [event for event in every if event["id"] > after][:limit]
    else:
        shown = [event for event in every if not before or event["id"] < before][-limit:]
    return {
        "match": plays.match(),
        "events": shown,
        "users": [{**people.compact(player, sandbox.url), "country": people.country(player)} for player in players],
        "first_event_id": every[0]["id"],
        "latest_event_id": every[-1]["id"],
        "current_game_id": None,
    }
