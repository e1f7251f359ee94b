from __future__ import annotations

import gc
from typing import Any

from flask.testing import FlaskClient

from app.leaderboards.recent import MOST, Recent, without_collecting
from app.leaderboards.standings import Part, StandingsOf

from .conftest import Games, Score
from .reading import rows

NOBODY: StandingsOf[Any] = StandingsOf(Part((), lambda _nobody: ()), (), ())


def test_other_views_of_the_same_moment_read_no_values(
    client: FlaskClient, games: Games, score: Score, statements: list[str]
) -> None:
    score(games.sprint, {games.eva: "7", games.jan: "6"})
    client.get(games.url)
    statements.clear()
    page = client.get(f"{games.url}?bucket=group-{games.eva.group_id}")
    assert [row[1] for row in rows(page)] == ["Eva", "Jan"]
    assert not any("FROM records" in statement for statement in statements)
    score(games.sprint, {games.jan: "8"})
    page = client.get(f"{games.url}?bucket=group-{games.eva.group_id}&activity={games.sprint.id}")
    assert [row[1] for row in rows(page)] == ["Jan", "Eva"]


def test_only_the_last_few_are_kept() -> None:
    recent, made = Recent(), list[int]()

    def ask(number: int) -> None:
        def make() -> StandingsOf[Any]:
            made.append(number)
            return NOBODY

        recent.get(number, make)

    for number in (*range(MOST), 0, MOST, 0, 1):
        ask(number)
    assert made == [*range(MOST), MOST, 1]


def test_collecting_goes_on_once_a_board_is_made() -> None:
    with without_collecting():
        assert not gc.isenabled()
    assert gc.isenabled()
