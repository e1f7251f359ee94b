"""Three competitions as they happened: every place as their own organisers worked it out, by the ways of Laurel."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.events.kinds import Formula, Gender
from app.events.kinds import TieBreak as MarkTieBreak
from app.events.marking import Criterion, Marking
from app.leaderboards.overall import Line, Numbers, overall
from app.leaderboards.overall_rules import Method, Missing, Rule, Scheme, TieBreak
from app.leaderboards.ranking import Entry, rank
from app.leaderboards.schemes import number_in
from app.leaderboards.scores import Column
from app.leaderboards.standings import Competitor, Team
from app.leaderboards.whole import overall_standings
from app.scoring.formulas import total
from app.scoring.values import Status, Value
from tests.support import real

CUBING = {-1: Status.DNF, -2: Status.DNS}


def places(lines: Iterable[Line[Any]]) -> dict[Any, int | None]:
    return {line.key: line.place for line in lines}


# Speedcubing: times in hundredths, the mean of five without the best and the worst, or of three --------------------


def cubing_marking(attempts: int) -> Marking:
    dropped = 1 if attempts == 5 else 0
    return Marking(
        each=attempts,
        formula=Formula.MEAN,
        higher_is_better=False,
        drop_highest=dropped,
        drop_lowest=dropped,
        places=2,
        tie_break=MarkTieBreak.BEST,
        times=True,
    )


def attempt(hundredths: int) -> Value | None:
    if hundredths == 0:
        return None
    status = CUBING.get(hundredths)
    return Value.without(status) if status else Value.of(Decimal(hundredths) / 100)


def cubing_places(results: Mapping[int, Sequence[int]], attempts: int) -> dict[int, tuple[Value | None, int]]:
    """Value and rank of each person. Who has no average comes after all who have, in the order of their best singles:

    two boards one below the other, as those who did not make the cut-off were never in the running for an average.
    """
    marking = cubing_marking(attempts)
    tries = {who: [attempt(one) for one in of] for who, of in results.items()}
    values = {who: total(of, marking) for who, of in tries.items()}
    averages = rank((Entry(who, value) for who, value in values.items() if value and value.amount), False)
    without = [who for who in tries if who not in {row.key for row in averages}]
    best = Marking(each=attempts, higher_is_better=False)
    singles = rank((Entry(who, total(tries[who], best)) for who in without), False)
    numbers = sum(row.place is not None for row in singles)
    below = {row.key: len(averages) + (row.place or numbers + 1) for row in singles}
    return {
        who: (values[who], place) for who, place in {**{row.key: row.place or 0 for row in averages}, **below}.items()
    }


def cubing_rounds() -> Iterable[tuple[str, int, list[dict[str, Any]]]]:
    wcif = json.loads(real.file("cubing/wcif.json").read_text(encoding="utf-8"))
    for event in wcif["events"]:
        for one in event["rounds"]:
            yield one["id"], 5 if one["format"] == "a" else 3, one["results"]


def test_speedcubing_every_rank_and_every_average() -> None:
    seen = 0
    for name, attempts, results in cubing_rounds():
        tries = {row["personId"]: [one["result"] for one in row["attempts"]] for row in results}
        tries = {who: [*of, *[0] * (attempts - len(of))] for who, of in tries.items()}
        ours = cubing_places(tries, attempts)
        for row in results:
            value, place = ours[row["personId"]]
            assert place == row["ranking"], (name, row)
            average = value.status or value.amount if value and len(row["attempts"]) == attempts else None
            assert average == average_of(row), (name, row)
            seen += 1
    assert seen == 261


def average_of(row: Mapping[str, Any]) -> Status | Decimal | None:
    """As the file has it: 0 is none."""
    return CUBING.get(row["average"]) or (Decimal(row["average"]) / 100 if row["average"] else None)


def test_a_mean_of_five_is_parted_by_the_best_single_and_a_lost_one_comes_last() -> None:
    results = {
        1: [1000, 1100, 1200, 1300, 900],
        2: [1100, 1100, 1100, 1100, 950],
        3: [800, -1, -1, 900, 1000],
        4: [700, -1, -1, 900, 1000],
        5: [1000, 1100, 0, 0, 0],
    }
    ours = cubing_places(results, 5)
    assert ours == {
        1: (Value(Decimal(11), None, (Decimal(9),)), 1),
        2: (Value(Decimal(11), None, (Decimal("9.5"),)), 2),
        4: (Value(None, Status.DNF, (Decimal(7),)), 3),
        3: (Value(None, Status.DNF, (Decimal(8),)), 4),
        5: (None, 5),
    }


# Powerlifting: nine attempts, the best of each lift added up, the lighter lifter first, then as drawn --------------

LIFTS = ("Squat", "Bench", "Deadlift")
DISQUALIFIED = {"DQ", "DD"}
LIFTING = Marking(each=3, negative_fails=True, criteria=tuple(Criterion(lift) for lift in LIFTS))
LIGHTER = Scheme(Method.VALUES, missing=Missing.OUT, ties=(Rule(TieBreak.NUMBER, "body weight"), Rule(TieBreak.GIVEN)))


def lifted(row: Mapping[str, str]) -> Value | None:
    if row["Place"] in DISQUALIFIED:
        return Value.without(Status.DSQ)
    attempts = [number_in(row[f"{lift}{number}Kg"]) for lift in LIFTS for number in (1, 2, 3)]
    return total([None if one is None else Value.of(one) for one in attempts], LIFTING)


def lifting_lines(rows: Sequence[Mapping[str, str]]) -> list[Line[int]]:
    """Of one class without its guests. Everybody is their line in the file: in two divisions one is two people."""
    values = {number: value for number, row in enumerate(rows) if (value := lifted(row)) is not None}
    weights = {number: weight for number, row in enumerate(rows) if (weight := number_in(row["BodyweightKg"]))}
    return overall(range(len(rows)), [Column(1, True, values)], LIGHTER, Numbers({"body weight": weights}))


def test_powerlifting_every_place_of_every_division_and_class() -> None:
    classes: defaultdict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for row in real.rows("powerlifting/entries.csv"):
        classes[row["Sex"], row["Division"], row["WeightClassKg"]].append(row)
    seen = 0
    for name, everybody in classes.items():
        rows = [row for row in everybody if row["Place"].isdigit() or row["Place"] in DISQUALIFIED]
        lines = lifting_lines(rows)
        assert len(lines) == len(rows)
        for line in lines:
            row = rows[line.key]
            expected = int(row["Place"]) if row["Place"].isdigit() else None
            assert line.place == expected, (name, row)
            assert line.total == (Decimal(row["TotalKg"]) if expected else None), (name, row)
            seen += expected is not None
        assert [line.place is None for line in lines] == sorted(line.place is None for line in lines), "DQ is not last"
    assert seen == sum(row["Place"].isdigit() for row in real.rows("powerlifting/entries.csv")) > 1000


def test_of_equal_lifters_the_lighter_is_first_and_who_is_disqualified_last() -> None:
    def row(weight: str, place: str, *attempts: str) -> dict[str, str]:
        names = [f"{lift}{number}Kg" for lift in LIFTS for number in (1, 2, 3)]
        return {"BodyweightKg": weight, "Place": place, **dict(zip(names, attempts, strict=True))}

    good = ("100", "-110", "", "60", "", "", "120", "130", "-140")
    rows = [row("58,9", "", *good), row("", "DQ", *good), row("58.85", "", *good)]
    lines = lifting_lines(rows)
    assert [(line.key, line.place, line.total) for line in lines] == [
        (2, 1, Decimal(290)),
        (0, 2, Decimal(290)),
        (1, None, None),
    ]


# Figure skating: elements and components less deductions, equal totals by the elements -----------------------------

SKATING = Scheme(Method.VALUES, ties=(Rule(TieBreak.NUMBER, "elements", higher_is_better=True),))
PARTS = {"total_component_score": 1, "total_deductions": -1, "total_element_score": 1}


def skating_places(rows: Sequence[Mapping[str, str]]) -> list[Line[int]]:
    numbers = dict(enumerate(Decimal(row["total_element_score"]) for row in rows))
    columns = [
        Column(index, True, {number: Value.of(Decimal(row[part])) for number, row in enumerate(rows)}, Decimal(weight))
        for index, (part, weight) in enumerate(PARTS.items())
    ]
    return overall(range(len(rows)), columns, SKATING, Numbers({"elements": numbers}))


def test_skating_every_rank_of_every_programme() -> None:
    programmes: defaultdict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in real.rows("skating/performances.csv"):
        programmes[row["competition"], row["program"]].append(row)
    assert len({competition for competition, _programme in programmes}) == 4
    for name, rows in programmes.items():
        for line in skating_places(rows):
            row = rows[line.key]
            assert line.place == int(row["rank"]), (name, row)
            assert line.total == Decimal(row["total_segment_score"]), (name, row)


def test_equal_segments_are_parted_by_their_elements() -> None:
    def row(elements: str, components: str, deductions: str) -> dict[str, str]:
        return dict(zip(PARTS, (components, deductions, elements), strict=True))

    lines = skating_places([row("30.5", "25.5", "1"), row("31", "24", "0"), row("20", "20", "0")])
    assert [(line.key, line.place, line.total) for line in lines] == [
        (1, 1, Decimal(55)),
        (0, 2, Decimal(55)),
        (2, 3, Decimal(40)),
    ]


# Any part of a field is a board of its own -------------------------------------------------------------------------


def test_a_part_of_the_field_is_ranked_as_if_nobody_else_were_there() -> None:
    teams = (Team(1, "Blue", 1), Team(2, "Red", 2))
    people = [
        Competitor(number, None, f"P{number}", (Gender.F, Gender.M)[number % 2], None, teams[number % 2])
        for number in range(8)
    ]
    columns = [
        Column(1, True, {number: Value.of(number * 7 % 5) for number in range(8)}),
        Column(2, False, {number: Value.of(number * 3 % 4) for number in range(7)}),
    ]
    for method in Method:
        scheme = Scheme(method, (Decimal(5), Decimal(2)))
        if method in {Method.VALUES, Method.MEAN}:
            continue
        standings = overall_standings(people, columns, scheme, {}, [])
        for part in (*standings.buckets, *standings.groups):
            alone = overall([one.id for one in part.entrants], columns, scheme)
            assert [(row.place, row.total) for row in part.rows] == [(line.place, line.total) for line in alone]
