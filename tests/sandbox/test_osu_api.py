"""The sandbox speaks as osu! does: statuses, error texts, pages, and the shapes of recorded replies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app import sandbox as sandboxes
from app.config import ROOT
from app.sandbox import Sandbox, plays

RECORDED = ROOT.parent / "shared" / "data" / "osu_api"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with sandboxes.running() as sandbox:
        yield sandbox


class Client:
    def __init__(self, sandbox: Sandbox, token: str) -> None:
        self.http = httpx.Client(
            base_url=f"{sandbox.url}/api/v2", trust_env=False, headers={"Authorization": f"Bearer {token}"}
        )

    def __call__(self, path: str, **headers: str) -> httpx.Response:
        return self.http.get(path, headers=headers)


@pytest.fixture
def ask(sandbox: Sandbox) -> Iterator[Client]:
    """A player's token, with all that Laurel asks for."""
    client = Client(sandbox, sandbox.new_token(7001, ("identify", "public"), refreshable=True))
    yield client
    client.http.close()


def form(sandbox: Sandbox, **values: str) -> httpx.Response:
    keys = {"client_id": "1", "client_secret": "sandbox"}
    return httpx.post(f"{sandbox.url}/oauth/token", data={**keys, **values}, trust_env=False)


# Tokens ----------------------------------------------------------------------------------------------------------


def test_an_application_has_a_token_of_its_own_that_nothing_refreshes(sandbox: Sandbox) -> None:
    answer = form(sandbox, grant_type="client_credentials", scope="public")
    assert set(answer.json()) == {"token_type", "expires_in", "access_token"}
    assert answer.json()["expires_in"] == 86_400
    client = Client(sandbox, answer.json()["access_token"])
    assert client("/users/7001").status_code == 200
    assert client("/me").status_code == 403
    client.http.close()


def test_a_refresh_token_works_once_and_gives_the_next(sandbox: Sandbox) -> None:
    first = sandbox.tokens[sandbox.new_token(7001, ("identify",), refreshable=True)].refresh or ""
    answer = form(sandbox, grant_type="refresh_token", refresh_token=first)
    assert set(answer.json()) == {"token_type", "expires_in", "access_token", "refresh_token"}
    again = form(sandbox, grant_type="refresh_token", refresh_token=first)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert form(sandbox, grant_type="refresh_token", refresh_token=answer.json()["refresh_token"]).status_code == 200


def test_wrong_keys_are_refused(sandbox: Sandbox) -> None:
    answer = form(sandbox, grant_type="client_credentials", client_secret="wrong")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert form(sandbox, grant_type="password").json()["error"] == "unsupported_grant_type"


def test_a_token_is_revoked_with_what_refreshes_it(sandbox: Sandbox, ask: Client) -> None:
    assert ask.http.delete("/oauth/tokens/current").status_code == 204
    assert ask("/me").status_code == 401
    assert ask.http.delete("/oauth/tokens/current").status_code == 401


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "http://localhost/sign-in/osu/callback/"},
        {"redirect_uri": "http://localhost/sign-in/osu/callback?x=1"},
        {"redirect_uri": "http://evil.example/sign-in/osu/callback"},
        {"client_id": "2"},
        {"response_type": "token"},
        {"scope": "identify everything"},
    ],
)
def test_only_what_is_registered_is_asked_about(sandbox: Sandbox, changed: dict[str, str]) -> None:
    sandbox.register(["http://localhost"])
    right = {
        "client_id": "1",
        "redirect_uri": "http://localhost/sign-in/osu/callback",
        "response_type": "code",
        "scope": "identify public",
    }
    page = f"{sandbox.url}/oauth/authorize"
    assert httpx.get(page, params=right, trust_env=False).status_code == 200
    assert httpx.get(page, params={**right, **changed}, trust_env=False).status_code in {400, 401}
    assert httpx.post(page, params={**right, **changed}, data={"who": "7001"}, trust_env=False).status_code == 400


# Answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["", "Bearer nonsense", "Basic abc"])
def test_without_a_token_it_says_what_osu_says(sandbox: Sandbox, header: str) -> None:
    answer = httpx.get(f"{sandbox.url}/api/v2/me", headers={"Authorization": header}, trust_env=False)
    assert (answer.status_code, answer.text) == (401, '{"authentication":"basic"}')


def test_a_token_that_has_run_out_is_none(sandbox: Sandbox) -> None:
    sandbox.token_seconds = -1
    client = Client(sandbox, sandbox.new_token(7001, ("public",), refreshable=True))
    assert client("/users/7001").status_code == 401
    client.http.close()


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/users/1", None),
        ("/users/7004", None),
        ("/users/@Nobody", None),
        ("/users/1/scores/best", None),
        ("/users/7001/scores/worst", None),
        ("/beatmaps/lookup?checksum=0e2f505c3e2f362168cc914d87915c7a", None),
        ("/beatmaps/1", "Specified beatmap difficulty couldn't be found."),
        ("/matches/1", "Specified LegacyMatch\\LegacyMatch couldn't be found."),
    ],
)
def test_what_is_not_there(ask: Client, path: str, error: str | None) -> None:
    answer = ask(path)
    assert (answer.status_code, answer.json()) == (404, {"error": error})


def test_too_many_calls_are_refused_with_what_is_left(sandbox: Sandbox, ask: Client) -> None:
    sandbox.throttled_after = 2
    answers = [ask("/users/7001") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0].headers["X-RateLimit-Limit"] == "1200"
    assert answers[2].headers["X-RateLimit-Remaining"] == "0"


