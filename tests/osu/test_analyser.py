"""The desktop analyser, unchanged, against Laurel and an osu! of this test's own."""

from __future__ import annotations

import base64
import json
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Role, User
from app.encryption import derived_key
from app.extensions import db
from app.osu.models import Beatmap, MissingBeatmap, Submission
from app.sandbox import Sandbox
from app.sandbox.plays import checksum
from tests.conftest import AppFactory, SignIn
from tests.support import make, real, trips
from tests.support.trips import BRAMBLE, LARKSPUR

from .conftest import PORT, Analyser, as_file, report, signed

pytestmark = pytest.mark.usefixtures("context")


@pytest.mark.both_databases
def test_the_whole_way_from_the_sign_in_to_the_hall_of_fame(analyser: Analyser, app: Flask, sandbox: Sandbox) -> None:
    told = analyser.sign_in()
    assert (told["user_id"], told["username"]) == (str(LARKSPUR), "Larkspur")
    assert analyser.get("user/me").get_json()["osu_user_id"] == LARKSPUR
    assert analyser.get("proxy/me").get_json()["username"] == "Larkspur"
    assert analyser.get("proxy/users/Larkspur", key="username").get_json()["id"] == LARKSPUR
    best: list[dict[str, Any]] = []
    while page := analyser.get(
        f"proxy/users/{LARKSPUR}/scores/best", limit=50, offset=len(best), mode="osu", include="beatmap"
    ).get_json():
        best += page
    assert len(best) == sandbox.players[LARKSPUR].scores
    assert isinstance(best[0]["mods"], list)
    assert isinstance(best[0]["score"], int), "the legacy shape"
    ids = [one["beatmap"]["id"] for one in best[:50]]
    found = analyser.get("proxy/beatmaps", **{"ids[]": ids}).get_json()["beatmaps"]
    assert len(found) == len(set(ids))
    md5 = checksum(ids[0])
    assert analyser.get("proxy/beatmaps/lookup", checksum=md5).get_json()["id"] == ids[0]
    answer = analyser.submit(as_file(report()))
    assert (answer.status_code, answer.get_json()["message"]) == (200, "Submission successful")
    number = answer.get_json()["submission_id"]
    assert number == db.session.scalars(select(Submission.number)).one()
    assert [one["username"] for one in analyser.get("hall-of-fame/").get_json()] == ["Larkspur"]
    shown = analyser.get("submissions/larkspur").get_json()
    assert (shown["total_count"], shown["summary_stats"]["delta_pp"]) == (1, 137.75)
    assert shown["lost_scores"][0]["beatmapset_id"] is None
    trips.run_jobs(app)
    assert analyser.get("submissions/Larkspur").get_json()["lost_scores"][0]["beatmapset_id"] > 0


# Signing in ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("port", ["", "80", "65536", "x", "-1", "1024.5", "localhost:5000"])
def test_only_a_port_of_its_own_computer_is_come_back_to(analyser: Analyser, port: str) -> None:
    answer = analyser.get("auth/login", callback_port=port)
    assert answer.status_code == 400
    assert set(answer.get_json()) >= {"detail"}


def test_who_says_no_does_not_leave_it_waiting(analyser: Analyser, app: Flask) -> None:
    page = str(analyser.get("auth/login", callback_port=PORT).location)
    state = dict(part.split("=", 1) for part in urlsplit(page).query.split("&"))["state"]
    told = analyser.come_back(f"http://localhost/api/auth/callback?error=access_denied&state={state}")
    assert told == {"error": "access_denied"}


def test_somebody_elses_way_back_leads_nowhere(analyser: Analyser, app: Flask) -> None:
    page = str(analyser.get("auth/login", callback_port=PORT).location)
    back = urlsplit(trips.agree(page, LARKSPUR))
    other = app.test_client().get(f"{back.path}?{back.query}")
    assert other.status_code == 400
    assert "jwt_token" not in str(other.location)


def test_a_way_back_is_gone_once(analyser: Analyser) -> None:
    page = str(analyser.get("auth/login", callback_port=PORT).location)
    back = trips.agree(page, LARKSPUR)
    assert "jwt_token" in analyser.come_back(back)
    assert "jwt_token" not in analyser.come_back(back)


