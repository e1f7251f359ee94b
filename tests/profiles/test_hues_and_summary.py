"""The pure parts of a player's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.profiles.hues import oklch_hue
from app.profiles.summary import height, lines, summary, years


@dataclass(frozen=True)
class One:
    activity: str
    place: int | None
    of: int


@dataclass(frozen=True)
class At:
    on: date
    results: tuple[One, ...]
    event: str = "Games"


PLACED = st.builds(lambda place, more: (place, place + more), st.integers(1, 500), st.integers(0, 500))
RESULTS = st.builds(
    lambda name, placed: One(name, *placed),
    st.sampled_from(["Run", "run", "Jump", ""]),
    st.one_of(PLACED, st.just((None, 3))),
)
SEEN = st.lists(
    st.builds(At, st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.lists(RESULTS, max_size=5).map(tuple)), max_size=8
)


@pytest.mark.parametrize(("hsl", "oklch"), [(0, 29), (60, 110), (120, 142), (180, 195), (240, 264), (300, 328)])
def test_the_corners_of_the_colour_wheel_have_the_hues_that_css_gives_them(hsl: int, oklch: int) -> None:
    """As CSS Color 4 converts red, yellow, lime, cyan, blue and magenta."""
    assert oklch_hue(hsl) == oklch


@given(st.integers(-720, 720))
def test_a_hue_is_one_of_a_circle(hue: int) -> None:
    assert 0 <= oklch_hue(hue) < 360
    assert oklch_hue(hue) == oklch_hue(hue + 360)


@given(PLACED)
def test_a_better_place_is_never_lower(placed: tuple[int, int]) -> None:
    place, of = placed
    assert 0 <= height(place, of) <= 1
    assert height(1, of) == 1
    if place > 1:
        assert height(place - 1, of) >= height(place, of)


@given(SEEN)
def test_a_chart_is_of_what_was_done_twice_in_the_order_of_time(seen: list[At]) -> None:
    for line in lines(seen):
        assert line.activity
        assert len(line.points) > 1
        assert [point.on for point in line.points] == sorted(point.on for point in line.points)
        assert (line.points[0].x, line.points[-1].x) == (0, 1)
    assert len({line.activity.casefold() for line in lines(seen)}) == len(lines(seen))


@given(SEEN)
def test_nothing_is_lost_from_the_calendar_and_the_summary(seen: list[At]) -> None:
    count = sum(len(one.results) for one in seen)
    assert sum(sum(year.months) for year in years(seen)) == count
    told = summary(seen)
    assert (told.events, told.results) == (len(seen), count)
    assert told.medals[0] == sum(one.place == 1 for at in seen for one in at.results)
    assert [year.year for year in years(seen)] == sorted((year.year for year in years(seen)), reverse=True)
