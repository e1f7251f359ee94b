from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events.kinds import CutBy
from app.leaderboards.advancing import Chance, Cut, chances
from app.leaderboards.overall import Line
from app.leaderboards.ranking import Entry, rank
from app.leaderboards.teams import TeamScheme, team_lines
from app.scoring.values import Status, Value


def line(key: str, place: int | None, total: int | None) -> Line[str]:
    return Line(key, place, None if total is None else Decimal(total))


PEOPLE = [line("Eva", 1, 3), line("Jan", 2, 4), line("Ota", 3, 7), line("Ida", 4, 9), line("Leo", None, None)]
TEAM_OF = {"Eva": "blue", "Jan": "red", "Ota": "red", "Ida": "blue", "Leo": "green"}


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        (TeamScheme(), [("red", 1, Decimal(11)), ("blue", 2, Decimal(12)), ("green", None, None)]),
        (TeamScheme(best=1), [("blue", 1, Decimal(3)), ("red", 2, Decimal(4)), ("green", None, None)]),
        (TeamScheme(mean=True), [("red", 1, Decimal("5.5")), ("blue", 2, Decimal(6)), ("green", None, None)]),
        (TeamScheme(best=3, whole=True), [("blue", None, None), ("red", None, None), ("green", None, None)]),
    ],
)
def test_teams_by_scheme(scheme: TeamScheme, expected: list[tuple[str, int | None, Decimal | None]]) -> None:
    lines = team_lines(PEOPLE, TEAM_OF, scheme, higher_is_better=False)
    assert [(team.team, team.place, team.total) for team in lines] == expected


def test_a_team_tells_who_of_it_counts() -> None:
    blue = team_lines(PEOPLE, TEAM_OF, TeamScheme(best=1), higher_is_better=False)[0]
    assert [(member.key, member.is_counted) for member in blue.members] == [("Eva", True), ("Ida", False)]


def test_equal_teams_share_a_place() -> None:
    lines = team_lines([line("Eva", 1, 9), line("Jan", 1, 9)], {"Eva": "blue", "Jan": "red"}, TeamScheme(), True)
    assert [team.place for team in lines] == [1, 1]


FIELD = [Entry("Eva", Value.of(9)), Entry("Jan", Value.of(8)), Entry("Ota", Value.of(5))]
FIRST_TWO = Cut(CutBy.PLACE, Decimal(2))


def test_with_nobody_missing_the_first_two_go_on() -> None:
    assert chances(rank(FIELD, True), 0, FIRST_TWO, True) == {
        "Eva": Chance.CLINCHED,
        "Jan": Chance.CLINCHED,
        "Ota": Chance.OUT,
    }


def test_somebody_who_is_missing_puts_the_last_place_in_question() -> None:
    assert chances(rank(FIELD, True), 1, FIRST_TWO, True) == {
        "Eva": Chance.CLINCHED,
        "Jan": Chance.IN_QUESTION,
        "Ota": Chance.OUT,
    }


def test_equals_at_the_cut_all_go_on() -> None:
    field = [Entry("Eva", Value.of(9)), Entry("Jan", Value.of(8)), Entry("Ota", Value.of(8))]
    assert set(chances(rank(field, True), 0, FIRST_TWO, True).values()) == {Chance.CLINCHED}


def test_percent_is_of_all_who_entered_rounded_down() -> None:
    cut = Cut(CutBy.PERCENT, Decimal(75))
    assert [chance.value for chance in chances(rank(FIELD, True), 0, cut, True).values()] == ["clinched"] * 2 + ["out"]


def test_a_value_is_reached_or_not_whoever_is_missing() -> None:
    cut = Cut(CutBy.VALUE, Decimal(8))
    field = [*FIELD, Entry("Leo", Value.without(Status.DNF))]
    assert chances(rank(field, True), 5, cut, True) == {
        "Eva": Chance.CLINCHED,
        "Jan": Chance.CLINCHED,
        "Ota": Chance.OUT,
        "Leo": Chance.OUT,
    }


scores = st.lists(st.integers(0, 9), min_size=1, max_size=7)


@given(scores, st.lists(st.integers(-1, 10), max_size=4), st.integers(1, 5))
def test_what_is_certain_stays_true_whatever_comes(here: list[int], coming: list[int], places: int) -> None:
    cut = Cut(CutBy.PLACE, Decimal(places))
    field = [Entry(key, Value.of(score)) for key, score in enumerate(here)]
    late = [Entry(100 + key, Value.of(score)) for key, score in enumerate(coming)]
    before = chances(rank(field, True), len(coming), cut, True)
    after = chances(rank([*field, *late], True), 0, cut, True)
    for key, chance in before.items():
        assert chance is Chance.IN_QUESTION or after[key] is chance