def test_the_web_start_signs_a_browser_in(app: Flask) -> None:
    browser = app.test_client()
    answer = browser.get("/api/auth/web-login")
    assert answer.status_code == 307
    back = urlsplit(trips.agree(str(answer.location), LARKSPUR))
    assert browser.get(f"{back.path}?{back.query}").status_code == 303
    assert browser.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("query", "words"), [("username=Eva&jwt_token=secret", "signed in as Eva"), ("error=no", "no")]
)
def test_the_page_at_the_end_says_how_it_went_and_keeps_the_token_to_itself(
    client: FlaskClient, query: str, words: str
) -> None:
    answer = client.get(f"/oauth/success?{query}&source=desktop")
    assert words in answer.text
    assert "s3cret-pass" not in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_token_opens_nothing_else(analyser: Analyser, app: Flask) -> None:
    analyser.sign_in()
    for path in ("/account", "/api/v1/events", "/events", "/api/v1/auth/me"):
        assert app.test_client().get(path, headers=analyser.headers).status_code in {303, 401}


def forged(app: Flask, **claims: Any) -> str:
    from joserfc import jwt
    from joserfc.jwk import OctKey

    with app.app_context():
        key = OctKey.import_key(derived_key("analyser"))
    usual = {"sub": "1", "aud": "analyser", "exp": int(time.time()) + 60}
    return jwt.encode({"alg": "HS256"}, {**usual, **claims}, key)


@pytest.mark.parametrize(
    "what", ["none", "expired", "another purpose", "nobody", "no algorithm", "another key", "shut"]
)
def test_a_token_that_is_not_good_is_a_session_that_is_over(analyser: Analyser, app: Flask, what: str) -> None:
    analyser.sign_in()
    user = db.session.scalars(select(User).where(User.name == "Larkspur")).one()
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    body = analyser.token.split(".")[1]
    bad = {
        "none": "",
        "expired": forged(app, sub=str(user.id), exp=int(time.time()) - 1),
        "another purpose": forged(app, sub=str(user.id), aud="something else"),
        "nobody": forged(app, sub="999999"),
        "no algorithm": f"{head}.{body}.",
        "another key": analyser.token[:-4] + "AAAA",
        "shut": analyser.token,
    }
    if what == "shut":
        user.active = False
        db.session.commit()
    analyser.token = bad[what]
    for answer in (analyser.get("user/me"), analyser.get("proxy/me"), analyser.submit(as_file(report()))):
        assert answer.status_code == 401
        assert set(answer.get_json()) == {"detail", "error_code", "request_id"}


# Passing through ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["friends", "chat/new", "users/1/kudosu", "oauth/tokens/current", "../me", "beatmaps/1/scores", "me/../friends"],
)
def test_only_what_is_on_the_list_passes(analyser: Analyser, sandbox: Sandbox, path: str) -> None:
    analyser.sign_in()
    before = len(sandbox.calls)
    assert analyser.get(f"proxy/{path}").status_code in {404, 308}
    assert len(sandbox.calls) == before


def test_osus_own_status_passes(analyser: Analyser, sandbox: Sandbox) -> None:
    analyser.sign_in()
    assert analyser.get("proxy/users/Nobody", key="username").status_code == 404
    missing = analyser.get("proxy/beatmaps/5")
    assert (missing.status_code, missing.get_json()["detail"]) == (
        404,
        "Specified beatmap difficulty couldn't be found.",
    )
    sandbox.fault("/api/v2/users", status=403, body='{"error": "no"}')
    assert analyser.get("proxy/users/2").status_code == 403


@pytest.mark.parametrize(("status", "ours"), [(500, 502), (502, 502), (503, 502)])
def test_a_broken_osu_is_a_502(analyser: Analyser, sandbox: Sandbox, status: int, ours: int) -> None:
    analyser.sign_in()
    sandbox.fault("/api/v2", status=status)
    answer = analyser.get("proxy/me")
    assert (answer.status_code, answer.mimetype) == (ours, "application/json")
    sandbox.faults.clear()
    assert analyser.get("proxy/me").status_code == 200, "nothing of it is kept"


