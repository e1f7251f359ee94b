from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.leaderboards.ranking import Entry, medal, rank
from app.scoring.values import Status, Value

values = st.integers(-3, 3).map(Value.of) | st.sampled_from(Status).map(Value.without)
fields = st.lists(st.none() | values, max_size=8).map(lambda given: [Entry(key, one) for key, one in enumerate(given)])


def places(field: list[Entry[int]], higher: bool) -> dict[int, int | None]:
    return {row.key: row.place for row in rank(field, higher)}


def test_ties_share_a_place_and_the_next_place_counts_them() -> None:
    field = [Entry(name, Value.of(points)) for name, points in [("Eva", 9), ("Jan", 7), ("Ota", 9)]]
    assert [(row.key, row.place) for row in rank(field, True)] == [("Eva", 1), ("Ota", 1), ("Jan", 3)]


def test_lower_is_better_where_the_caller_says_so() -> None:
    field = [Entry("Eva", Value.of(Decimal("83.4"))), Entry("Jan", Value.of(Decimal("83.39")))]
    assert [row.key for row in rank(field, False)] == ["Jan", "Eva"]


def test_equal_amounts_tie_however_they_are_written() -> None:
    field = [Entry("Eva", Value.of(Decimal("7.50"))), Entry("Jan", Value.of(Decimal("7.5")))]
    assert [row.place for row in rank(field, True)] == [1, 1]


def test_those_without_a_result_come_last_and_have_no_place() -> None:
    statuses = [Status.DSQ, Status.DNS, Status.DNF]
    field = [*(Entry(str(one), Value.without(one)) for one in statuses), Entry("Eva", Value.of(-5))]
    assert [(row.key, row.place) for row in rank(field, True)] == [
        ("Eva", 1),
        ("DNF", None),
        ("DNS", None),
        ("DSQ", None),
    ]


def test_who_has_no_record_does_not_appear() -> None:
    assert [row.key for row in rank([Entry("Eva", None), Entry("Jan", Value.of(0))], True)] == ["Jan"]


@given(fields.flatmap(lambda field: st.tuples(st.just(field), st.permutations(field))), st.booleans())
def test_places_do_not_depend_on_the_order_of_entries(
    orders: tuple[list[Entry[int]], list[Entry[int]]], higher: bool
) -> None:
    field, shuffled = orders
    assert places(shuffled, higher) == places(field, higher)


@given(fields, st.booleans())
def test_a_place_is_one_more_than_the_number_of_those_who_are_better(field: list[Entry[int]], higher: bool) -> None:
    amounts = [entry.value.amount for entry in field if entry.value and entry.value.amount is not None]
    for row in rank(field, higher):
        if row.value.amount is not None:
            mine = row.value.amount
            assert row.place == 1 + sum(other > mine if higher else other < mine for other in amounts)


@given(fields, st.booleans())
def test_equals_share_a_place_and_only_equals_do(field: list[Entry[int]], higher: bool) -> None:
    placed = [row for row in rank(field, higher) if row.place is not None]
    for one in placed:
        for other in placed:
            assert (one.value == other.value) == (one.place == other.place)


@given(fields.filter(bool), st.booleans(), st.integers(1, 4))
def test_doing_better_never_worsens_ones_own_place(field: list[Entry[int]], higher: bool, gain: int) -> None:
    before = places(field, higher).get(0)
    value = field[0].value
    if before is None or value is None or value.amount is None:
        return
    improved = Value.of(value.amount + (gain if higher else -gain))
    after = places([Entry(0, improved), *field[1:]], higher)[0]
    assert after is not None
    assert after <= before


def test_medals_go_to_the_first_three_places() -> None:
    assert [medal(place) for place in (1, 2, 3, 4, None)] == ["Gold", "Silver", "Bronze", None, None]
