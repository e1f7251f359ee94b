from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events.kinds import Formula
from app.scoring.values import Status, Value, total

DNS, DNF, DSQ = Value.without(Status.DNS), Value.without(Status.DNF), Value.without(Status.DSQ)
marks = st.lists(
    st.none() | st.decimals(-1000, 1000, places=3).map(Value.of) | st.sampled_from(Status).map(Value.without),
    max_size=6,
)


def best(*marks: Value | None, higher: bool = True) -> Value | None:
    return total(marks, Formula.BEST, higher_is_better=higher)


def summed(*marks: Value | None) -> Value | None:
    return total(marks, Formula.SUM, higher_is_better=True)


def test_the_best_mark_follows_the_direction() -> None:
    assert best(Value.of(5), Value.of(9), Value.of(7)) == Value.of(9)
    assert best(Value.of(5), Value.of(9), Value.of(7), higher=False) == Value.of(5)


def test_a_missing_mark_is_left_out() -> None:
    assert best(None, Value.of(5)) == summed(None, Value.of(5)) == Value.of(5)
    assert best() is None
    assert summed(None, None) is None


def test_a_failed_attempt_does_not_spoil_the_best() -> None:
    assert best(DNF, Value.of(5), DSQ) == Value.of(5)


@pytest.mark.parametrize(("attempts", "expected"), [((DNS, DNF, DSQ), DSQ), ((DNS, DNF), DNF), ((DNS, DNS), DNS)])
def test_when_all_attempts_failed_the_gravest_status_stands(attempts: tuple[Value, ...], expected: Value) -> None:
    assert best(*attempts) == expected


def test_a_sum_is_exact() -> None:
    assert summed(Value.of(Decimal("0.1")), Value.of(Decimal("0.2"))) == Value.of(Decimal("0.3"))


@pytest.mark.parametrize(
    ("attempts", "expected"),
    [
        ((Value.of(5), DSQ, DNF), DSQ),
        ((Value.of(5), DNF), DNF),
        ((Value.of(5), DNS), DNF),
        ((DNF, DNS), DNF),
        ((DNS, None, DNS), DNS),
    ],
)
def test_a_sum_needs_every_mark(attempts: tuple[Value | None, ...], expected: Value) -> None:
    assert summed(*attempts) == expected


@given(marks, st.sampled_from(Formula), st.booleans())
def test_a_total_depends_neither_on_the_order_nor_on_gaps(
    given_marks: list[Value | None], formula: Formula, higher: bool
) -> None:
    expected = total(given_marks, formula, higher_is_better=higher)
    assert total([None, *reversed(given_marks)], formula, higher_is_better=higher) == expected
    assert (expected is None) == all(mark is None for mark in given_marks)