def test_too_many_calls_are_a_429_with_how_long_to_wait(analyser: Analyser, sandbox: Sandbox) -> None:
    analyser.sign_in()
    sandbox.throttled_after = 0
    first = analyser.get("proxy/me")
    assert (first.status_code, first.headers["Retry-After"]) == (429, "30")
    sandbox.throttled_after = None
    assert analyser.get("proxy/users/2").status_code == 429, "the pause holds for all"


def test_a_session_that_osu_ended_is_a_401(analyser: Analyser, sandbox: Sandbox) -> None:
    analyser.sign_in()
    sandbox.tokens.clear()
    assert analyser.get("proxy/me").status_code == 401


def test_a_token_that_runs_out_is_refreshed(analyser: Analyser, sandbox: Sandbox) -> None:
    sandbox.token_seconds = 300
    analyser.sign_in()
    sandbox.token_seconds = 86_400
    assert analyser.get("proxy/me").status_code == 200
    assert "POST /oauth/token" in sandbox.calls[-2:]


def test_an_answer_is_kept_for_a_minute_for_its_player_and_a_404_as_one(analyser: Analyser, sandbox: Sandbox) -> None:
    analyser.sign_in()
    for _again in range(3):
        assert analyser.get("proxy/me").status_code == 200
        assert analyser.get("proxy/beatmaps/5").status_code == 404
    assert sandbox.calls.count("GET /api/v2/beatmaps/5") == 1
    other = Analyser(analyser.client.application.test_client())
    other.sign_in(BRAMBLE)
    assert other.get("proxy/me").get_json()["username"] == "[ Bramble ]"


def test_with_osu_away_for_long_it_is_left_alone_for_a_while(analyser: Analyser, sandbox: Sandbox) -> None:
    analyser.sign_in()
    sandbox.fault("/api/v2", status=500)
    for number in range(5):
        assert analyser.get(f"proxy/users/{number + 10}").status_code == 502
    calls = len(sandbox.calls)
    answer = analyser.get("proxy/users/99")
    assert (answer.status_code, len(sandbox.calls)) == (429, calls)
    assert int(answer.headers["Retry-After"]) <= 30


def test_without_redis_nobody_counts_the_calls_so_none_leaves(
    make_app: AppFactory, sandbox: Sandbox, analyser: Analyser
) -> None:
    analyser.sign_in()
    away = make_app(**trips.settings_of(sandbox), redis_url="redis://127.0.0.1:1/0").test_client()
    assert away.get("/api/proxy/me", headers=analyser.headers).status_code == 502


# Reports ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("signature", ["", "0" * 64, "nonsense", "ů"])
def test_a_bad_signature_is_a_403(analyser: Analyser, signature: str) -> None:
    analyser.sign_in()
    assert analyser.submit(as_file(report()), signature).status_code == 403
    assert db.session.query(Submission).count() == 0


def test_one_changed_byte_breaks_the_signature(analyser: Analyser) -> None:
    analyser.sign_in()
    data = as_file(report())
    assert analyser.submit(data + b" ", signed(data)).status_code == 403


def test_without_a_key_no_signed_report_is_taken(make_app: AppFactory, sandbox: Sandbox, analyser: Analyser) -> None:
    analyser.sign_in()
    keyless = Analyser(make_app(**trips.settings_of(sandbox)).test_client(), analyser.token)
    assert keyless.submit(as_file(report())).status_code == 403


def test_what_is_missing_is_a_422_and_what_is_wrong_a_400(analyser: Analyser) -> None:
    analyser.sign_in()
    assert analyser.post("hall-of-fame/submit", data={}).status_code == 422
    assert analyser.submit(as_file(report()), summary="no").status_code == 400
    assert analyser.submit(b"no").status_code == 400
    raised = report()
    raised["summary_stats"]["delta_pp"] = 999
    answer = analyser.submit(as_file(raised))
    assert (answer.status_code, "delta_pp is 999" in answer.get_json()["detail"]) == (400, True)


def test_the_name_is_the_accounts_and_a_swapped_one_is_refused(analyser: Analyser) -> None:
    analyser.sign_in()
    answer = analyser.submit(as_file(report("Bramble")))
    assert answer.status_code == 400
    assert "The report is of Bramble, and this account is Larkspur." in answer.get_json()["detail"]


