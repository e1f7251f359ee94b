from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from app import processes
from app.accounts.models import Role
from app.api.blueprint import LARGEST_BODY
from tests.conftest import AppFactory
from tests.support import make

from .conftest import Games, Script, script

NOWHERE = "/api/v1/events/1/records"

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
anything = st.recursive(scalars, lambda some: st.lists(some) | st.dictionaries(st.text(), some), max_leaves=8)
names = st.sampled_from(["participant", "external_id", "activity", "value", "version"])
likely = st.sampled_from([1, 2, "a-1", "Run", "throw", 1.5, "DNS", "", "\x00", "\ud800", 2**70, -1, [1, "2"], None])
items = st.dictionaries(names, likely | anything)
bodies = anything | st.fixed_dictionaries({"records": st.lists(items | anything, max_size=4)})


def error(answer: TestResponse) -> tuple[int, str]:
    assert answer.json is not None
    return answer.status_code, str(answer.json["error_code"])


def sent(admin: Script, url: str, data: bytes | str, content_type: str = "application/json") -> TestResponse:
    return admin.post(url, data=data, content_type=content_type)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies)
@example({"records": [{"participant": 1, "activity": "Run", "value": float("nan")}]})
@example({"records": [{"participant": 1, "activity": "Run", "value": [[[[]]]]}]})
def test_no_json_is_a_crash(make_app: AppFactory, games: Games, admin: Script, body: object) -> None:
    admin.client.application.config["API_RECORDS_LIMIT"] = "1000000 per minute"
    assert admin.post(games.records, body if body is not None else {}).status_code in {200, 400, 403, 409, 422}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary())
@example(b"\xff")
@example(b'{"records": NaN}')
@example(b'{"records": [{"participant": 1e999999, "activity": 1, "value": -1e99999999999}]}')
@example(b'{"records": [{"participant": 1e' + b"9" * 5000 + b"}]}")
@example(b'{"records": ' + b"9" * 5000 + b"}")
@example(b"[" * 100_000)
@example(b'{"records": ' + b"[" * 5_000 + b"]" * 5_000 + b"}")
@example(b'{"records": [], "records": [{"value": 1, "value": 2}]}')
def test_no_bytes_are_a_crash(games: Games, admin: Script, body: bytes) -> None:
    admin.client.application.config["API_RECORDS_LIMIT"] = "1000000 per minute"
    assert sent(admin, games.records, body).status_code in {400, 422}


def test_only_json_is_taken(games: Games, admin: Script) -> None:
    assert error(sent(admin, games.records, "{}", "text/plain")) == (415, "unsupported_media_type")
    assert error(sent(admin, games.records, "a=1", "application/x-www-form-urlencoded"))[0] == 415
    assert error(sent(admin, games.records, "{}", "application/json; charset=utf-8"))[0] == 422


def test_a_body_over_2_mb_is_too_large_whoever_sends_it(games: Games, admin: Script) -> None:
    large = b" " * (LARGEST_BODY + 1)
    assert error(sent(admin, games.records, large)) == (413, "too_large")
    assert error(sent(Script(admin.client, "unknown"), games.records, large)) == (413, "too_large")
    assert error(sent(admin, games.records, large[:-1])) == (400, "bad_request")


def test_too_many_requests_are_asked_to_wait_and_many_records_count_twice(make_app: AppFactory) -> None:
    app = make_app(extra={"WTF_CSRF_ENABLED": False, "API_RECORDS_LIMIT": "4 per minute"})
    with app.app_context():
        one, two = script(app, make.user(Role.ADMIN)), script(app, make.user(Role.ADMIN))
    answers = [sent(one, NOWHERE, b" " * 1001), sent(one, NOWHERE, b" " * 1001), sent(one, NOWHERE, "{}")]
    assert [error(answer) for answer in answers] == [(400, "bad_request")] * 2 + [(429, "too_many_requests")]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert [sent(two, NOWHERE, "{}").status_code for _ in range(5)] == [404] * 4 + [429]


def test_a_good_answer_asks_nobody_to_wait(games: Games, admin: Script) -> None:
    record = {"participant": games.alice.id, "activity": games.jump.id, "value": 4}
    answer = admin.post(games.records, {"records": [record]})
    assert (answer.status_code, answer.headers["X-RateLimit-Remaining"].isdecimal()) == (200, True)
    assert "Retry-After" not in answer.headers


def test_without_redis_requests_are_limited_from_memory(make_app: AppFactory, tmp_path: Path) -> None:
    app = make_app(
        redis_url=f"redis://127.0.0.1:{processes.free_port()}/0",
        extra={"WTF_CSRF_ENABLED": False, "API_RECORDS_LIMIT": "2 per minute"},
    )
    with app.app_context():
        admin = script(app, make.user(Role.ADMIN))
    assert [sent(admin, NOWHERE, "{}").status_code for _ in range(3)] == [404, 404, 429]
