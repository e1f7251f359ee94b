"""Replays: read in a process of their own, and what each proves of a report."""

from __future__ import annotations

import hashlib
import lzma
import struct
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.extensions import db
from app.osu import replays
from app.osu.beatmaps import keep
from app.osu.models import Beatmap, BeatmapFile, LostReplay, LostReplayState, Submission, SubmissionState
from app.osu.replays import BadReplay, Replay, verdict
from app.sandbox import Sandbox
from tests.support import real, trips
from tests.support.trips import LARKSPUR

from .conftest import Analyser, as_file, play, report, signed

pytestmark = pytest.mark.usefixtures("context")

OSU = b"""osu file format v14

[General]
Mode: 0

[Difficulty]
HPDrainRate:5
CircleSize:4
OverallDifficulty:8
ApproachRate:9
SliderMultiplier:1.4
SliderTickRate:1

[TimingPoints]
0,300,4,2,1,60,1,0

[HitObjects]
""" + b"".join(
    b"%d,%d,%d,1,0,0:0:0:0:\n" % (60 + number % 7 * 60, 60 + number % 5 * 60, 1000 + number * 150)
    for number in range(200)
)
MD5 = hashlib.md5(OSU, usedforsecurity=False).hexdigest()


def string(text: str) -> bytes:
    return b"\x0b" + bytes([len(text)]) + text.encode()


def replay_file(
    player: str = "Larkspur",
    md5: str = MD5,
    mods: int = 8,
    counts: tuple[int, int, int] = (2, 0, 1),
    moves: bytes = b"",
) -> bytes:
    """As the old client writes one: HD, 197 great ones, 2 of 100 and a miss."""
    hundreds, fifties, misses = counts
    packed = moves or lzma.compress(b"0|256|192|0,16|256|192|0,", format=lzma.FORMAT_ALONE)
    whole = 200 - hundreds - fifties - misses
    return b"".join(
        [
            struct.pack("<BI", 0, 20_210_520),
            string(md5),
            string(player),
            string("0" * 32),
            struct.pack("<HHHHHH", whole, hundreds, fifties, 0, 0, misses),
            struct.pack("<iHBI", 871_349, 150, 0, mods),
            string(""),
            struct.pack("<q", 638_600_000_000_000_000),
            struct.pack("<i", len(packed)),
            packed,
            struct.pack("<q", 0),
        ]
    )


# Reading ------------------------------------------------------------------------------------------------------------

PAIRS = {
    "mania_dear_you": ("dear_you_4k", "98.29"),
    "std_aka_no_ha_dt": ("aka_no_ha_extra", "385.92"),
    "std_red_goose": ("red_goose_ert_basic", "5.22"),
    "std_score_test_ss": ("score_test", "7.54"),
    "std_score_test_miss": ("score_test", "1.55"),
}


@pytest.mark.parametrize("name", PAIRS)
def test_real_replays_make_the_pp_that_is_known(name: str) -> None:
    beatmap, pp = PAIRS[name]
    found = replays.read(
        real.file(f"osu_files/{name}.osr").read_bytes(), real.file(f"osu_files/{beatmap}.osu").read_bytes()
    )
    assert found.pp is not None
    assert found.pp.quantize(Decimal("0.01")) == Decimal(pp)


def test_a_replay_says_who_played_what() -> None:
    found = replays.read(replay_file(), OSU)
    assert (found.player, found.md5, found.mods) == ("Larkspur", MD5, frozenset({"HD"}))
    assert (found.count100, found.count50, found.misses) == (2, 0, 1)
    assert found.pp is not None
    assert found.pp > 10


def test_other_ends_of_lines_are_the_same_map() -> None:
    windows = OSU.replace(b"\n", b"\r\n")
    played = hashlib.md5(windows, usedforsecurity=False).hexdigest()
    assert replays.read(replay_file(md5=played), OSU).pp == replays.read(replay_file(md5=played), windows).pp