def test_a_real_report_is_taken_under_its_own_name(analyser: Analyser, sandbox: Sandbox) -> None:
    data = real.file("lost_scores/analysis_results.json").read_bytes()
    sandbox.rename(LARKSPUR, "KZ_Lemon4ik")
    analyser.sign_in()
    assert analyser.submit(data).status_code == 200
    pages = [analyser.get("submissions/kz_lemon4ik", offset=offset).get_json() for offset in (0, 50)]
    assert [len(page["lost_scores"]) for page in pages] == [50, 10]
    assert pages[0]["summary_stats"]["potential_pp"] == pytest.approx(8721.16)


def test_the_hall_has_each_player_once_and_the_list_has_them_all(analyser: Analyser, app: Flask) -> None:
    for who, name in ((LARKSPUR, "Larkspur"), (BRAMBLE, "[ Bramble ]")):
        one = Analyser(app.test_client())
        one.sign_in(who)
        for _again in range(2):
            assert one.submit(as_file(report(name))).status_code == 200
    hall = analyser.get("hall-of-fame/").get_json()
    assert [(one["rank"], one["username"]) for one in hall] == [(1, "Larkspur"), (2, "[ Bramble ]")]
    assert set(hall[0]) == {
        "rank",
        "username",
        "osu_user_id",
        "total_pp_gain",
        "lost_scores_count",
        "submission_date",
    }
    listed = analyser.get("submissions/list", limit=100).get_json()
    assert [one["username"] for one in listed] == ["[ Bramble ]", "[ Bramble ]", "Larkspur", "Larkspur"]
    assert set(listed[0]) == {
        "username",
        "user_id",
        "scan_date",
        "lost_scores_count",
        "total_pp_gain",
        "current_pp",
        "potential_pp",
    }
    assert len(analyser.get("submissions/list", limit=1).get_json()) == 1
    assert analyser.get("submissions/nobody").status_code == 404


@pytest.mark.parametrize("name", ["lost_scores_result", "potential_top_result", "summary_badge"])
def test_a_submission_has_pictures(analyser: Analyser, name: str) -> None:
    analyser.sign_in()
    analyser.submit(as_file(report()))
    answer = analyser.get(f"submissions/larkspur/image/{name}")
    assert (answer.mimetype, answer.data[:4]) == ("image/png", b"\x89PNG")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert analyser.get("submissions/larkspur/image/another").status_code == 400


def test_a_replay_is_its_owners_alone(analyser: Analyser) -> None:
    analyser.sign_in()
    assert analyser.get("hall-of-fame/replays/nothing/there.osr").status_code == 404


# Maps ---------------------------------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_maps_come_from_our_own_tables_first(analyser: Analyser, sandbox: Sandbox) -> None:
    analyser.sign_in()
    known, unknown = checksum(2_900_001), "0" * 32
    asked = {"md5_hashes": [known, unknown]}
    first = analyser.post("beatmaps/enrich", json=asked).get_json()["beatmaps"]
    assert first[unknown] is None
    assert first[known]["beatmap_id"] == 2_900_001
    assert set(first[known]) == {
        "beatmap_id",
        "beatmapset_id",
        "ranked_status",
        "artist",
        "title",
        "creator",
        "version",
        "hit_objects",
        "max_combo",
    }
    calls = len(sandbox.calls)
    assert analyser.post("beatmaps/enrich", json=asked).get_json()["beatmaps"] == first
    assert len(sandbox.calls) == calls, "both are remembered"
    assert db.session.query(Beatmap).count() == 1
    assert db.session.query(MissingBeatmap).count() == 1


def test_an_error_is_never_remembered(analyser: Analyser, sandbox: Sandbox) -> None:
    analyser.sign_in()
    known = checksum(2_900_001)
    sandbox.fault("/api/v2/beatmaps", status=500)
    assert analyser.post("beatmaps/enrich", json={"md5_hashes": [known]}).get_json()["beatmaps"] == {known: None}
    sandbox.faults.clear()
    found = analyser.post("beatmaps/enrich", json={"md5_hashes": [known.upper()]}).get_json()["beatmaps"]
    assert found[known.upper()]["beatmap_id"] == 2_900_001