def test_what_makes_no_sense_is_422(ask: Client) -> None:
    assert ask("/users/7001/scores/best?limit=1000").status_code == 422
    assert ask(f"/matches/{plays.MATCH}?limit=all").status_code == 422


@pytest.mark.parametrize("path", ["/users/7001", "/users/@larkspur", "/users/Larkspur?key=username", "/users/7001/osu"])
def test_a_player_is_found_by_id_and_by_name(ask: Client, path: str) -> None:
    assert ask(path).json()["id"] == 7001


def test_several_players_at_once_without_those_who_are_restricted(ask: Client) -> None:
    users = ask("/users?ids[]=7001&ids[]=7004&ids[]=7003&ids[]=1").json()["users"]
    assert [user["id"] for user in users] == [7001, 7003]


def test_the_best_scores_come_in_pages_until_one_is_empty(ask: Client) -> None:
    pages = [ask(f"/users/7001/scores/best?limit=50&offset={offset}&mode=osu").json() for offset in range(0, 300, 50)]
    assert [len(page) for page in pages] == [50, 50, 50, 50, 0, 0]
    scores = [score for page in pages for score in page]
    assert len({score["beatmap"]["id"] for score in scores}) == 200
    assert [score["pp"] for score in scores] == sorted((score["pp"] for score in scores), reverse=True)
    assert len(ask("/users/7001/scores/best").json()) == 5


def test_at_most_fifty_maps_at_once(ask: Client) -> None:
    ids = "&".join(f"ids[]={beatmap_id}" for beatmap_id in plays.beatmap_ids()[:60])
    assert len(ask(f"/beatmaps?{ids}").json()["beatmaps"]) == 50


def test_a_map_is_found_by_its_checksum(ask: Client) -> None:
    wanted = plays.beatmap_ids()[7]
    assert ask(f"/beatmaps/lookup?checksum={plays.checksum(wanted)}").json()["id"] == wanted
    assert ask(f"/beatmaps/{wanted}").json()["checksum"] == plays.checksum(wanted)


def test_a_match_is_read_backwards_to_its_first_event(ask: Client) -> None:
    page = ask(f"/matches/{plays.MATCH}").json()
    assert (len(page["events"]), page["latest_event_id"]) == (100, page["events"][-1]["id"])
    earlier = ask(f"/matches/{plays.MATCH}?before={page['events'][0]['id']}").json()
    assert earlier["events"][0]["id"] == earlier["first_event_id"]
    events = earlier["events"] + page["events"]
    assert len({event["id"] for event in events}) == 130
    games = [event["game"] for event in events if "game" in event]
    assert (len(games), len([game for game in games if not game["scores"]])) == (9, 2)
    after = ask(f"/matches/{plays.MATCH}?after={page['events'][0]['id']}&limit=3").json()["events"]
    assert [event["id"] for event in after] == [event["id"] for event in page["events"][1:4]]


# Shapes ----------------------------------------------------------------------------------------------------------


def recorded(name: str) -> Any:
    if not RECORDED.is_dir():
        pytest.skip("no recorded replies here")
    return json.loads((Path(RECORDED) / f"{name}.json").read_text())


def shape(value: Any) -> Any:
    """The names in it, at every depth; of a list, those of its first item."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return None


def differences(ours: Any, theirs: Any, path: str = "") -> list[str]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        found = [f"{path}.{name}" for name in sorted(set(ours) ^ set(theirs))]
        for name in sorted(set(ours) & set(theirs)):
            found += differences(ours[name], theirs[name], f"{path}.{name}")
        return found
    if isinstance(ours, list) and isinstance(theirs, list) and ours and theirs:
        return differences(ours[0], theirs[0], f"{path}[]")
    return []


def first_game(match: Any) -> Any:
    return next(event for event in match["events"] if event.get("game", {}).get("scores"))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/me", "get_me_200"),
        ("/users/7001", "get_user_200"),
        ("/users/7001/scores/best", "get_user_bests_200"),
        (f"/beatmaps/{plays.FIRST_MAP}", "get_beatmap_200"),
        (f"/beatmaps/lookup?id={plays.FIRST_MAP}", "lookup_beatmap_200"),
        (f"/matches/{plays.MATCH}", "get_multiplayer_match_200"),
    ],
)
def test_the_shapes_are_osus_own(ask: Client, path: str, name: str) -> None:
    theirs = recorded(name)
    found = differences(shape(ask(path).json()), shape(theirs))
    assert found == []


def test_a_game_of_a_match_is_shaped_like_osus_own(ask: Client) -> None:
    theirs = recorded("get_multiplayer_match_200")
    ours = ask(f"/matches/{plays.MATCH}").json()
    games = [
        next(event for event in match["events"] if event.get("game", {}).get("scores")) for match in (ours, theirs)
    ]
    assert differences(*map(shape, games)) == []


def test_a_score_has_the_new_shape_for_whoever_asks_for_it(ask: Client) -> None:
    theirs = recorded("get_score_lazer_200")
    [old] = ask("/users/7001/scores/best?limit=1").json()
    [new] = ask("/users/7001/scores/best?limit=1", **{"x-api-version": "20240529"}).json()
    assert "score" in old
    assert "total_score" in new
    wanted = set(theirs) - {"rank_global", "replay_views"}
    assert wanted <= set(new)
