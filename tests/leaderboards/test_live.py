"""What a poll costs, and how old an answer may be."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count, pairwise
from pathlib import Path

import pytest
import redis as redis_client
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import processes
from app.accounts.models import User
from app.leaderboards import cache
from app.leaderboards.cache import Kept
from tests.conftest import AppFactory, SignIn
from tests.support import make

from .conftest import Games, Score, redis_commands, stay_fresh
from .reading import live_address, rows


def values(answer: TestResponse) -> list[str]:
    return [row[3] for row in rows(answer)]


def kept_as(redis_url: str) -> str:
    """Under which name the one board that was read so far is kept."""
    with redis_client.from_url(redis_url, decode_responses=True) as redis:
        [key] = [str(key) for key in redis.keys("board:*") if not str(key).endswith(":making")]
    return key


def poll(client: FlaskClient, games: Games, tag: str) -> TestResponse:
    return client.get(games.live_url, headers={"If-None-Match": tag})


def test_an_unchanged_board_is_a_304_until_somebody_saves(client: FlaskClient, games: Games, score: Score) -> None:
    score(games.sprint, {games.eva: "4"})
    tag = client.get(games.live_url).headers["ETag"]
    same = poll(client, games, tag)
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", tag)
    assert poll(client, games, f"W/{tag}").status_code == 304
    score(games.sprint, {games.eva: "5"})
    time.sleep(cache.REBUILD_EVERY_MS / 1000)
    assert values(poll(client, games, tag)) == ["5"]


def test_the_page_knows_the_tag_of_what_it_asks_for(client: FlaskClient, games: Games, score: Score) -> None:
    score(games.sprint, {games.eva: "4"})
    page = client.get(games.url)
    tag = page.text.split('data-state="')[1].split('"')[0]
    assert client.get(live_address(page), headers={"If-None-Match": f'"{tag}"'}).status_code == 304


def test_a_value_of_another_activity_changes_nothing_here(client: FlaskClient, games: Games, score: Score) -> None:
    other = make.activity(games.event)
    tag = client.get(games.live_url).headers["ETag"]
    score(other, {games.eva: "4"})
    assert poll(client, games, tag).status_code == 304


@pytest.mark.parametrize("path", ["url", "live_url"])
def test_a_cached_read_costs_one_trip_to_redis_and_no_sql(
    client: FlaskClient, games: Games, score: Score, redis_url: str, statements: list[str], path: str
) -> None:
    score(games.sprint, {games.eva: "4"})
    tag = client.get(getattr(games, path)).headers["ETag"]
    stay_fresh(redis_url, games)
    statements.clear()
    with redis_commands(redis_url) as read:
        assert client.get(getattr(games, path)).status_code == 200
    with redis_commands(redis_url) as unchanged:
        assert client.get(getattr(games, path), headers={"If-None-Match": tag}).status_code == 304
    assert (read, unchanged, statements) == (["mget"], ["mget"], [])


def test_a_cached_read_by_somebody_signed_in_looks_into_no_session(
    sign_in: SignIn, admin: User, games: Games, redis_url: str, statements: list[str]
) -> None:
    browser = sign_in(admin)
    browser.get(games.live_url)
    stay_fresh(redis_url, games)
    statements.clear()
    assert browser.get(games.live_url).status_code == 200
    assert statements == []


@pytest.mark.parametrize("people", [1, 300])
def test_a_board_is_made_by_the_same_statements_however_long_it_is(
    client: FlaskClient,
    sign_in: SignIn,
    admin: User,
    games: Games,
    score: Score,
    statements: list[str],
    redis_url: str,
    people: int,
) -> None:
    score(games.sprint, {make.participant(games.eva.group): str(number) for number in range(people)})
    statements.clear()
    assert len(rows(client.get(games.url))) == min(people, 100)
    assert len(statements) == 6
    browser = sign_in(admin)
    stay_fresh(redis_url, games)
    statements.clear()
    assert browser.get(games.url).status_code == 200
    assert len(statements) == 4  # who reads, the heading, and two for the piece: its standings are known
    statements.clear()
    assert browser.get(games.url).status_code == 200
    assert len(statements) == 2


@pytest.mark.both_databases
def test_nobody_reads_a_board_that_is_older_than_a_second(client: FlaskClient, games: Games, score: Score) -> None:
    for number in range(4):
        client.get(games.live_url)
        score(games.sprint, {games.eva: str(number)})
        client.get(games.live_url)
        time.sleep(1)
        assert values(client.get(games.live_url)) == [str(number)]
        assert values(client.get(games.url)) == [str(number)]


def test_while_somebody_makes_it_anew_others_get_the_last_bytes_and_never_wait(
    client: FlaskClient, games: Games, score: Score, redis_url: str, statements: list[str]
) -> None:
    client.get(games.live_url)
    with redis_client.from_url(redis_url) as redis:
        redis.set(f"{kept_as(redis_url)}:making", 1, px=5000)
        score(games.sprint, {games.eva: "2"})
        statements.clear()
        assert values(client.get(games.live_url)) == []
        assert len(statements) == 1  # the revisions
        time.sleep(cache.STALE)
        redis.delete(f"{kept_as(redis_url)}:making")
    assert values(client.get(games.live_url)) == ["2"]


def test_many_readers_at_once_have_it_made_once(
    client: FlaskClient, games: Games, score: Score, statements: list[str]
) -> None:
    score(games.sprint, {games.eva: "4"})
    statements.clear()
    with ThreadPoolExecutor(8) as readers:
        answers = list(readers.map(lambda _: client.application.test_client().get(games.live_url), range(8)))
    assert all(values(answer) == ["4"] for answer in answers)
    assert sum("records" in statement for statement in statements) == 1


def test_a_reader_whose_maker_died_makes_it_alone(
    client: FlaskClient, games: Games, score: Score, redis_url: str
) -> None:
    score(games.sprint, {games.eva: "4"})
    client.get(games.live_url)
    kept = kept_as(redis_url)
    with redis_client.from_url(redis_url) as redis:
        redis.delete(kept)
        redis.set(f"{kept}:making", 1)
    assert values(client.get(games.live_url)) == ["4"]


def test_what_cannot_be_made_is_not_waited_for(client: FlaskClient, games: Games) -> None:
    began = time.monotonic()
    for _ in range(3):
        assert client.get(f"{games.url}?activity=999").status_code == 404
    assert time.monotonic() - began < 1


@pytest.fixture
def client_without_redis(make_app: AppFactory) -> FlaskClient:
    return make_app(redis_url=f"redis://127.0.0.1:{processes.free_port()}/0").test_client()


def test_without_redis_boards_are_read_from_the_database(
    client_without_redis: FlaskClient, games: Games, score: Score
) -> None:
    score(games.sprint, {games.eva: "4"})
    answer = client_without_redis.get(games.live_url)
    assert values(answer) == ["4"]
    assert poll(client_without_redis, games, answer.headers["ETag"]).status_code == 304
    score(games.sprint, {games.eva: "5"})
    assert values(poll(client_without_redis, games, answer.headers["ETag"])) == ["5"]
    assert values(client_without_redis.get(games.url)) == ["5"]
    assert client_without_redis.get(f"{games.url}.csv").status_code == 200


def test_a_public_piece_may_be_shared_for_a_second_and_names_its_language(
    client: FlaskClient, games: Games, score: Score
) -> None:
    score(games.sprint, {games.eva: "4.5"})
    address = live_address(client.get(games.url, headers={"Accept-Language": "cs"}))
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=1"
    assert values(answer) == ["4,5"]
    assert values(client.get(games.live_url, headers={"Accept-Language": "cs"})) == ["4.5"]


def test_another_template_makes_other_bytes(make_app: AppFactory, tmp_path: Path) -> None:
    with (app := make_app()).app_context():
        before = cache.key_of("piece", 1)
        assert before != cache.key_of("piece", 2)
        app.extensions["laurel_look"] = "after an update"
        assert cache.key_of("piece", 1) != before


def test_a_view_is_made_at_most_once_every_so_often_however_many_save_and_ask(app: Flask) -> None:
    made: list[float] = []
    saves = count(1)
    until = time.monotonic() + 4 * cache.REBUILD_EVERY_MS / 1000

    def build() -> Kept:
        made.append(time.monotonic())
        time.sleep(0.02)
        return Kept("token", next(saves), time.time(), b"a board")

    def ask() -> None:
        with app.app_context():
            while time.monotonic() < until:
                cache.read("view", "token", next(saves), 0, build)

    readers = [threading.Thread(target=ask) for _ in range(6)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    gaps = [later - sooner for sooner, later in pairwise(made)]
    assert 2 <= len(made) <= 6
    assert min(gaps) >= 0.9 * cache.REBUILD_EVERY_MS / 1000
