"""Seeding by every common method, with the wiki's golden row to the last digit."""

from __future__ import annotations

import math
from statistics import NormalDist, fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tournaments.seeding import (
    Method,
    Score,
    average_score,
    percent_difference,
    percent_max,
    placements,
    seeds,
    z_percentiles,
    z_scores,
    zipf,
)

GOLDEN = (950_000, 800_000, 750_000, 750_000, 650_000, 500_000, 400_000, 250_000)
TEAMS = range(1, 9)
MAP = {team: Score(value) for team, value in zip(TEAMS, GOLDEN, strict=True)}


def rounded(points: dict[int, float]) -> list[float]:
    return [round(points[team], 2) for team in TEAMS]


def test_the_golden_row_of_placements() -> None:
    assert list(placements(MAP, TEAMS).values()) == [1, 2, 3, 3, 5, 6, 7, 8]


def test_the_golden_row_of_percent_max() -> None:
    assert rounded(percent_max(MAP, TEAMS)) == [1.0, 0.84, 0.79, 0.79, 0.68, 0.53, 0.42, 0.26]


def test_the_golden_row_of_z_percentile() -> None:
    assert rounded(z_percentiles(MAP, TEAMS)) == [0.92, 0.77, 0.7, 0.7, 0.53, 0.29, 0.16, 0.05]
    mean, spread = fmean(GOLDEN), stdev(GOLDEN)
    exact = [NormalDist().cdf((value - mean) / spread) for value in GOLDEN]
    assert list(z_percentiles(MAP, TEAMS).values()) == exact


def test_z_scores_add_up_to_nothing() -> None:
    assert math.fsum(z_scores(MAP, TEAMS).values()) == pytest.approx(0, abs=1e-12)


def test_percent_difference_goes_from_nothing_to_one() -> None:
    points = percent_difference(MAP, TEAMS)
    assert (points[1], points[8], points[2]) == (1.0, 0.0, (800_000 - 250_000) / 700_000)


def test_zipf_is_one_over_the_place_and_the_pool() -> None:
    points = zipf(MAP, TEAMS, 10)
    assert points[1] == 1 / (1 + 1.4 * 10)
    assert points[3] == points[4] == 1 / (3 + 1.4 * 10)
    assert points[1] - points[2] > points[2] - points[3] > 0


def test_an_average_takes_the_multiplier_of_mods_out() -> None:
    scores = {"eva": Score(530_000, 1.06), "adam": Score(500_000)}
    assert average_score(scores, scores) == {"eva": 500_000.0, "adam": 500_000.0}


def test_a_tie_is_broken_by_the_average_normalised_score() -> None:
    scores = {
        "NM1": {"eva": Score(900), "adam": Score(800)},
        "NM2": {"eva": Score(100), "adam": Score(600)},
    }
    found = seeds(scores, Method.SUM_OF_PLACEMENTS, ["eva", "adam"])
    assert [(one.player, one.seed, one.total, one.tie_break) for one in found] == [
        ("adam", 1, 3.0, 700.0),
        ("eva", 2, 3.0, 500.0),
    ]


def test_who_is_equal_in_everything_shares_a_seed() -> None:
    scores = {"NM1": {"eva": Score(900), "adam": Score(900), "jan": Score(1)}}
    found = seeds(scores, Method.PERCENT_MAX, ["jan", "eva", "adam"])
    assert [(one.player, one.seed) for one in found] == [("adam", 1), ("eva", 1), ("jan", 3)]


def test_who_played_nothing_comes_last_by_every_method() -> None:
    scores = {"NM1": {"eva": Score(900), "adam": Score(500)}, "HD1": {"eva": Score(100), "adam": Score(400)}}
    for method in Method:
        found = seeds(scores, method, ["nobody", "adam", "eva"])
        assert (found[-1].player, found[-1].played) == ("nobody", 0), method


def test_maps_weigh_what_is_said() -> None:
    scores = {"NM1": {"eva": Score(1000), "adam": Score(500)}, "HD1": {"eva": Score(500), "adam": Score(1000)}}
    even = seeds(scores, Method.PERCENT_MAX, ["eva", "adam"])
    assert [one.total for one in even] == [1.5, 1.5]
    heavy = seeds(scores, Method.PERCENT_MAX, ["eva", "adam"], {"HD1": 2})
    assert [(one.player, one.total) for one in heavy] == [("adam", 2.5), ("eva", 2.0)]
    average = seeds(scores, Method.AVERAGE_PLACEMENT, ["eva", "adam"], {"HD1": 3})
    assert [(one.player, one.total) for one in average] == [("adam", 1.25), ("eva", 1.75)]


def test_nobody_and_nothing_make_no_seeds() -> None:
    for method in Method:
        assert seeds({}, method, []) == []
        assert [one.seed for one in seeds({}, method, ["eva"])] == [1]


PLAYERS = tuple("abcdef")
POOL = st.dictionaries(
    st.sampled_from(["NM1", "NM2", "HD1", "DT1"]),
    st.dictionaries(
        st.sampled_from(PLAYERS),
        st.builds(Score, st.integers(1000, 1_200_000), st.sampled_from([1.0, 1.06, 1.2, 0.5])),
        min_size=2,
    ),
    min_size=1,
)


@given(POOL, st.sampled_from(Method), st.permutations(PLAYERS))
def test_the_order_of_the_players_changes_no_seed(
    pool: dict[str, dict[str, Score]], method: Method, order: list[str]
) -> None:
    def by_player(players: list[str]) -> dict[str, int]:
        return {one.player: one.seed for one in seeds(pool, method, players)}

    assert by_player(list(PLAYERS)) == by_player(order)


@given(POOL, st.sampled_from(Method))
def test_the_best_on_every_map_is_the_first_seed(pool: dict[str, dict[str, Score]], method: Method) -> None:
    best = {name: {**of, "best": Score(5_000_000)} for name, of in pool.items()}
    assert seeds(best, method, [*PLAYERS, "best"])[0].player == "best"


@given(POOL)
def test_z_sums_of_those_who_played_everything_add_up_to_nothing(pool: dict[str, dict[str, Score]]) -> None:
    for of in pool.values():
        assert math.fsum(z_scores(of, of).values()) == pytest.approx(0, abs=1e-9)


@given(POOL, st.sampled_from(Method))
def test_steps_make_the_total(pool: dict[str, dict[str, Score]], method: Method) -> None:
    share = len(pool) if method in {Method.AVERAGE_SCORE, Method.AVERAGE_PLACEMENT} else 1
    for one in seeds(pool, method, PLAYERS):
        assert one.total == math.fsum(one.points.values()) / share
