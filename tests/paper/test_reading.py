"""What is read of a sheet, from numbers to photos: places, boxes, and when a person has to look."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.paper.reading import confidence, geometry, second
from app.paper.reading.confidence import BLANK, STRUCK, Mark, Reading, Reason, State
from tests.support import hand

OPEN = (None, None)


# Geometry -----------------------------------------------------------------------------------------------------------


def seen_through(matrix: np.ndarray, places: np.ndarray) -> np.ndarray:
    whole = np.column_stack([places, np.ones(len(places))]) @ matrix.T
    return np.asarray(whole[:, :2] / whole[:, 2:])


CORNERS = np.array([(10.0, 10), (200, 10), (200, 287), (10, 287)])


@given(st.lists(st.floats(-0.15, 0.15), min_size=8, max_size=8))
def test_four_points_tell_where_everything_is(leans: list[float]) -> None:
    matrix = np.array([[1 + leans[0], leans[1], 40], [leans[2], 1 + leans[3], 60], [leans[4] / 900, leans[5] / 900, 1]])
    found = geometry.fit(CORNERS, seen_through(matrix, CORNERS), (210, 297))
    places = np.array([(105.0, 148), (30, 250), (180, 40)])
    assert np.allclose(found.project(places), seen_through(matrix, places), atol=1e-5)
    assert found.error < 1e-6
    assert found.curl is None


@given(st.floats(-2, 2), st.floats(-2, 2))
def test_six_markers_tell_how_a_page_curls(across: float, down: float) -> None:
    places = np.array(
        [(x + dx, y + dy) for x in (10.0, 98, 187) for y in (10.0, 274) for dx in (0, 13) for dy in (0, 13)]
    )

    def curled(some: np.ndarray) -> np.ndarray:
        x = (some[:, 0] - 105) / 100
        return np.asarray(8 * (some + np.column_stack([down * x * x * 0.2, across * x * x])) + 30)

    found = geometry.fit(places, curled(places), (210, 297))
    inside = np.array([(60.0, 60), (105, 150), (150, 240)])
    off = np.abs(found.project(inside) - curled(inside)).max() / 8
    assert off < 0.25, "a quarter of a millimetre"


@pytest.mark.parametrize("places", [CORNERS[:3], np.array([(0.0, 0), (1, 1), (2, 2), (3, 3)]), np.zeros((4, 2))])
def test_too_few_points_and_points_on_a_line_say_nothing(places: np.ndarray) -> None:
    with pytest.raises(geometry.TooFewPoints):
        geometry.fit(places, places * 3, (210, 297))


# What boxes say -----------------------------------------------------------------------------------------------------


def sure(kind: int, chance: float = 0.9999) -> list[float]:
    return [chance if number == kind else (1 - chance) / 11 for number in range(12)]


def boxes(text: str) -> list[list[float]]:
    """`_` is blank, `x` is struck."""
    return [sure(BLANK if one == "_" else STRUCK if one == "x" else int(one)) for one in text]


def mark(text: str, pattern: str, below: str = "", ends: tuple[Decimal | None, Decimal | None] = OPEN) -> Mark:
    below = below or "_" * len(text)
    return confidence.read_mark(boxes(text), boxes(below), pattern, ends)


@pytest.mark.parametrize(
    ("text", "pattern", "said", "reasons"),
    [
        ("012", "000", "012", []),
        ("_12", "000", "12", []),
        ("___", "000", "", []),
        ("1_2", "000", "12", [Reason.GAP]),
        ("12_", "000", "12", [Reason.GAP]),
        ("x12", "000", "", [Reason.STRUCK]),
        ("_12340", "00:00.00", "1:23.40", []),
        ("__5940", "00:00.00", "59.40", []),
        ("_16040", "00:00.00", "1:60.40", [Reason.SECONDS]),
        ("____40", "00:00.00", "40", [Reason.GAP]),
        ("_75", "00.0", "7.5", []),
    ],
)
def test_digits_become_a_value_as_it_would_be_typed(text: str, pattern: str, said: str, reasons: list[Reason]) -> None:
    found = mark(text, pattern)
    assert (found.text, list(found.reasons)) == (said, reasons)


def test_what_stands_below_counts_and_is_looked_at() -> None:
    found = mark("x12", "000", below="_34")
    assert (found.text, found.reasons) == ("34", (Reason.CORRECTED,))


def test_a_value_out_of_the_usual_range_is_looked_at() -> None:
    assert mark("999", "000", ends=(Decimal(0), Decimal(300))).reasons == (Reason.RANGE,)
    assert mark("200", "000", ends=(Decimal(0), Decimal(300))).reasons == ()


NO_TICKS = {"DNS": sure(BLANK), "DNF": sure(BLANK)}


def row(*marks: Mark, spare: bool = False, **ticks: int) -> confidence.Reading:
    return confidence.read_row(marks, NO_TICKS | {word: sure(kind) for word, kind in ticks.items()}, spare=spare)


def test_blank_is_not_scored_and_never_nought() -> None:
    assert row(mark("___", "000")).state is State.EMPTY
    assert row(mark("___", "000"), spare=True).state is State.EMPTY


def test_what_is_plain_is_accepted() -> None:
    assert row(mark("_12", "000")).state is State.ACCEPT
    assert (row(mark("___", "000"), DNS=STRUCK).state, row(mark("___", "000"), DNS=STRUCK).tick) == (
        State.ACCEPT,
        "DNS",
    )


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (lambda: row(mark("_12", "000"), DNF=STRUCK), Reason.TICK),
        (lambda: row(mark("___", "000"), DNF=STRUCK, DNS=STRUCK), Reason.TICKS),
        (lambda: row(mark("_12", "000"), spare=True), Reason.SPARE),
        (lambda: row(Mark("12", 0.9)), Reason.UNSURE),
        (lambda: row(mark("x12", "000")), Reason.STRUCK),
    ],
)
def test_what_is_not_plain_goes_to_a_person(found: object, reason: Reason) -> None:
    reading = found()  # type: ignore[operator]
    assert reading.state is State.REVIEW
    assert reason in reading.reasons


KINDS = st.integers(0, 11)


@given(st.lists(st.tuples(KINDS, st.floats(0.2, 0.999)), min_size=6, max_size=6), st.booleans())
def test_nothing_unsure_struck_or_gapped_is_ever_accepted(said: list[tuple[int, float]], spare: bool) -> None:
    read = confidence.read_mark([sure(kind, chance) for kind, chance in said], boxes("______"), "00:00.00", OPEN)
    reading = confidence.read_row([read], NO_TICKS, spare=spare)
    kinds = [max(range(12), key=sure(kind, chance).__getitem__) for kind, chance in said]
    if reading.state is State.ACCEPT:
        assert reading.confidence >= confidence.SURE
        assert STRUCK not in kinds
        assert not spare
        assert BLANK not in kinds[next(place for place, kind in enumerate(kinds) if kind != BLANK) :]
    if reading.state is State.EMPTY:
        assert set(kinds) == {BLANK}


# The second reader --------------------------------------------------------------------------------------------------


LIKELY = Reading(State.REVIEW, 0.92, (Mark("12", 0.92),), reasons=(Reason.UNSURE,))


def test_a_second_reader_settles_what_is_likely_and_nothing_else() -> None:
    assert confidence.wants_second(LIKELY)
    for other in (
        replace(LIKELY, confidence=0.85),
        replace(LIKELY, reasons=(Reason.UNSURE, Reason.RANGE)),
        replace(LIKELY, reasons=(), state=State.ACCEPT, confidence=0.99),
        replace(LIKELY, tick="DNS"),
    ):
        assert not confidence.wants_second(other)
    agreed = confidence.seconded(LIKELY, agrees=True)
    assert (agreed.state, agreed.reasons, agreed.marks) == (State.ACCEPT, (), LIKELY.marks)
    doubted = confidence.seconded(LIKELY, agrees=False)
    assert (doubted.state, doubted.confidence) == (State.REVIEW, 0.46)
    assert doubted.reasons == (Reason.UNSURE, Reason.DISAGREE)


def test_the_second_reader_reads_digits_that_stand_in_boxes() -> None:
    def boxes_with(number: str) -> NDArray[np.float32]:
        found = np.zeros((len(number), 40, 32), np.float32)
        for box, digit in zip(found, number, strict=True):
            box[6:34, 2:30] = hand.digit(int(digit)).astype(np.float32) / 255 * 0.8
        return found

    numbers = ["240", "95", "58", "731", "60"]
    said = second.read([second.of_boxes(boxes_with(number)) for number in numbers], second.DIGITS)
    assert sum(one == number for one, number in zip(said, numbers, strict=True)) >= 4
    assert second.read([], second.DIGITS) == []
