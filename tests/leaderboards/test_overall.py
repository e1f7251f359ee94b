from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.leaderboards.overall import Line, Numbers, overall
from app.leaderboards.overall_rules import BadScheme, Method, Missing, Rule, Scheme, TieBreak
from app.leaderboards.scores import Column, Fate
from app.scoring.values import Status, Value

POINTS = tuple(Decimal(points) for points in (10, 8, 6, 5, 4, 3, 2, 1))


def column(key: int, higher: bool = True, weight: str = "1", **values: str) -> Column[str]:
    """`Eva="83.4"`; a status by its letters."""
    read = {
        name: Value.without(Status(text)) if text in Status.__members__ else Value.of(Decimal(text))
        for name, text in values.items()
    }
    return Column(key, higher, read, Decimal(weight))


def totals(lines: list[Line[str]]) -> list[tuple[str, int | None, str | None]]:
    return [(line.key, line.place, None if line.total is None else f"{line.total:f}") for line in lines]


SPRINT = column(1, higher=False, Eva="10", Jan="12", Ota="10")
JUMP = column(2, Eva="400", Jan="500", Ota="300")
EVERYBODY = ["Eva", "Jan", "Ota"]


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        (Scheme(Method.PLACES), [("Eva", 1, "3"), ("Jan", 2, "4"), ("Ota", 2, "4")]),
        (Scheme(Method.POINTS, POINTS), [("Eva", 1, "18"), ("Jan", 2, "16"), ("Ota", 2, "16")]),
        (Scheme(Method.PERCENT, decimals=1), [("Jan", 1, "183.3"), ("Eva", 2, "180.0"), ("Ota", 3, "160.0")]),
    ],
)
def test_totals_by_scheme(scheme: Scheme, expected: list[tuple[str, int, str]]) -> None:
    assert totals(overall(EVERYBODY, [SPRINT, JUMP], scheme)) == expected


def test_values_are_added_or_averaged_exactly() -> None:
    rounds = [column(1, Eva="0.1", Jan="0.3"), column(2, Eva="0.2", Jan="0.1")]
    assert totals(overall(["Eva", "Jan"], rounds, Scheme(Method.VALUES))) == [("Jan", 1, "0.4"), ("Eva", 2, "0.3")]
    assert totals(overall(["Eva", "Jan"], rounds, Scheme(Method.MEAN))) == [("Jan", 1, "0.2"), ("Eva", 2, "0.15")]


def test_lower_values_are_added_up_to_a_lower_total() -> None:
    runs = [column(1, False, Eva="61.2", Jan="60"), column(2, False, Eva="59.9", Jan="61.3")]
    assert totals(overall(["Eva", "Jan"], runs, Scheme(Method.VALUES))) == [("Eva", 1, "121.1"), ("Jan", 2, "121.3")]


def test_seconds_and_centimetres_are_not_added_up() -> None:
    with pytest.raises(BadScheme):
        overall(EVERYBODY, [SPRINT, JUMP], Scheme(Method.VALUES))


def test_z_scores_are_distances_in_sample_deviations() -> None:
    lines = overall(["Eva", "Jan", "Ota"], [column(1, Eva="3", Jan="2", Ota="1")], Scheme(Method.Z))
    assert totals(lines) == [("Eva", 1, "1"), ("Jan", 2, "0"), ("Ota", 3, "-1")]


def test_where_nothing_deviates_z_is_nought_for_all() -> None:
    lines = overall(["Eva", "Jan"], [column(1, Eva="5", Jan="5")], Scheme(Method.Z))
    assert totals(lines) == [("Eva", 1, "0"), ("Jan", 1, "0")]


def test_weights_multiply_scores() -> None:
    heavy = column(2, weight="2.5", Eva="400", Jan="500", Ota="300")
    lines = overall(EVERYBODY, [SPRINT, heavy], Scheme(Method.POINTS, POINTS))
    assert totals(lines) == [("Jan", 1, "31.0"), ("Eva", 2, "30.0"), ("Ota", 3, "25.0")]
    jan = lines[0].steps[1]
    assert (jan.place, jan.score, jan.weighted) == (1, Decimal(10), Decimal("25.0"))


def test_only_the_best_count_where_the_scheme_says_so() -> None:
    third = column(3, Eva="1", Jan="9", Ota="5")
    lines = overall(EVERYBODY, [SPRINT, JUMP, third], Scheme(Method.PLACES, best=2))
    assert totals(lines) == [("Jan", 1, "2"), ("Eva", 2, "3"), ("Ota", 2, "3")]
    assert [step.fate for step in lines[0].steps] == [Fate.DROPPED, Fate.COUNTED, Fate.COUNTED]