@pytest.mark.parametrize(
    "body", ["no", "[]", "{}", '{"md5_hashes": "x"}', '{"md5_hashes": ["x"]}', '{"md5_hashes": [1]}']
)
def test_hashes_that_are_none_are_refused(analyser: Analyser, body: str) -> None:
    analyser.sign_in()
    answer = analyser.post("beatmaps/enrich", data=body, content_type="application/json")
    assert answer.status_code in {400, 422}
    too_many = json.dumps({"md5_hashes": ["0" * 32] * 501})
    assert analyser.post("beatmaps/enrich", data=too_many, content_type="application/json").status_code == 422


# Pages --------------------------------------------------------------------------------------------------------------


def signed_in(app: Flask, who: int = LARKSPUR) -> FlaskClient:
    browser = app.test_client()
    trips.Traveller(browser).sign_in(who)
    return browser


def test_a_player_sends_a_report_by_hand_and_finds_it_in_the_hall(app: Flask, client: FlaskClient) -> None:
    browser = signed_in(app)
    assert "under your name at osu!, Larkspur" in browser.get("/lost-scores/mine/new").text
    answer = browser.post("/lost-scores/mine", data={"file": file_of(report())}, follow_redirects=True)
    assert "counts as claimed until its replays prove it" in answer.text
    hall = client.get("/lost-scores").text
    assert "Larkspur" in hall
    assert "claimed" in hall
    page = client.get("/lost-scores/larkspur").text
    for text in ("Song 3", "437.75 pp", "+137.75 pp", "Where the pp come from", "What would count"):
        assert text in page
    for sort in ("pp", "accuracy", "at", "title", "nonsense"):
        assert client.get(f"/lost-scores/larkspur?sort={sort}").status_code == 200
    assert "Lost scores</a>: <strong>+137.75 pp" in browser.get("/players/larkspur").text
    assert "Larkspur" not in client.get("/lost-scores?verified=1").text
    assert "Larkspur" not in client.get("/lost-scores?country=JP").text


def file_of(told: dict[str, Any]) -> Any:
    from io import BytesIO

    return BytesIO(as_file(told)), "analysis_results.json"


def test_a_report_that_does_not_add_up_is_refused_beside_its_field(app: Flask) -> None:
    told = report()
    told["summary_stats"]["potential_pp"] = 999
    answer = signed_in(app).post("/lost-scores/mine", data={"file": file_of(told)})
    assert answer.status_code == 422
    assert "potential_pp is 999, and its scores make 437.75" in answer.text


def test_whoever_has_no_osu_account_is_told_to_link_one(sign_in: SignIn) -> None:
    browser = sign_in(make.user(Role.PLAYER))
    assert "Link your osu! account first" in browser.get("/lost-scores/mine/new").text
    answer = browser.post("/lost-scores/mine", data={"file": file_of(report())})
    assert answer.status_code == 422


def test_a_moderator_says_what_a_report_is(app: Flask, sign_in: SignIn, client: FlaskClient) -> None:
    signed_in(app).post("/lost-scores/mine", data={"file": file_of(report())})
    made = db.session.scalars(select(Submission)).one()
    desk = sign_in(make.user(Role.ADMIN))
    assert "Larkspur" in desk.get("/lost-scores/queue").text
    refused = desk.post(f"/lost-scores/queue/{made.id}", data={"state": "rejected", "reason": ""})
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    desk.post(f"/lost-scores/queue/{made.id}", data={"state": "verified", "reason": "Seen the replays."})
    assert "Nothing waits" in desk.get("/lost-scores/queue").text
    assert "Larkspur" in client.get("/lost-scores?verified=1").text
    desk.post(f"/lost-scores/queue/{made.id}", data={"state": "rejected", "reason": "Made up."})
    assert client.get("/lost-scores/larkspur").status_code == 404
    assert client.get("/api/hall-of-fame/").get_json() == []


def test_a_report_is_deleted_by_whoever_sent_it(app: Flask, client: FlaskClient) -> None:
    browser = signed_in(app)
    browser.post("/lost-scores/mine", data={"file": file_of(report())})
    made = db.session.scalars(select(Submission)).one()
    assert signed_in(app, BRAMBLE).post(f"/lost-scores/mine/{made.id}/delete").status_code == 404
    assert browser.post(f"/lost-scores/mine/{made.id}/delete").status_code == 303
    assert "No reports yet" in client.get("/lost-scores").text
