"""Reports are worked out anew, and refused with what differs."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.osu import reports
from app.osu.reports import BadReport, Play
from tests.support import real

from .conftest import as_file, play, report

Told = dict[str, Any]


@pytest.fixture(scope="module")
def real_report() -> bytes:
    return real.file("lost_scores/analysis_results.json").read_bytes()


def test_the_figures_of_a_real_report_come_out(real_report: bytes) -> None:
    read, said = reports.read(real_report), json.loads(real_report)["summary_stats"]
    figures = read.figures
    for ours, name, tolerance in (
        (figures.weighted_current, "weighted_pp_current", "0.01"),
        (figures.weighted_potential, "weighted_pp_potential", "0.01"),
        (figures.potential_pp, "potential_pp", "0.01"),
        (figures.delta_pp, "delta_pp", "0.01"),
        (figures.potential_acc, "potential_acc", "0.0001"),
    ):
        assert abs(ours - Decimal(str(said[name]))) <= Decimal(tolerance), name
    assert (len(read.top), len(read.lost), len(read.shown)) == (200, 71, 60)
    assert read.said_name == "KZ_Lemon4ik"


def stat(name: str, by: float) -> Callable[[Told], None]:
    def tamper(told: Told) -> None:
        told["summary_stats"][name] += by

    return tamper


def lost_rows(told: Told) -> list[Told]:
    return [row for row in told["top_with_lost"] if row["status"] == "lost"]


def in_lost(change: Callable[[Told], None], number: int = 0) -> Callable[[Told], None]:
    return lambda told: change(lost_rows(told)[number])


TAMPERED: dict[str, tuple[Callable[[Told], None], str]] = {
    "current pp": (stat("current_pp", 10), "potential_pp is 8721.16"),
    "weighted current": (stat("weighted_pp_current", 0.02), "weighted_pp_current is 8208.82"),
    "weighted potential": (stat("weighted_pp_potential", -1), "weighted_pp_potential is 8306.04"),
    "potential pp": (stat("potential_pp", 50), "potential_pp is 8771.16"),
    "delta pp": (stat("delta_pp", 1), "delta_pp is 99.24"),
    "potential accuracy": (stat("potential_acc", 0.5), "potential_acc is 98.316"),
    "a raised pp": (in_lost(lambda row: row.update(pp=450)), "its scores make"),
    "a raised pp in the top": (lambda told: told["parsed_top"][5].update(pp=600), "its scores make"),
    "an accuracy": (in_lost(lambda row: row.update(accuracy="100")), "potential_acc"),
    "a doubled map": (
        lambda told: told["top_with_lost"].append(copy.deepcopy(lost_rows(told)[0])),
        "is in the report twice",
    ),
    "a doubled map that counts": (
        lambda told: told["top_with_lost"].append({**lost_rows(told)[0], "beatmap_id": 1}),
        "its scores make",
    ),
    "a play left out": (lambda told: told["top_with_lost"].remove(lost_rows(told)[0]), "its scores make"),
    "a top play left out": (lambda told: told["parsed_top"].pop(0), "its scores make"),
    "relax": (in_lost(lambda row: row["mods"].append("RX")), "count no pp"),
    "autopilot": (in_lost(lambda row: row["mods"].append("ap")), "count no pp"),
    "too new": (in_lost(lambda row: row.update(date="28-10-2024 11-17-00")), "since 28 October 2024"),
    "no date": (in_lost(lambda row: row.update(date="yesterday")), "is no date"),
    "pp beyond reason": (in_lost(lambda row: row.update(pp=99999)), "pp is not from 0 to 5000"),
    "pp that is none": (in_lost(lambda row: row.update(pp="NaN")), "pp"),
    "no delta": (lambda told: told["summary_stats"].pop("delta_pp"), "delta_pp is missing"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_tampered_copy_is_refused_with_what_differs(real_report: bytes, what: str) -> None:
    told = json.loads(real_report)
    tamper, words = TAMPERED[what]
    tamper(told)
    with pytest.raises(BadReport) as refused:
        reports.read(as_file(told))
    assert words in str(refused.value)


@pytest.mark.parametrize("what", TAMPERED)
def test_our_own_report_is_refused_the_same_way(what: str) -> None:
    """As above, where nobody's report lies beside the project."""
    told = report()
    told["parsed_top"] += [play(number, 50 - number) for number in range(10, 20)]
    told["top_with_lost"] += [play(number, 50 - number) for number in range(10, 20)]
    told["summary_stats"] = right_figures(told)
    reports.read(as_file(told))
    tamper, _words = TAMPERED[what]
    tamper(told)
    with pytest.raises(BadReport):
        reports.read(as_file(told))


def right_figures(told: Told) -> Told:
    top = [row["pp"] for row in told["parsed_top"]]
    lost = [row["pp"] for row in told["top_with_lost"] if row["status"] == "lost"]
    current, potential = (
        sum(round(pp * 0.95**rank, 2) for rank, pp in enumerate(sorted(some, reverse=True)))
        for some in (top, top + lost)
    )
    return {
        **told["summary_stats"],
        "weighted_pp_current": current,
        "weighted_pp_potential": potential,
        "potential_pp": 300 + potential - current,
        "delta_pp": potential - current,
    }


def test_a_small_report_adds_up() -> None:
    read = reports.read(as_file(report()))
    assert read.figures.delta_pp == Decimal("137.75")
    assert [one.title for one in read.shown] == ["Song 3"]


def test_an_older_report_has_its_figures_elsewhere() -> None:
    told = report()
    told["summary"] = told.pop("summary_stats")
    told["score_lists"] = {"lost_scores": told.pop("lost_scores")}
    assert reports.read(as_file(told)).figures.delta_pp == Decimal("137.75")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nothing",
        b"[]",
        b"{}",
        b'{"summary_stats": 3}',
        b'{"summary_stats": {}, "parsed_top": 1}',
        b"\xff" * 99,
        b"[" * 100_000,
    ],
    ids=["empty", "text", "list", "nothing", "number", "no list", "bytes", "deep"],
)
def test_what_is_no_report_is_refused(data: bytes) -> None:
    with pytest.raises(BadReport):
        reports.read(data)


def a_play(number: int, pp: int, lost: bool) -> Play:
    score_id = None if lost else 1
    words = ("", "a", "t", "c", "v")
    return Play(Decimal(pp).scaleb(-2), number, *words, (), 0, 0, 0, Decimal(98), 1, "", "A", score_id)


PLAYS = st.lists(st.builds(a_play, st.integers(1, 30), st.integers(0, 60_000), st.booleans()), max_size=40)


@given(PLAYS, PLAYS)
def test_a_lost_play_never_makes_anybody_worse(top: list[Play], lost: list[Play]) -> None:
    best: dict[str, Play] = {}
    for one in top:
        if one.key not in best or one.pp > best[one.key].pp:
            best[one.key] = one
    figures = reports.figures(list(best.values()), lost, Decimal(1000))
    assert figures.delta_pp >= 0
    assert figures.delta_pp == figures.weighted_potential - figures.weighted_current


@given(PLAYS, st.randoms())
def test_the_order_of_the_rows_changes_nothing(plays: list[Play], chance: Any) -> None:
    shuffled = list(plays)
    chance.shuffle(shuffled)
    assert reports.weighted(reports.merged(plays, [])) == reports.weighted(reports.merged(shuffled, []))
