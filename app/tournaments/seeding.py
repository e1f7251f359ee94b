"""Seeding after qualifiers, by the methods that osu!'s wiki calls common. Pure calculation, never rounded in between.

Everybody has a score on some of the maps: `{"NM1": {player: score}}`. A score counts as it is given, with the
multiplier of its mods in it; `normalised` takes that out, for the average and for ties. Who did not play a map has 0
points there, or the place behind everybody who did. Maps may have weights; each is 1 where none is said.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist, fmean, stdev
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)

NORMAL = NormalDist()
MANDELBROT = 1.4
"""Of the Zipf-Mandelbrot law, for each map of the pool."""


class Method(StrEnum):
    """Under the names that a tournament must state."""

    AVERAGE_SCORE = "average_score"
    SUM_OF_PLACEMENTS = "sum_of_placements"
    AVERAGE_PLACEMENT = "average_placement"
    PERCENT_MAX = "percent_max"
    PERCENT_DIFFERENCE = "percent_difference"
    Z_SUM = "z_sum"
    Z_PERCENTILE = "z_percentile"
    ZIPF = "zipf"

    @property
    def higher_is_better(self) -> bool:
        return self not in {Method.SUM_OF_PLACEMENTS, Method.AVERAGE_PLACEMENT}


@dataclass(frozen=True)
class Score:
    """`multiplier` is that of the mods it was set with: 1.06 for HD, 0.5 for EZ and so on."""

    value: int
    multiplier: float = 1.0

    @property
    def normalised(self) -> float:
        return self.value / self.multiplier


@dataclass(frozen=True)
class Seed(Generic[K]):
    """`points` by map are the steps that `total` comes from; `tie_break` is the average normalised score."""

    player: K
    seed: int
    total: float
    tie_break: float
    points: Mapping[str, float]
    played: int


Scores = Mapping[str, Mapping[K, Score]]


def seeds(
    scores: Scores[K], method: Method, players: Collection[K], weights: Mapping[str, float] | None = None
) -> list[Seed[K]]:
    """The best seed first. Who is equal in both total and tie-break shares a seed, and the next one is left out."""
    weight = {name: (weights or {}).get(name, 1.0) for name in scores}
    points = {
        name: zipf(of, players, len(scores)) if method is Method.ZIPF else POINTS[method](of, players)
        for name, of in scores.items()
    }
    average = method in {Method.AVERAGE_SCORE, Method.AVERAGE_PLACEMENT}
    whole = math.fsum(weight.values()) or 1.0
    made = []
    for player in players:
        steps = {name: points[name][player] * weight[name] for name in scores}
        total = math.fsum(steps.values()) / (whole if average else 1.0)
        normalised = [of[player].normalised if player in of else 0.0 for of in scores.values()]
        tie_break = fmean(normalised) if normalised else 0.0
        made.append((player, total, tie_break, steps, sum(player in of for of in scores.values())))
    sign = -1 if method.higher_is_better else 1
    made.sort(key=lambda each: (sign * each[1], -each[2], str(each[0])))
    found: list[Seed[K]] = []
    for number, (player, total, tie_break, steps, played) in enumerate(made, start=1):
        before = found[-1] if found else None
        same = before is not None and (before.total, before.tie_break) == (total, tie_break)
        seed = before.seed if same and before is not None else number
        found.append(Seed(player, seed, total, tie_break, steps, played))
    return found


def average_score(scores: Mapping[K, Score], players: Collection[K]) -> dict[K, float]:
    """Without what mods gave or took."""
    return {player: scores[player].normalised if player in scores else 0.0 for player in players}


def placements(scores: Mapping[K, Score], players: Collection[K]) -> dict[K, float]:
    """1 + how many have more: who is equal shares the better place."""
    values = [score.value for score in scores.values()]
    return {
        player: float(1 + sum(value > scores[player].value for value in values))
        if player in scores
        else float(len(values) + 1)
        for player in players
    }


def percent_max(scores: Mapping[K, Score], players: Collection[K]) -> dict[K, float]:
    best = max((score.value for score in scores.values()), default=0)
    return {player: scores[player].value / best if best and player in scores else 0.0 for player in players}


def percent_difference(scores: Mapping[K, Score], players: Collection[K]) -> dict[K, float]:
    """From 0 for the least to 1 for the most; where all are equal, everybody has 1."""
    values = [score.value for score in scores.values()]
    least, most = min(values, default=0), max(values, default=0)
    return {
        player: ((scores[player].value - least) / (most - least) if most > least else 1.0) if player in scores else 0.0
        for player in players
    }


def z_scores(scores: Mapping[K, Score], players: Collection[K]) -> dict[K, float]:
    """Of the sample's deviation; 0 where that is 0 or there is one score alone. Who did not play has as little as the
    least of all.
    """
    values = [score.value for score in scores.values()]
    spread = stdev(values) if len(values) > 1 else 0.0
    mean = fmean(values) if values else 0.0
    found = {player: (score.value - mean) / spread if spread else 0.0 for player, score in scores.items()}
    least = min(found.values(), default=0.0)
    return {player: found.get(player, least) for player in players}


def z_percentiles(scores: Mapping[K, Score], players: Collection[K]) -> dict[K, float]:
    """The share of a normal distribution below the z-score."""
    return {player: NORMAL.cdf(z) if player in scores else 0.0 for player, z in z_scores(scores, players).items()}


def zipf(scores: Mapping[K, Score], players: Collection[K], maps: int = 1) -> dict[K, float]:
    """1 over the place and 1.4 for each map of the pool: the first is far ahead of the second. A factor in front, as
    some have it, changes no seed.
    """
    places = placements(scores, players)
    return {player: 1 / (places[player] + MANDELBROT * maps) if player in scores else 0.0 for player in players}


POINTS: dict[Method, Callable[[Mapping[Any, Score], Collection[Any]], dict[Any, float]]] = {
    Method.AVERAGE_SCORE: average_score,
    Method.SUM_OF_PLACEMENTS: placements,
    Method.AVERAGE_PLACEMENT: placements,
    Method.PERCENT_MAX: percent_max,
    Method.PERCENT_DIFFERENCE: percent_difference,
    Method.Z_SUM: z_scores,
    Method.Z_PERCENTILE: z_percentiles,
}