def test_a_missing_activity_counts_by_rule() -> None:
    jump = column(2, Eva="400", Jan="DNF")
    places = {
        missing: totals(
            overall(["Eva", "Jan"], [column(1, Eva="1", Jan="2"), jump], Scheme(Method.PLACES, missing=missing))
        )
        for missing in Missing
    }
    assert places[Missing.WORST] == [("Eva", 1, "3"), ("Jan", 1, "3")]
    assert places[Missing.SKIPPED] == [("Jan", 1, "1"), ("Eva", 2, "3")]
    assert places[Missing.OUT] == [("Eva", 1, "3"), ("Jan", None, None)]


def test_best_two_of_three_needs_two_results_and_no_more() -> None:
    columns = [column(1, Eva="1", Jan="1"), column(2, Eva="2"), column(3, Eva="1")]
    lines = overall(["Eva", "Jan"], columns, Scheme(Method.VALUES, best=2, missing=Missing.OUT))
    assert totals(lines) == [("Eva", 1, "3"), ("Jan", None, None)]


def test_an_activity_that_has_not_begun_counts_for_nobody() -> None:
    columns = [column(1, Eva="2", Jan="1"), column(2)]
    lines = overall(["Eva", "Jan"], columns, Scheme(Method.PLACES, best=1))
    assert totals(lines) == [("Eva", 1, "1"), ("Jan", 2, "2")]
    assert [step.fate for step in lines[1].steps] == [Fate.COUNTED, Fate.SKIPPED]


def test_who_has_only_results_without_points_has_a_place_all_the_same() -> None:
    columns = [column(1, Eva="2"), column(2, Eva="5", Jan="1")]
    lines = overall(["Eva", "Jan"], columns, Scheme(Method.POINTS, (Decimal(3),), best=1))
    assert totals(lines) == [("Eva", 1, "3"), ("Jan", 2, "0")]


def test_who_has_nothing_is_not_there_and_who_has_only_a_status_has_no_place() -> None:
    lines = overall(["Eva", "Jan", "Ota"], [column(1, Eva="1", Ota="DNS")], Scheme(Method.PLACES))
    assert totals(lines) == [("Eva", 1, "1"), ("Ota", None, None)]


def test_more_first_places_part_equals_and_it_is_said_how() -> None:
    columns = [column(1, Eva="3", Jan="2", Ota="1"), column(2, Eva="1", Jan="2", Ota="3")]
    scheme = Scheme(Method.PLACES, ties=(Rule(TieBreak.COUNTBACK),))
    first, second, third = overall(EVERYBODY, columns, scheme)
    assert [(line.key, line.place) for line in (first, second, third)] == [("Eva", 1), ("Ota", 1), ("Jan", 3)]
    assert second.parted is None
    assert third.parted is not None
    assert third.parted.other == "Ota"
    assert (third.parted.mine, third.parted.theirs) == ((Decimal(2), Decimal(2)), (Decimal(1), Decimal(3)))


@pytest.mark.parametrize(
    ("rule", "winner"),
    [
        (Rule(TieBreak.BEST_SINGLE), "Jan"),
        (Rule(TieBreak.LAST_ACTIVITY), "Eva"),
        (Rule(TieBreak.NUMBER, "weight"), "Jan"),
        (Rule(TieBreak.NUMBER, "weight", higher_is_better=True), "Eva"),
        (Rule(TieBreak.GIVEN), "Eva"),
    ],
)
def test_each_tie_break_parts_two_equals(rule: Rule, winner: str) -> None:
    columns = [column(1, Eva="4", Jan="6"), column(2, Eva="5", Jan="3")]
    weights = Numbers({"weight": {"Eva": Decimal("58.4"), "Jan": Decimal("57.9")}})
    lines = overall(["Eva", "Jan"], columns, Scheme(Method.VALUES, ties=(rule,)), weights)
    assert (lines[0].key, [line.place for line in lines]) == (winner, [1, 2])
    assert lines[1].parted is not None
    assert lines[1].parted.rule == rule


