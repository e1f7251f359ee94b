"""Marks made into one value: by hand, for all marks there can be, and on a real speedcubing day, panels and a meet."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events.kinds import Formula, Missing, TieBreak
from app.events.marking import Criterion, Marking
from app.events.presets import PRESETS
from app.leaderboards.ranking import Entry, rank
from app.scoring.formulas import half_up, total
from app.scoring.values import Status, Value
from tests.support import real

DNS, DNF, DSQ = Value.without(Status.DNS), Value.without(Status.DNF), Value.without(Status.DSQ)
CUBING = PRESETS["speedcubing"].marking
MEAN_OF_THREE = replace(CUBING, each=3, drop_highest=0, drop_lowest=0)
PANEL = PRESETS["panel"].marking
LIFTING = PRESETS["powerlifting"].marking
WORDS = {word.value: Value.without(word) for word in Status}


def marks(text: str) -> list[Value | None]:
    """ "12.5 DNF - 13": a dash is a mark that is not there."""
    return [None if one == "-" else WORDS.get(one) or Value.of(Decimal(one)) for one in text.split()]


def shown(text: str, marking: Marking) -> str | None:
    value = total(marks(text), marking)
    if value is None:
        return None
    return str(value.status) if value.amount is None else f"{value.amount:f}"


def attempts(formula: Formula, each: int = 3, higher: bool = True, **more: Any) -> Marking:
    return Marking(each=each, formula=formula, higher_is_better=higher, **more)


@pytest.mark.parametrize(
    ("text", "formula", "expected"),
    [
        ("5 9 7", Formula.BEST, "9"),
        ("DNF 5 DSQ", Formula.BEST, "5"),
        ("DNS DNF DSQ", Formula.BEST, "DSQ"),
        ("DNS DNF -", Formula.BEST, "DNF"),
        ("DNS - -", Formula.BEST, "DNS"),
        ("- - -", Formula.BEST, None),
        ("0.1 0.2 -", Formula.SUM, "0.3"),
        ("5 DSQ DNF", Formula.SUM, "DSQ"),
        ("5 DNS 1", Formula.SUM, "DNF"),
        ("DNS - DNS", Formula.SUM, "DNS"),
        ("5 6 7", Formula.MEAN, "6"),
        ("5 6 -", Formula.MEAN, None),
        ("5 6 DNS", Formula.MEAN, "DNF"),
        ("5 9 6", Formula.MEDIAN, "6"),
    ],
)
def test_three_attempts(text: str, formula: Formula, expected: str | None) -> None:
    assert shown(text, attempts(formula, places=2)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6.20 6.01 8.30 7.81 7.68", "7.23"),
        ("10 11 12 13 DNF", "12"),
        ("10 11 12 13 DNS", "12"),
        ("10 11 12 DNF DNF", "DNF"),
        ("DNS - - - -", "DNS"),
        ("10 11 12 13 -", "12"),
        ("10 11 12 - -", None),
        ("10 DNF 12 13 -", None),
        ("10 DNF DNF - -", "DNF"),
        ("DNF DNF DNF DNF DNF", "DNF"),
        ("10 11 12 13 DSQ", "DSQ"),
        ("0.01 0.01 0.01 0.02 0.03", "0.01"),
        ("0.01 0.01 0.02 0.02 0.03", "0.02"),
    ],
)
def test_a_mean_of_five_drops_the_best_and_the_worst(text: str, expected: str | None) -> None:
    assert shown(text, CUBING) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7 8 9 7.5 7.25", "7.58"),
        ("7 - 9 7.5 7.25", "7.38"),
        ("7 DNS 9 7.5 7.25", "7.38"),
        ("7 8 - - -", None),
        ("7 8 9 - -", "8"),
        ("DNS DNS - - -", "DNS"),
        ("7 8 9 DSQ 7", "DSQ"),
        ("7.125 7.125 7.125 7.125 7.125", "7.13"),
    ],
)
def test_a_panel_leaves_out_who_gave_no_mark(text: str, expected: str | None) -> None:
    assert shown(text, PANEL) == expected


def test_criteria_are_weighted_and_those_to_come_are_left_out() -> None:
    criteria = (Criterion("Art", Decimal("1.5")), Criterion("Craft", Decimal("0.5")))
    added = Marking(each=2, formula=Formula.MEAN, criteria=criteria, places=2, missing=Missing.REMOVED)
    assert shown("7 8 9 9", added) == "15.75"
    assert shown("7 8 - -", added) == "11.25"
    assert shown("7 8 9 9", replace(added, joined=Formula.MEAN, places=1)) == "7.9"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("132.5 140 142.5 75 -81 -81 122.5 130 -132.5", "347.5"),
        ("100 - - - - - - - -", "100"),
        ("100 - - -80 -80 -80 - - -", "DNF"),
    ],
)
def test_a_lift_below_zero_is_a_failed_one(text: str, expected: str) -> None:
    assert shown(text, LIFTING) == expected


def test_the_best_rounds_add_up() -> None:
    assert shown("5 9 7 8", attempts(Formula.SUM, 4, drop_lowest=1)) == "24"
    assert shown("5 9 - -", attempts(Formula.SUM, 4, drop_lowest=1)) == "14"
    assert shown("5 9 DNF 8", attempts(Formula.SUM, 4, drop_lowest=1)) == "22"


@pytest.mark.parametrize(("amount", "places", "expected"), [("2.5", 0, "3"), ("-2.5", 0, "-3"), ("1.005", 2, "1.01")])
def test_halves_are_rounded_up(amount: str, places: int, expected: str) -> None:
    assert half_up(Decimal(amount), places) == Decimal(expected)


def test_a_tie_is_broken_as_the_activity_says() -> None:
    def places(tie_break: TieBreak, *rows: str, formula: Formula = Formula.BEST) -> dict[str, int | None]:
        marking = attempts(formula, places=2, tie_break=tie_break)
        ranked = rank((Entry(row, total(marks(row), marking)) for row in rows), higher_is_better=True)
        return {one.key: one.place for one in ranked}

    jumps = ("4 5 3", "5 2 1", "5 4 3", "5 - -")
    assert places(TieBreak.NONE, *jumps) == dict.fromkeys(jumps, 1)
    assert places(TieBreak.NEXT, *jumps) == {"4 5 3": 1, "5 4 3": 1, "5 2 1": 3, "5 - -": 4}
    assert places(TieBreak.BEST, "4 5 6", "5 5 5", formula=Formula.MEAN) == {"4 5 6": 1, "5 5 5": 2}
    assert places(TieBreak.NONE, "4 5 6", "5 5 5", formula=Formula.MEAN) == {"4 5 6": 1, "5 5 5": 1}


# For all marks there can be --------------------------------------------------------------------------------------

numbers = st.decimals(-999, 999, places=2)
anything = st.none() | numbers.map(Value.of) | st.sampled_from(Status).map(Value.without)


@st.composite
def markings(draw: st.DrawFn) -> Marking:
    each = draw(st.integers(1, 6))
    dropped = draw(st.integers(0, each - 1))
    lowest = draw(st.integers(0, dropped))
    weights = draw(st.lists(st.decimals("0.1", 5, places=1), min_size=1, max_size=3))
    return Marking(
        each=each,
        formula=draw(st.sampled_from(Formula)),
        higher_is_better=draw(st.booleans()),
        criteria=tuple(Criterion("", weight) for weight in weights),
        joined=draw(st.sampled_from((Formula.SUM, Formula.MEAN))),
        drop_highest=dropped - lowest,
        drop_lowest=lowest,
        places=draw(st.none() | st.integers(0, 6)),
        missing=draw(st.sampled_from(Missing)),
        tie_break=draw(st.sampled_from(TieBreak)),
        negative_fails=draw(st.booleans()),
    )


@given(markings(), st.data())
def test_the_order_of_the_marks_of_a_criterion_makes_no_difference(marking: Marking, data: st.DataObject) -> None:
    given_marks = data.draw(st.lists(anything, min_size=marking.count, max_size=marking.count))
    expected = total(given_marks, marking)
    each = marking.each
    parts = [given_marks[place * each : (place + 1) * each] for place in range(len(marking.criteria))]
    assert total([mark for part in parts for mark in reversed(part)], marking) == expected
    if all(mark is None for mark in given_marks):
        assert expected is None


@given(st.lists(numbers, min_size=3, max_size=9), st.integers(0, 1), st.integers(0, 1), st.booleans())
def test_numbers_alone_make_what_the_textbook_says(amounts: list[Decimal], high: int, low: int, higher: bool) -> None:
    def of(formula: Formula) -> Decimal | None:
        marking = attempts(formula, len(amounts), higher, drop_highest=high, drop_lowest=low, places=3)
        value = total([Value.of(amount) for amount in amounts], marking)
        return value.amount if value else None

    kept = sorted(amounts)[low : len(amounts) - high]
    mean = sum(kept, Decimal(0)) / len(kept)
    assert of(Formula.SUM) == sum(kept)
    assert of(Formula.MEAN) == mean.quantize(Decimal("0.001"), ROUND_HALF_UP)
    assert of(Formula.MEDIAN) == Decimal(median(kept)).quantize(Decimal("0.001"), ROUND_HALF_UP)
    assert of(Formula.BEST) == (max(amounts) if higher else min(amounts))


@given(markings())
def test_a_marking_survives_the_way_through_the_database(marking: Marking) -> None:
    said = json.loads(json.dumps(marking.rules()))
    assert Marking.of(marking.count, marking.formula, marking.higher_is_better, said) == marking


@given(st.lists(numbers.map(Value.of), min_size=5, max_size=5), st.integers(0, 4))
def test_a_better_attempt_never_makes_a_mean_of_five_worse(row: list[Value], place: int) -> None:
    better = list(row)
    better[place] = Value.of((row[place].amount or Decimal(0)) - 1)
    before, after = total(row, CUBING), total(better, CUBING)
    assert before is not None
    assert after is not None
    assert (after.amount or 0) <= (before.amount or 0)


# Real ones -------------------------------------------------------------------------------------------------------


def test_every_panel_of_four_skating_competitions() -> None:
    panels: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in real.rows("skating/judge_marks.csv"):
        panels[row["aspect_id"]][row["judge"]] = Decimal(row["score"])
    marking = attempts(Formula.MEAN, 9, drop_highest=1, drop_lowest=1, places=2, missing=Missing.REMOVED)
    components = real.rows("skating/components.csv")
    assert len(components) == 1700
    for row in components:
        given_marks = [Value.of(mark) if mark else None for mark in panels[row["aspect_id"]].values()]
        value = total(given_marks, marking)
        assert value == Value.of(Decimal(row["scores_of_panel"])), row["aspect_id"]


def test_the_component_score_of_every_skating_performance() -> None:
    panels: defaultdict[str, list[Value | None]] = defaultdict(list)
    for row in real.rows("skating/judge_marks.csv"):
        panels[row["aspect_id"]].append(Value.of(Decimal(row["score"])) if Decimal(row["score"]) else None)
    parts: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for row in real.rows("skating/components.csv"):
        parts[row["performance_id"]].append(row)
    performances = real.rows("skating/performances.csv")
    for performance in performances:
        components = parts[performance["performance_id"]]
        marking = Marking(
            each=9,
            formula=Formula.MEAN,
            criteria=tuple(Criterion(row["aspect_desc"], Decimal(row["factor"])) for row in components),
            drop_highest=1,
            drop_lowest=1,
            places=2,
            missing=Missing.REMOVED,
        )
        value = total([mark for row in components for mark in panels[row["aspect_id"]]], marking)
        assert value == Value.of(Decimal(performance["total_component_score"])), performance["performance_id"]
    assert len(performances) == 340


def cubing_rounds() -> list[dict[str, Any]]:
    events = json.loads(real.file("cubing/wcif.json").read_text())["events"]
    return [one for event in events for one in event["rounds"]]


def hundredths(result: int) -> Value | None:
    known = {0: None, -1: DNF, -2: DNS}
    return known[result] if result in known else Value.of(Decimal(result) / 100)


def test_every_average_and_best_of_a_speedcubing_competition() -> None:
    rounds = [
        one for event in json.loads(real.file("cubing/wcif.json").read_text())["events"] for one in event["rounds"]
    ]
    checked = 0
    for one in rounds:
        marking = CUBING if one["format"] == "a" else MEAN_OF_THREE
        best = attempts(Formula.BEST, marking.each, higher=False)
        for result in one["results"]:
            given_marks = [hundredths(attempt["result"]) for attempt in result["attempts"]]
            given_marks += [None] * (marking.each - len(given_marks))
            average, single = total(given_marks, marking), total(given_marks, best)
            expected = hundredths(result["average"])
            if expected is None and average is not None:
                # A cutoff was missed with nothing but failures: no attempt was to come that could make an average.
                assert average.amount is None
            else:
                assert (average and (average.amount, average.status)) == (
                    expected and (expected.amount, expected.status)
                )
            assert single is not None
            assert single.amount == (Decimal(result["best"]) / 100 if result["best"] > 0 else None)
            checked += 1
    assert checked == 261


def test_the_best_lifts_and_the_total_of_every_lifter() -> None:
    checked = 0
    for row in real.rows("powerlifting/entries.csv"):
        tries = [[row[f"{lift}{number}Kg"] for number in (1, 2, 3)] for lift in ("Squat", "Bench", "Deadlift")]
        given_marks = [Value.of(Decimal(one)) if one else None for part in tries for one in part]
        for place, lift in enumerate(("Squat", "Bench", "Deadlift")):
            part = given_marks[place * 3 : place * 3 + 3]
            best = total(part, attempts(Formula.BEST, negative_fails=True))
            assert (best and best.amount) == (Decimal(row[f"Best3{lift}Kg"]) if row[f"Best3{lift}Kg"] else None)
        value = total(given_marks, LIFTING)
        if row["TotalKg"]:
            assert value == Value.of(Decimal(row["TotalKg"])), row["LifterID"]
            checked += 1
    assert checked > 1000


def test_the_places_of_every_round_of_the_speedcubing_competition() -> None:
    rounds = [
        one for event in json.loads(real.file("cubing/wcif.json").read_text())["events"] for one in event["rounds"]
    ]
    for one in rounds:
        marking = (
            CUBING if one["format"] == "a" else attempts(Formula.MEAN, 3, False, places=2, tie_break=TieBreak.BEST)
        )
        expected = {}
        entries = []
        for result in one["results"]:
            given_marks = [hundredths(attempt["result"]) for attempt in result["attempts"]]
            value = total([*given_marks, *[None] * (marking.each - len(given_marks))], marking)
            if value and value.amount is not None:
                entries.append(Entry(result["personId"], value))
                expected[result["personId"]] = result["ranking"]
        assert {row.key: row.place for row in rank(entries, higher_is_better=False)} == expected, one["id"]