def bomb() -> bytes:
    return lzma.compress(b"\0" * 200 * 1024**2, format=lzma.FORMAT_ALONE, preset=0)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "not a replay"),
    "text": (lambda: b"Dear Laurel, this is my replay." * 99, "not a replay"),
    "cut": (lambda: replay_file()[:-40], "not a replay"),
    "cut in its head": (lambda: replay_file()[:30], "not a replay"),
    "a bomb": (lambda: replay_file(moves=bomb()), "unpacks to far more"),
    "no moves": (lambda: replay_file(moves=b"\xff" * 64), "not a replay"),
    "60 MB": (lambda: b"\0" * 60 * 1024**2, "at most 5 MB"),
    "a string of 2 GB": (lambda: struct.pack("<BI", 0, 1) + b"\x0b\xff\xff\xff\xff\x07" + b"x" * 99, "not a replay"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_with_a_reason(what: str) -> None:
    make_it, words = HOSTILE[what]
    with pytest.raises(BadReplay, match=words):
        replays.read(make_it())


def test_a_real_file_that_is_no_replay_is_refused() -> None:
    with pytest.raises(BadReplay, match="not a replay"):
        replays.read(real.file("osu_files/CORRUPT_headerless.osr").read_bytes())


@pytest.mark.parametrize("beatmap", [b"junk", OSU + b" "], ids=["junk", "another version"])
def test_another_map_makes_no_pp(beatmap: bytes) -> None:
    with pytest.raises(BadReplay, match="not the version of the map"):
        replays.read(replay_file(), beatmap)


def test_junk_is_not_an_empty_map() -> None:
    junk = b"osu file format v14\n"
    md5 = hashlib.md5(junk, usedforsecurity=False).hexdigest()
    with pytest.raises(BadReplay, match="cannot be worked out"):
        replays.read(replay_file(md5=md5), junk)


# The verdict --------------------------------------------------------------------------------------------------------


def told(**changes: Any) -> Replay:
    usual: dict[str, Any] = {
        "player": "Larkspur",
        "md5": MD5,
        "mods": frozenset({"HD"}),
        "count100": 2,
        "count50": 0,
        "misses": 1,
        "score": 1,
        "pp": Decimal(150),
    }
    return Replay(**{**usual, **changes})


CLAIMED = [{"md5": MD5, "mods": ["HD"], "count100": 2, "count50": 0, "misses": 1, "pp": "150"}]


@pytest.mark.parametrize(
    ("changes", "state", "words"),
    [
        ({}, "verified", ""),
        ({"pp": Decimal("150.99")}, "verified", ""),
        ({"pp": Decimal("151.01")}, "unproven", "It makes 151.01 pp, and the report says 150."),
        ({"pp": None}, "unproven", "The map's file is missing"),
        ({"player": "larkspur"}, "verified", ""),
        ({"player": "Bramble"}, "rejected", "It is a play of Bramble."),
        ({"md5": "0" * 32}, "rejected", "no lost play on this map"),
        ({"mods": frozenset({"HD", "DT"})}, "rejected", "It was played with DT+HD"),
        ({"mods": frozenset()}, "rejected", "no mods"),
        ({"misses": 0}, "rejected", "2 / 0 / 0"),
    ],
)
def test_what_a_replay_proves(changes: dict[str, Any], state: str, words: str) -> None:
    found = verdict(told(**changes), CLAIMED, ["Larkspur"])
    assert found.state == state
    assert words in found.reason


def test_nightcore_is_double_time() -> None:
    assert replays.mods_of(8 | 64 | 512) == frozenset({"HD", "DT"})
    assert replays.alike(["NC", "HD"]) == frozenset({"HD", "DT"})


# From the upload to the verdict -------------------------------------------------------------------------------------


def provable() -> dict[str, Any]:
    """A report whose one lost play is that of `replay_file`."""
    pp = float(replays.read(replay_file(), OSU).pp or 0)
    lost = play(3, round(pp), lost=True, beatmap_md5=MD5, beatmap_id=2_900_004)
    top = [play(1, 200), play(2, 100)]
    made = report()
    made |= {"lost_scores": [lost], "top_with_lost": [*top, lost]}
    kept = sorted([200, 100, round(pp)], reverse=True)
    weighted = sum(round(one * 0.95**rank, 2) for rank, one in enumerate(kept))
    figures = {"weighted_pp_potential": weighted, "potential_pp": weighted + 5, "delta_pp": weighted - 295}
    made["summary_stats"] |= figures
    return made


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    made = app.test_client()
    trips.Traveller(made).sign_in(LARKSPUR)
    made.post("/lost-scores/mine", data={"file": (BytesIO(as_file(provable())), "analysis_results.json")})
    return made


def sent(browser: FlaskClient, *files: tuple[str, bytes]) -> Submission:
    submission = db.session.scalars(select(Submission)).one()
    given = [(BytesIO(data), name) for name, data in files]
    answer = browser.post(f"/lost-scores/mine/{submission.id}/replays", data={"files": given})
    assert answer.status_code == 303, answer.text
    page = browser.get(str(answer.location)).text
    assert "being looked at" in page
    trips.run_jobs(browser.application)
    db.session.expire_all()
    return submission


@pytest.mark.both_databases
def test_a_replay_with_its_map_verifies_a_report(browser: FlaskClient, client: FlaskClient) -> None:
    submission = sent(browser, ("mine.osr", replay_file()), ("map.osu", OSU))
    assert submission.state is SubmissionState.VERIFIED
    assert "1 of 1" in browser.get(f"/lost-scores/mine/{submission.id}/replays").text
    assert "verified" in client.get("/lost-scores/larkspur").text
    assert client.get("/api/submissions/larkspur").get_json()["metadata"]["state"] == "verified"


def test_the_map_is_asked_for_at_osu_and_kept(browser: FlaskClient, sandbox: Sandbox) -> None:
    sandbox.files[2_900_004] = OSU
    submission = sent(browser, ("mine.osr", replay_file()))
    assert submission.state is SubmissionState.VERIFIED
    assert db.session.get(BeatmapFile, MD5) is not None
    assert sandbox.calls.count("GET /osu/2900004") == 1
    sent(browser, ("again.osr", replay_file()))
    assert sandbox.calls.count("GET /osu/2900004") == 1


def test_without_the_map_a_play_is_unproven(browser: FlaskClient, sandbox: Sandbox) -> None:
    sandbox.files[2_900_004] = OSU + b" "
    submission = sent(browser, ("mine.osr", replay_file()))
    assert submission.state is SubmissionState.CLAIMED
    assert db.session.scalars(select(LostReplay.state)).all() == [LostReplayState.UNPROVEN]


def test_one_bad_file_stops_no_other(browser: FlaskClient) -> None:
    others = [
        (f"{name}.osr", make_it()) for name, (make_it, _words) in HOSTILE.items() if name not in {"60 MB", "nothing"}
    ]
    submission = sent(browser, *others, ("mine.osr", replay_file()), ("map.osu", OSU))
    assert submission.state is SubmissionState.VERIFIED
    states = db.session.scalars(select(LostReplay.state).order_by(LostReplay.id)).all()
    assert states == [LostReplayState.REJECTED] * len(others) + [LostReplayState.VERIFIED]


def test_files_that_are_too_large_or_none_are_said(browser: FlaskClient) -> None:
    url = f"/lost-scores/mine/{db.session.scalars(select(Submission.id)).one()}/replays"
    large = browser.post(url, data={"files": [(BytesIO(b"\0" * (5 * 1024**2 + 1)), "big.osr")]})
    assert (large.status_code, "big.osr is larger than 5 MB." in large.text) == (422, True)
    none = browser.post(url, data={})
    assert (none.status_code, "Choose the replays." in none.text) == (422, True)
    assert browser.post(url, data={"files": [(BytesIO(b"\0" * 60 * 1024**2), "big.osr")]}).status_code == 413


def test_a_report_is_proven_by_its_owner_alone(browser: FlaskClient, app: Flask) -> None:
    url = f"/lost-scores/mine/{db.session.scalars(select(Submission.id)).one()}/replays"
    other = app.test_client()
    trips.Traveller(other).sign_in(trips.BRAMBLE)
    assert other.get(url).status_code == 404
    assert other.post(url, data={"files": [(BytesIO(replay_file()), "mine.osr")]}).status_code == 404


def test_the_analyser_sends_replays_along_and_gets_its_own_back(analyser: Analyser, app: Flask) -> None:
    analyser.sign_in()
    data = as_file(provable())
    answer = analyser.post(
        "hall-of-fame/submit",
        data={
            "report_summary": "{}",
            "hmac_signature": signed(data),
            "report_file": (BytesIO(data), "analysis_results.json"),
            "replay_files": [(BytesIO(replay_file()), "mine.osr"), (BytesIO(OSU), "map.osu")],
        },
    )
    assert answer.status_code == 200, answer.text
    trips.run_jobs(app)
    db.session.expire_all()
    assert db.session.scalars(select(Submission.state)).one() is SubmissionState.VERIFIED
    number = answer.get_json()["submission_id"]
    assert analyser.get(f"hall-of-fame/replays/{number}/mine.osr").data == replay_file()
    other = Analyser(app.test_client())
    other.sign_in(trips.BRAMBLE)
    assert other.get(f"hall-of-fame/replays/{number}/mine.osr").status_code == 404


def test_files_are_gone_with_their_report(browser: FlaskClient, app: Flask) -> None:
    submission = sent(browser, ("mine.osr", replay_file()))
    files = [submission.report, *db.session.scalars(select(LostReplay.file))]
    folder = Path(app.config["SETTINGS"].files)
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert browser.post(f"/lost-scores/mine/{submission.id}/delete").status_code == 303
    left = [path for path in folder.rglob("*") if path.is_file()]
    assert len(kept) - len(left) == len(files)
    assert db.session.scalars(select(LostReplay)).all() == []


# A map's page -------------------------------------------------------------------------------------------------------


def test_a_maps_page_says_what_mods_make_of_it_and_who_lost_a_play(
    browser: FlaskClient, client: FlaskClient, sandbox: Sandbox, app: Flask
) -> None:
    keep({"id": 2_900_004, "beatmapset_id": 9, "checksum": MD5, "ranked": 1, "difficulty_rating": 4.2})
    db.session.commit()
    sandbox.files[2_900_004] = OSU
    page = client.get("/beatmaps/2900004").text
    assert "★ 4.2" in page
    assert "Larkspur" in page
    assert "Work it out" not in page
    assert browser.post("/beatmaps/2900004/difficulty").status_code == 303
    trips.run_jobs(app)
    db.session.expire_all()
    found = db.session.get_one(Beatmap, 2_900_004).with_mods or {}
    assert found["DT"]["stars"] > found[""]["stars"] > found["HT"]["stars"] > 0
    assert "pp at 100 %" in client.get("/beatmaps/2900004").text
    assert client.get("/beatmaps/1").status_code == 404


def test_a_map_without_a_file_is_asked_for_again(browser: FlaskClient, app: Flask, sandbox: Sandbox) -> None:
    keep({"id": 2_900_004, "beatmapset_id": 9, "checksum": MD5, "ranked": 1, "version": "Hard"})
    db.session.commit()
    browser.post("/beatmaps/2900004/difficulty")
    trips.run_jobs(app)
    db.session.expire_all()
    assert db.session.get_one(Beatmap, 2_900_004).with_mods is None
    sandbox.files[2_900_004] = OSU
    browser.post("/beatmaps/2900004/difficulty")
    trips.run_jobs(app)
    db.session.expire_all()
    assert db.session.get_one(Beatmap, 2_900_004).with_mods