def test_the_chain_goes_on_where_a_link_does_not_part() -> None:
    rules = (Rule(TieBreak.NUMBER, "weight"), Rule(TieBreak.NUMBER, "age"))
    known = Numbers({"weight": {"Eva": Decimal(60), "Jan": Decimal(60)}, "age": {"Jan": Decimal(12)}})
    lines = overall(["Eva", "Jan"], [column(1, Eva="5", Jan="5")], Scheme(Method.VALUES, ties=rules), known)
    assert [line.key for line in lines] == ["Jan", "Eva"]
    assert lines[1].parted is not None
    assert lines[1].parted.rule == rules[1]


def test_three_thirds_tie_with_a_whole() -> None:
    thirds = [column(key, Eva="1", Jan="3") for key in (1, 2, 3)]
    lines = overall(["Eva", "Jan"], [*thirds, column(4, weight="2", Eva="3", Jan="0")], Scheme(Method.PERCENT))
    assert [(line.key, line.place) for line in lines] == [("Eva", 1), ("Jan", 1)]


# What holds for every field ----------------------------------------------------------------------------------------

PEOPLE = list("abcdef")
amounts = st.integers(0, 6).map(Value.of)
some_values = amounts | st.sampled_from(Status).map(Value.without)
some_columns = st.lists(
    st.tuples(st.booleans(), st.dictionaries(st.sampled_from(PEOPLE), some_values)), min_size=1, max_size=4
).map(lambda columns: [Column(key, higher, values) for key, (higher, values) in enumerate(columns)])
ANY_DIRECTION = [Method.PLACES, Method.POINTS, Method.PERCENT, Method.Z]
ties = st.lists(st.sampled_from([Rule(TieBreak.COUNTBACK), Rule(TieBreak.BEST_SINGLE), Rule(TieBreak.LAST_ACTIVITY)]))
schemes = st.builds(
    Scheme,
    st.sampled_from(ANY_DIRECTION),
    st.just(POINTS),
    st.none() | st.integers(1, 4),
    st.sampled_from(Missing),
    st.none() | st.integers(0, 2),
    ties.map(tuple),
)


@given(some_columns, schemes, st.permutations(PEOPLE))
def test_places_do_not_depend_on_the_order_of_people(
    columns: list[Column[str]], scheme: Scheme, shuffled: list[str]
) -> None:
    def places(people: list[str]) -> dict[str, int | None]:
        return {line.key: line.place for line in overall(people, columns, scheme)}

    assert places(shuffled) == places(PEOPLE)


@given(some_columns, schemes)
def test_who_has_the_same_results_shares_a_place(columns: list[Column[str]], scheme: Scheme) -> None:
    twins = [
        Column(
            one.key, one.higher_is_better, {**one.values, **({"twin": one.values["a"]} if "a" in one.values else {})}
        )
        for one in columns
    ]
    place = {line.key: line.place for line in overall([*PEOPLE, "twin"], twins, scheme)}
    assert place.get("a") == place.get("twin")


@given(some_columns, schemes)
def test_places_count_those_who_are_better(columns: list[Column[str]], scheme: Scheme) -> None:
    lines = overall(PEOPLE, columns, scheme)
    places = [line.place for line in lines if line.place is not None]
    assert all(sum(other < place for other in places) == place - 1 for place in places)
    for one, other in combinations(lines, 2):
        if one.total is not None and one.total == other.total and not scheme.ties:
            assert one.place == other.place


@given(some_columns, schemes)
def test_the_steps_add_up_to_the_total(columns: list[Column[str]], scheme: Scheme) -> None:
    for line in overall(PEOPLE, columns, scheme):
        if line.total is not None:
            counted = [step.weighted or 0 for step in line.steps if step.fate in {Fate.COUNTED, Fate.FILLED}]
            assert abs(sum(counted) - line.total) < Decimal("1e-20")


@given(some_columns, schemes, st.integers(1, 5))
def test_one_more_better_value_never_worsens_a_place(columns: list[Column[str]], scheme: Scheme, gain: int) -> None:
    """But by z: a better value draws the whole field together, and others may gain from that elsewhere."""
    value = columns[0].values.get("a")
    if scheme.method is Method.Z or value is None or value.amount is None:
        return
    better = value.amount + gain if columns[0].higher_is_better else max(value.amount - gain, Decimal(0))
    improved = [Column(0, columns[0].higher_is_better, {**columns[0].values, "a": Value.of(better)}), *columns[1:]]
    before = {line.key: line.place for line in overall(PEOPLE, columns, scheme)}["a"]
    after = {line.key: line.place for line in overall(PEOPLE, improved, scheme)}["a"]
    assert (before is None) == (after is None)
    assert before is None or after is None or after <= before
