"""What the shortcut answers is what the long way would have answered; and what it leaves to the long way."""

from __future__ import annotations

import json
from typing import Any

import pytest
import redis as redis_client
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts.models import User
from app.events import revisions
from app.events.kinds import Visibility
from app.extensions import db
from tests.conftest import AppFactory, SignIn

from .conftest import Games, Score, games_with, stay_fresh

COUNTED = ("laurel_requests_total", "laurel_request_seconds_count", "laurel_boards_total")
ID = "sent-by-the-test"
ASKED: list[tuple[str, dict[str, str]]] = [
    ("", {}),
    ("?page=2&bucket=f-all", {}),
    ("?activity=x&page=-1&nonsense=1", {"Accept-Language": "cs"}),
    ("", {"Accept-Language": "de, cs;q=0.5", "Cookie": "theme=light"}),
    ("", {"Cookie": "language=cs; theme=dark"}),
    ("?activity={activity}", {"Cookie": "language=xx; theme=xx"}),
    ("/live", {}),
    ("/live?activity={activity}&language=cs", {"Accept-Language": "en"}),
    ("/live?activity={activity}&language=xx&bucket=group-{group}", {"Cookie": "laurel=anything"}),
]


class LongWayTaken(Exception):
    pass


def long_way(app: Flask) -> Any:
    return app.wsgi_app.long_way  # type: ignore[attr-defined]


def only_shortcut(app: Flask) -> None:
    def fail(_environ: Any, _start_response: Any) -> Any:
        raise LongWayTaken

    app.wsgi_app.long_way = fail  # type: ignore[attr-defined]


def ask(app: Flask, url: str, headers: dict[str, str]) -> TestResponse:
    return app.test_client(use_cookies=False).get(url, headers={"X-Request-ID": ID, **headers})


def said(answer: TestResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    return answer.status_code, list(answer.headers), answer.data


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [{name: value for name, value in line.items() if name not in {"ms", "timestamp"}} for line in lines]


@pytest.fixture(params=[False, True], ids=["plain", "secure"])
def both(make_app: AppFactory, request: pytest.FixtureRequest) -> tuple[Flask, Flask]:
    """An application that takes the long way, and one that cannot; both log JSON."""
    slow, short = (make_app(log_format="json", secure_cookies=request.param) for _ in range(2))
    slow.wsgi_app = long_way(slow)  # type: ignore[method-assign]
    only_shortcut(short)
    return slow, short


@pytest.mark.parametrize("visibility", [Visibility.PUBLIC, Visibility.LINK])
def test_the_shortcut_answers_byte_for_byte_as_the_long_way(
    context: None,
    both: tuple[Flask, Flask],
    score: Score,
    visibility: Visibility,
    capsys: pytest.CaptureFixture[str],
    redis_url: str,
) -> None:
    slow, short = both
    games = games_with(visibility)
    score(games.sprint, {games.eva: "4.5", games.jan: "DNF"})
    for path, headers in ASKED:
        url = games.url + path.format(activity=games.sprint.id, group=games.eva.group_id)
        if visibility is Visibility.LINK:
            url += f"{'&' if '?' in url else '?'}link={games.event.link_token}"
        made = ask(slow, url, headers)
        stay_fresh(redis_url, games)
        capsys.readouterr()
        long, long_line = said(ask(slow, url, headers)), logged(capsys)
        assert (said(ask(short, url, headers)), logged(capsys)) == (long, long_line)
        for tag in (made.headers["ETag"], f'W/{made.headers["ETag"]}, "other"', "*", '"older"'):
            conditional = {**headers, "If-None-Match": tag}
            long, long_line = said(ask(slow, url, conditional)), logged(capsys)
            assert (said(ask(short, url, conditional)), logged(capsys)) == (long, long_line)
            assert long[0] == (200 if tag == '"older"' else 304)


def test_the_shortcut_counts_as_the_long_way(make_app: AppFactory, games: Games, score: Score, redis_url: str) -> None:
    score(games.sprint, {games.eva: "4"})
    app = make_app(metrics_token="a token that only the tests use")
    slow, counts = long_way(app), []
    tag = app.test_client().get(games.live_url).headers["ETag"]
    stay_fresh(redis_url, games)
    shortcut = app.wsgi_app
    for way in (slow, shortcut):
        before = counted(app)
        app.wsgi_app = way  # type: ignore[method-assign]
        for url, headers in ((games.url, {}), (games.url, {}), (games.live_url, {"If-None-Match": tag})):
            assert ask(app, url, headers).status_code in {200, 304}
        counts.append({name: value - before.get(name, 0) for name, value in counted(app).items()})
    kept = 'laurel_boards_total{outcome="kept"}'
    assert counts[1].pop(kept) == counts[0].pop(kept) + 1  # the page that the long way has made first
    assert counts[0].pop('laurel_boards_total{outcome="made"}') == 1
    assert {name: count for name, count in counts[1].items() if count} == {
        name: count for name, count in counts[0].items() if count
    }


def counted(app: Flask) -> dict[str, float]:
    page = app.test_client().get("/metrics", headers={"Authorization": "Bearer a token that only the tests use"})
    lines = [line.rpartition(" ") for line in page.text.splitlines() if line.startswith("laurel_")]
    return {
        name: float(value) for name, _space, value in lines if name.startswith(COUNTED) and "metrics.show" not in name
    }


def test_what_the_shortcut_cannot_know_goes_the_long_way(
    make_app: AppFactory, games: Games, score: Score, redis_url: str
) -> None:
    score(games.sprint, {games.eva: "4"})
    private, app = games_with(Visibility.PRIVATE), make_app()
    client = app.test_client()
    for url in (games.url, games.live_url):
        assert client.get(url).status_code == 200
    stay_fresh(redis_url, games)
    only_shortcut(app)
    assert client.get(games.url).status_code == 200
    for method, url, headers in (
        ("GET", games.url, {"Cookie": "laurel=anything"}),
        ("GET", f"{games.url}?link=of-no-use", {}),
        ("GET", f"{games.url}?activity=999", {}),
        ("GET", f"{games.url}/live?language=en&page=7", {}),
        ("GET", private.url, {}),
        ("GET", f"{private.url}?link={private.event.link_token}", {}),
        ("GET", "/events/9999999999/board", {}),
        ("GET", f"{games.url}/", {}),
        ("HEAD", games.url, {}),
        ("POST", games.url, {}),
    ):
        with pytest.raises(LongWayTaken):
            app.test_client(use_cookies=False).open(url, method=method, headers=headers)


def test_somebody_signed_in_gets_a_page_of_their_own(app: Flask, sign_in: SignIn, admin: User, games: Games) -> None:
    shared = app.test_client().get(games.url).text
    own = sign_in(admin).get(games.url).text
    assert (admin.name in own, admin.name in shared) == (True, False)
    assert app.test_client().get(games.url).text == shared


def test_an_event_with_another_token_is_not_given_what_is_kept_of_the_first(
    client: FlaskClient, games: Games, score: Score, redis_url: str
) -> None:
    """Two databases may number their events alike and share a Redis."""
    score(games.sprint, {games.eva: "4"})
    tag = client.get(games.live_url).headers["ETag"]
    games.event.link_token = "of the other event"
    db.session.commit()
    with redis_client.from_url(redis_url) as redis:
        redis.delete(revisions.name_of(games.event.id))
        for name in redis.scan_iter("board:*:making"):
            redis.delete(name)
    for _turn in range(2):
        answer = client.get(games.live_url, headers={"If-None-Match": tag})
        assert (answer.status_code, answer.headers["ETag"] != tag) == (200, True)
