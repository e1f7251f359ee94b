"""What is asked about, and what is not: pure, on small cases that anybody can follow."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events.kinds import Formula
from app.events.marking import Criterion, Marking
from app.events.presets import PRESETS
from app.scoring.values import Status, Value
from app.scoring.warnings import Code, Doubt, Reference, doubts, overwrites

ONE = Marking()
TWO, THREE = Marking(each=2), Marking(each=3)
SPRINTS = ["9.8", "10.1", "10.4", "10.6", "11.0", "11.3", "11.9", "12.4", "12.8", "13.5"]


def row(text: str) -> tuple[Value | None, ...]:
    return tuple(
        None if one == "-" else Value.without(Status(one)) if one in Status.__members__ else Value.of(Decimal(one))
        for one in text.split()
    )


def beside(rows: list[str], marking: Marking = ONE, **ends: str) -> Reference:
    return Reference(
        marking,
        {who: row(text) for who, text in enumerate(rows)},
        **{name: Decimal(end) for name, end in ends.items()},
    )


def asked(text: str, reference: Reference, who: int = 99, before: str = "") -> list[tuple[str, str | None]]:
    found = doubts(row(text), reference, participant=who, before=row(before) if before else None)
    return [(doubt.code, None if doubt.instead is None else str(doubt.instead)) for doubt in found]


def test_a_mark_ten_times_the_others_is_asked_about_with_what_was_probably_meant() -> None:
    assert asked("124", beside(SPRINTS)) == [(Code.SLIP, "12.4")]
    assert asked("1.24", beside(SPRINTS)) == [(Code.SLIP, "12.40")]


@pytest.mark.parametrize("text", ["9.5", "12.4", "15", "DNF", "-"])
def test_what_may_well_be_is_not_asked_about(text: str) -> None:
    assert asked(text, beside(SPRINTS)) == []


def test_too_few_values_say_nothing_of_what_is_usual() -> None:
    assert asked("124", beside(SPRINTS[:7])) == []


def test_the_own_attempts_tell_before_the_others_do() -> None:
    assert asked("3.98 41.2 -", beside([], THREE), before="3.98 - -") == [(Code.SLIP, "4.12")]


def test_swapped_digits_are_told_from_the_own_attempts() -> None:
    lifts = [f"{weight} {weight + 3} {weight + 5}" for weight in range(100, 180, 7)]
    assert asked("142 145 174", beside(lifts, THREE), before="142 145 -") == [(Code.SWAP, "147")]


def test_outside_of_what_is_usual_is_what_the_organiser_said() -> None:
    reference = beside([], ONE, low="8", high="20")
    assert asked("21", reference) == [(Code.RANGE, None)]
    assert asked("20", reference) == []


def test_a_mark_far_from_everybody_is_asked_about() -> None:
    assert asked("44", beside(SPRINTS)) == [(Code.OUTLIER, None)]


def test_a_whole_row_equal_to_another_is_asked_about_but_not_against_oneself() -> None:
    rows = [f"{weight} {weight + 3} {weight + 5}" for weight in range(100, 180, 7)]
    reference = beside(rows, THREE)
    assert doubts(row(rows[2]), reference, participant=99) == [Doubt(Code.DUPLICATE, twin=2)]
    assert doubts(row(rows[2]), reference, participant=2) == []


def test_where_many_rows_are_equal_one_more_means_nothing() -> None:
    marks = Marking(each=3, criteria=(Criterion("", Decimal(1), Decimal(0), Decimal(3)),), formula=Formula.SUM)
    rows = ["1 2 3", "1 2 3", "3 2 1", "3 2 1", "2 2 1", "1 1 2", "1 2 2", "3 3 1", "1 3 3"]
    assert asked("2 2 1", beside(rows, marks)) == []


def test_where_most_have_none_a_few_penalties_are_not_far_from_the_others() -> None:
    penalties = ["0", "0", "0", "0", "0", "0", "1", "0", "2", "0"]
    assert asked("3", beside(penalties)) == []
    assert asked("0", beside(penalties)) == []


def test_the_lowest_of_evenly_spread_points_is_not_far_from_the_others() -> None:
    assert asked("0.2", beside([f"{points}.2" for points in range(1, 30)])) == []


def test_what_stands_already_is_not_asked_about_again() -> None:
    reference = beside(SPRINTS)
    assert asked("124", reference, before="124") == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("12.4 12.6 12.5", "13.9 14.2 14.8", True),
        ("12.4 12.6 12.5", "12.4 12.6 17.9", True),
        ("12.4 12.6 12.5", "12.4 12.6 12.7", False),
        ("12.4 12.6 12.5", "14.2 12.6 12.5", False),
        ("12.4 12.6 12.5", "13.1 12.6 12.5", True),
        ("12.4 12.6 12.5", "92.4 12.6 12.5", True),
        ("12.4 12.6 -", "13.9 14.2 14.8", False),
        ("12.4 12.6 12.5", "- - -", False),
        ("12.4 12.6 DNF", "12.4 12.6 12.5", False),
    ],
)
def test_a_complete_row_overwritten_by_something_else(before: str, after: str, expected: bool) -> None:
    assert overwrites(row(before), row(after), beside([], THREE)) is expected


@pytest.mark.parametrize(
    ("old", "new", "asked_about"),
    [
        ("12.4", "124", False),
        ("12.4", "14.2", False),
        ("12.4", "12.5", False),
        ("12.4", "-12.4", False),
        ("12.4", "12.9", False),
        ("12.4", "31.9", True),
    ],
)
def test_what_one_mends_in_typing_is_no_overwriting(old: str, new: str, asked_about: bool) -> None:
    assert overwrites(row(f"{old} 12.6"), row(f"{new} 12.6"), beside([], TWO)) is asked_about
    assert overwrites(row(old), row(new), beside([])) is asked_about


def test_a_row_with_one_mark_may_come_near_what_it_was() -> None:
    assert overwrites(row("12.4"), row("13.1"), beside([])) is False


amounts = st.decimals("0.01", 500, places=2).map(Value.of)


@given(st.lists(st.tuples(*[amounts | st.none()] * 3), max_size=12), st.tuples(*[amounts | st.none()] * 3))
def test_any_row_beside_any_others_gets_an_answer_of_at_most_one_doubt_a_mark(
    rows: list[tuple[Value | None, ...]], one: tuple[Value | None, ...]
) -> None:
    found = doubts(one, Reference(THREE, dict(enumerate(rows))))
    positions = [doubt.position for doubt in found]
    assert len(set(positions)) == len(positions)
    assert all(doubt.instead != one[doubt.position - 1] for doubt in found if doubt.position)


def test_lifts_that_failed_are_measured_by_their_weight() -> None:
    lifting = PRESETS["powerlifting"].marking
    before = "100 -105 - - - - - - -"
    assert asked("100 -105 -1050 - - - - - -", beside([], lifting), before=before) == [(Code.SLIP, "-105")]
