"""A tournament over HTTP: from the pool to the seeds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import sandbox as sandboxes
from app.accounts.models import Role, User
from app.database import locked, now
from app.events.kinds import ActivityState, EventStatus, Visibility
from app.events.models import Activity, Event, Participant
from app.extensions import db
from app.leaderboards.freezing.actions import freeze
from app.osu.beatmaps import keep
from app.sandbox import Sandbox
from app.sandbox.plays import FIRST_MAP, MATCH
from app.scoring.models import Record, RecordChange, Source
from app.tournaments.models import MatchImport, PooledMap
from tests.conftest import AppFactory, SignIn
from tests.support import make, real, trips

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with sandboxes.running() as sandbox:
        sandbox.register(["http://localhost"])
        yield sandbox


@pytest.fixture
def app(make_app: AppFactory, sandbox: Sandbox) -> Flask:
    return make_app(**trips.settings_of(sandbox))


@pytest.fixture
def owner() -> User:
    return make.user(Role.ADMIN)


@pytest.fixture
def desk(sign_in: SignIn, owner: User) -> FlaskClient:
    return sign_in(owner)


@pytest.fixture
def event() -> Event:
    made = make.event("Laurel Cup")
    group = make.group(made, "Players")
    make.participant(group, "Larkspur", external_id="7001")
    make.participant(group, "[ Bramble ]", external_id="7002")
    return made


def url(event: Event) -> str:
    return f"/events/{event.id}/tournament"


def add(desk: FlaskClient, event: Event, slot: str, beatmap: str = "", weight: str = "1") -> Any:
    return desk.post(f"{url(event)}/maps", data={"slot": slot, "beatmap": beatmap, "weight": weight})


def lobby(**changes: Any) -> bytes:
    """Two games of two players on two maps."""
    games = [
        {
            "id": 10 + number,
            "beatmap_id": beatmap,
            "mode": "osu",
            "mods": ["NF"],
            "end_time": "2026-07-04T12:00:00Z",
            "scores": [
                {"user_id": 7001, "score": first, "mods": ["NF"]},
                {"user_id": 7002, "score": second, "mods": ["NF"]},
            ],
        }
        for number, (beatmap, first, second) in enumerate([(101, 900_000, 450_000), (102, 300_000, 600_000)])
    ]
    told = {
        "match": {"id": 5, "name": "LC: (A) vs (B)"},
        "users": [{"id": 7001, "username": "Larkspur"}, {"id": 7002, "username": "[ Bramble ]"}],
        "events": [{"id": number, "game": game} for number, game in enumerate(games)],
    }
    return json.dumps({**told, **changes}).encode()


def bring_in(desk: FlaskClient, event: Event, data: bytes, name: str = "match.json") -> str:
    answer = desk.post(f"{url(event)}/lobbies", data={"file": (BytesIO(data), name)})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def ticked(page: str) -> list[str]:
    return re.findall(r'name="row" value="([^"]+)" checked>', page)


def records() -> dict[tuple[str, str], int]:
    db.session.expire_all()
    rows = db.session.execute(
        select(Participant.display_name, Activity.name, Record.amount)
        .join(Record, Record.participant_id == Participant.id)
        .join(Activity, Activity.id == Record.activity_id)
    )
    return {(name, activity.partition(" ")[0]): int(amount or 0) for name, activity, amount in rows}


@pytest.mark.both_databases
def test_from_the_pool_over_a_lobby_to_the_seeds(desk: FlaskClient, client: FlaskClient, event: Event) -> None:
    assert add(desk, event, "nm1", "101").status_code == 303
    assert add(desk, event, "NM2", "https://osu.ppy.sh/beatmapsets/5#osu/102").status_code == 303
    where = bring_in(desk, event, lobby())
    page = desk.get(where).text
    assert records() == {}, "nothing is saved before somebody says so"
    assert len(ticked(page)) == 4
    answer = desk.post(where, data={"row": ticked(page)}, follow_redirects=True)
    assert "4 scores are saved, 0 stood already." in answer.text
    assert records() == {
        ("Larkspur", "NM1"): 900_000,
        ("[ Bramble ]", "NM1"): 450_000,
        ("Larkspur", "NM2"): 300_000,
        ("[ Bramble ]", "NM2"): 600_000,
    }
    assert set(db.session.scalars(select(RecordChange.source))) == {Source.IMPORT}
    seeds = client.get(f"{url(event)}/seeding").text
    assert "Percent max" in seeds
    assert seeds.index("Larkspur") < seeds.index("Bramble"), "1.5 and 1.5: by the average score"
    assert "900000" in client.get(f"/events/{event.id}/board").text
    again = desk.post(where, data={"row": ticked(page)}, follow_redirects=True)
    assert "0 scores are saved, 4 stood already." in again.text


def test_the_seeds_change_with_the_method_and_with_a_weight(
    desk: FlaskClient, client: FlaskClient, event: Event
) -> None:
    add(desk, event, "NM1", "101")
    add(desk, event, "NM2", "102", "3")
    where = bring_in(desk, event, lobby())
    desk.post(where, data={"row": ticked(desk.get(where).text)})
    seeds = client.get(f"{url(event)}/seeding").text
    assert seeds.index("Bramble") < seeds.index("Larkspur")
    assert "×3" in seeds
    desk.post(url(event), data={"mode": "osu", "least_players": "1", "method": "average_score"})
    assert "Average score" in client.get(f"{url(event)}/seeding").text


def test_what_is_unticked_is_left_out_and_what_is_final_cannot_be_taken(desk: FlaskClient, event: Event) -> None:
    add(desk, event, "NM1", "101")
    where = bring_in(desk, event, lobby())
    page = desk.get(where).text
    assert "not in the pool" in page
    desk.post(where, data={"row": ["10-7001", "11-7001", "11-7002", "nonsense"]})
    assert records() == {("Larkspur", "NM1"): 900_000}


def test_a_score_that_is_doubtful_counts_if_somebody_says_so(desk: FlaskClient, event: Event) -> None:
    add(desk, event, "HD1", "101")
    where = bring_in(desk, event, lobby())
    page = desk.get(where).text
    assert "other mods than the slot&#39;s" in page
    assert ticked(page) == []
    desk.post(where, data={"row": ["10-7001"]})
    assert records() == {("Larkspur", "HD1"): 900_000}


def test_a_match_comes_from_its_link_page_by_page(desk: FlaskClient, event: Event, sandbox: Sandbox) -> None:
    answer = desk.post(f"{url(event)}/lobbies", data={"link": f"https://osu.ppy.sh/community/matches/{MATCH}"})
    assert answer.status_code == 303, answer.text
    made = db.session.scalars(select(MatchImport)).one()
    assert made.match_id == MATCH
    assert len(made.data["games"]) > 1
    assert sum(call == f"GET /api/v2/matches/{MATCH}" for call in sandbox.calls) >= 1
    assert "not in the pool" in desk.get(str(answer.location)).text


def test_the_name_of_a_map_comes_from_osu_and_a_pool_does_without(
    desk: FlaskClient, event: Event, sandbox: Sandbox
) -> None:
    add(desk, event, "NM1", str(FIRST_MAP))
    sandbox.fault("/api/v2", status=500)
    assert add(desk, event, "NM2", str(FIRST_MAP + 1)).status_code == 303
    titles = db.session.scalars(select(PooledMap.title).order_by(PooledMap.position)).all()
    assert titles[0] != ""
    assert titles[1] == ""


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"link": "https://example.org/5"}, "Write a link like"),
        ({}, "Give a link or a file."),
        ({"link": "999"}, "osu! has no such match"),
    ],
)
def test_a_link_that_leads_nowhere_is_said(desk: FlaskClient, event: Event, data: dict[str, str], words: str) -> None:
    answer = desk.post(f"{url(event)}/lobbies", data=data)
    assert answer.status_code == 422
    assert words in answer.text


def test_with_osu_away_a_link_is_kept_typed_and_a_file_works(desk: FlaskClient, event: Event, sandbox: Sandbox) -> None:
    sandbox.fault("/api/v2", status=500)
    answer = desk.post(f"{url(event)}/lobbies", data={"link": "105019274"})
    assert answer.status_code == 502
    assert "105019274" in answer.text
    assert bring_in(desk, event, lobby())


def test_a_file_that_is_no_match_is_said_beside_it(desk: FlaskClient, event: Event) -> None:
    answer = desk.post(f"{url(event)}/lobbies", data={"file": (BytesIO(b"{}"), "match.json")})
    assert (answer.status_code, "there are no events" in answer.text) == (422, True)


def test_a_private_lobby_comes_as_a_table(desk: FlaskClient, event: Event) -> None:
    add(desk, event, "NM1", "101")
    where = bring_in(desk, event, b"map;player;score\nNM1;Larkspur;512 300\nNM1;7002;400 000\n", "lobby.csv")
    page = desk.get(where).text
    assert "known by the name alone" in page
    desk.post(where, data={"row": ["1-7002", "1-Larkspur"]})
    assert records() == {("Larkspur", "NM1"): 512_300, ("[ Bramble ]", "NM1"): 400_000}


def test_a_real_match_is_brought_in(desk: FlaskClient, event: Event) -> None:
    data = real.file("osu_api/get_multiplayer_match_200.json").read_bytes()
    group = event.groups[0]
    told = json.loads(data)
    for user in told["users"]:
        make.participant(group, user["username"], external_id=str(user["id"]))
    maps = {one["game"]["beatmap_id"] for one in told["events"] if one.get("game") and one["game"]["scores"]}
    for number, beatmap in enumerate(sorted(maps)):
        add(desk, event, f"RC{number}", str(beatmap))
    where = bring_in(desk, event, data)
    page = desk.get(where).text
    assert page.count("broken off") == 2
    assert "2,972,928" in page
    assert "3,062,344" in page
    desk.post(where, data={"row": ticked(page)})
    assert len(records()) == 56


@pytest.mark.parametrize(
    ("slot", "beatmap", "weight", "words"),
    [
        ("", "101", "1", "Please fill this in."),
        ("1", "101", "1", "Write letters and a number, like NM1."),
        ("NM1", "https://example.org/1", "1", "Write a link to the map, or its number."),
        ("NM1", "101", "much", "This is not a number."),
        ("NM1", "101", "0", "Write a number above 0"),
        ("NM1", "101", "NaN", "Write a number above 0"),
    ],
)
def test_a_map_that_cannot_be_is_said_beside_its_field(
    desk: FlaskClient, event: Event, slot: str, beatmap: str, weight: str, words: str
) -> None:
    answer = add(desk, event, slot, beatmap, weight)
    assert (answer.status_code, words in answer.text) == (422, True)


def test_a_slot_and_a_map_are_in_the_pool_once(desk: FlaskClient, event: Event) -> None:
    add(desk, event, "NM1", "101")
    assert add(desk, event, "NM1", "102").status_code == 409
    assert add(desk, event, "NM2", "101").status_code == 409
    assert add(desk, event, "NM3").status_code == 303


def test_a_map_with_scores_stays_in_the_pool(desk: FlaskClient, event: Event) -> None:
    add(desk, event, "NM1", "101")
    add(desk, event, "NM2", "102")
    where = bring_in(desk, event, lobby())
    desk.post(where, data={"row": ["10-7001"]})
    first, second = db.session.scalars(select(PooledMap.activity_id).order_by(PooledMap.position)).all()
    kept = desk.post(f"{url(event)}/maps/{first}/delete")
    assert (kept.status_code, "has results" in kept.text) == (409, True)
    assert desk.post(f"{url(event)}/maps/{second}/delete").status_code == 303
    assert db.session.scalars(select(Activity.name)).all() == ["NM1"]


@pytest.mark.parametrize("what", ["locked", "archived", "draft"])
def test_nothing_is_taken_where_nothing_may_be_written(desk: FlaskClient, event: Event, what: str) -> None:
    add(desk, event, "NM1", "101")
    where = bring_in(desk, event, lobby())
    if what == "locked":
        db.session.scalars(select(Activity)).one().state = ActivityState.LOCKED
    else:
        event.status = EventStatus[what.upper()]
    db.session.commit()
    assert desk.post(where, data={"row": ["10-7001"]}).status_code == 409
    assert records() == {}


def test_the_seeds_keep_a_freeze_and_what_is_private(
    desk: FlaskClient, client: FlaskClient, event: Event, owner: User
) -> None:
    add(desk, event, "NM1", "101")
    freeze(locked(Event, event.id), None, now(), by=owner)
    db.session.commit()
    where = bring_in(desk, event, lobby())
    desk.post(where, data={"row": ["10-7001", "10-7002"]})
    page = client.get(f"{url(event)}/seeding").text
    assert "900" not in page
    private = make.event("Another", visibility=Visibility.PRIVATE)
    assert client.get(f"{url(private)}/seeding").status_code in {303, 404}


def test_a_lobby_of_another_event_is_not_there_and_a_put_away_one_leaves_its_scores(
    desk: FlaskClient, event: Event
) -> None:
    add(desk, event, "NM1", "101")
    where = bring_in(desk, event, lobby())
    desk.post(where, data={"row": ["10-7001"]})
    other = make.event("Another")
    assert desk.get(where.replace(f"/events/{event.id}/", f"/events/{other.id}/")).status_code == 404
    assert desk.post(f"{where}/delete").status_code == 303
    assert desk.get(where).status_code == 404
    assert records() == {("Larkspur", "NM1"): 900_000}


def test_rounds_have_pools_of_their_own(desk: FlaskClient, client: FlaskClient, event: Event) -> None:
    for name in ("Qualifiers", "Finals"):
        answer = desk.post(f"{url(event)}/maps", data={"round_": name, "slot": "NM1", "beatmap": "101", "weight": "1"})
        assert answer.status_code == 303, answer.text
    again = desk.post(f"{url(event)}/maps", data={"round_": "Finals", "slot": "NM1", "beatmap": "9", "weight": "1"})
    assert again.status_code == 409
    answer = desk.post(f"{url(event)}/lobbies", data={"round_": "Finals", "file": (BytesIO(lobby()), "match.json")})
    where = str(answer.location)
    desk.post(where, data={"row": ["10-7001", "10-7002"]})
    assert set(records()) == {("Larkspur", "Finals"), ("[ Bramble ]", "Finals")}
    assert "No scores yet" in client.get(f"{url(event)}/seeding").text
    assert "Larkspur" in client.get(f"{url(event)}/seeding?round=Finals").text


def test_teams_are_seeded_by_the_sum_of_their_players(desk: FlaskClient, client: FlaskClient, event: Event) -> None:
    blue = make.group(event, "Blue")
    make.participant(blue, "Eva", external_id="7003")
    make.participant(blue, "Adam", external_id="7004")
    add(desk, event, "NM1", "101")
    told = json.loads(lobby())
    told["events"][0]["game"]["scores"] += [
        {"user_id": 7003, "score": 700_000, "mods": []},
        {"user_id": 7004, "score": 690_000, "mods": []},
    ]
    where = bring_in(desk, event, json.dumps(told).encode())
    desk.post(where, data={"row": ticked(desk.get(where).text)})
    desk.post(url(event), data={"mode": "osu", "least_players": "1", "method": "percent_max", "teams": "y"})
    page = client.get(f"{url(event)}/seeding").text
    assert page.index(">Blue<") < page.index(">Players</th>")
    assert "Larkspur" not in page
    assert "0.971" in page, "1,350,000 of 1,390,000"


def test_a_second_lobby_does_not_replace_a_better_score_unless_somebody_says_so(
    desk: FlaskClient, event: Event
) -> None:
    add(desk, event, "NM1", "101")
    first = bring_in(desk, event, b"map,player,score\n101,7001,900000\n", "first.csv")
    desk.post(first, data={"row": ticked(desk.get(first).text)})
    second = bring_in(desk, event, b"map,player,score\n101,7001,500000\n101,7002,400000\n", "second.csv")
    page = desk.get(second).text
    assert "a better one stands" in page
    assert ticked(page) == ["1-7002"]
    desk.post(second, data={"row": ticked(page)})
    assert records()[("Larkspur", "NM1")] == 900_000
    desk.post(second, data={"row": ["1-7001"]})
    assert records()[("Larkspur", "NM1")] == 500_000


@pytest.mark.both_databases
def test_a_maps_page_says_who_played_it_as_the_boards_do(desk: FlaskClient, client: FlaskClient, event: Event) -> None:
    keep({"id": 101, "beatmapset_id": 55, "ranked": 1, "version": "Hard", "difficulty_rating": 5.4})
    db.session.commit()
    assert "Played by" not in client.get("/beatmaps/101").text
    add(desk, event, "NM1", "101")
    assert "Nobody has played it yet." in client.get("/beatmaps/101").text
    where = bring_in(desk, event, lobby())
    desk.post(where, data={"row": ["10-7002"]})
    freeze(locked(Event, event.id), None, now(), by=make.user(Role.ADMIN))
    db.session.commit()
    desk.post(where, data={"row": ["10-7001"]})
    answer = client.get("/beatmaps/101")
    assert "[ Bramble ]" in answer.text
    assert "Larkspur" not in answer.text, "what came after the freeze is shown nowhere"
    assert f"/events/{event.id}/board?activity=" in answer.text
    event.visibility = Visibility.PRIVATE
    db.session.commit()
    assert "[ Bramble ]" not in client.get("/beatmaps/101").text


def test_a_maps_cover_may_be_shown_there_and_nothing_else_may_come_from_elsewhere(client: FlaskClient) -> None:
    keep({"id": 101, "beatmapset_id": 55, "ranked": 1, "version": "Hard", "difficulty_rating": 5.4})
    db.session.commit()
    answer = client.get("/beatmaps/101")
    assert "https://assets.ppy.sh/beatmaps/55/covers/cover.jpg" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "img-src 'self' https://assets.ppy.sh data: blob:;" in policy
    assert policy.count("https:") == 1
    assert "https:" not in client.get("/lost-scores").headers["Content-Security-Policy"]
