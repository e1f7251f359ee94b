from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events.kinds import EvaluationType as Type
from app.events.models import Activity
from app.scoring.values import InvalidValue, Status, Value, parse, parse_json, show

LIMIT = 10**12 - 1
numbers = st.decimals(-LIMIT, LIMIT, places=6) | st.integers(-LIMIT, LIMIT).map(Decimal)
times = st.decimals(0, LIMIT, places=2)
amounts = dict.fromkeys(Type, numbers) | {
    Type.TIME_LOW: times,
    Type.BOOLEAN: st.sampled_from([Decimal(0), Decimal(1)]),
}
values = st.sampled_from(Type).flatmap(
    lambda kind: st.tuples(st.just(kind), amounts[kind].map(Value.of) | st.sampled_from(Status).map(Value.without))
)


def amount(text: str, kind: Type) -> Decimal | None:
    value = parse(text, kind)
    assert value is not None
    return value.amount


def refusal(text: str | float | Decimal | None, kind: Type) -> str:
    with pytest.raises(InvalidValue) as caught:
        parse_json(text, kind)
    assert str(caught.value.message)
    return caught.value.code


def attempt(value: str | float | Decimal, kind: Type) -> Value | InvalidValue | None:
    try:
        return parse_json(value, kind)
    except InvalidValue as refused:
        return refused


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", "7"),
        ("7.5", "7.5"),
        ("7,5", "7.5"),
        (" 7,50 ", "7.5"),
        ("\u00a07\u202f", "7"),
        ("-3", "-3"),
        ("\u22123,5", "-3.5"),
        ("+4", "4"),
        (",5", "0.5"),
        ("-0", "0"),
        ("007", "7"),
        ("1 234,5", "1234.5"),
        ("1\u00a0234\u202f567", "1234567"),
        ("1.234", "1.234"),
        ("1,234", "1.234"),
        ("999999999999.999999", "999999999999.999999"),
    ],
)
def test_a_number_is_read_exactly(text: str, expected: str) -> None:
    assert amount(text, Type.NUMERIC_HIGH) == amount(text, Type.SCORE_SET) == Decimal(expected)


@pytest.mark.parametrize(
    "text", ["nan", "inf", "1e5", "٣", "７", "1.2.3", "1.234,5", "12 34", "1,234,567", "5,", "- 5", "5 m"]
)
def test_what_is_not_plainly_a_number_is_refused(text: str) -> None:
    assert refusal(text, Type.NUMERIC_LOW) == "not_a_number"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("83", "83"),
        ("83.4", "83.4"),
        ("83,45", "83.45"),
        ("12340", "12340"),
        ("1:23", "83"),
        ("1:23.4", "83.4"),
        ("1:23,4", "83.4"),
        ("1:23:4", "83.4"),
        ("1:23:45", "83.45"),
        ("0:09.58", "9.58"),
        ("75:00", "4500"),
        ("0", "0"),
        ("-0", "0"),
    ],
)
def test_a_time_is_read_into_seconds(text: str, seconds: str) -> None:
    assert amount(text, Type.TIME_LOW) == Decimal(seconds)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1:60", "seconds_over_59"),
        ("1:99:10", "seconds_over_59"),
        ("1:5", "not_a_time"),
        ("1:23:45:6", "not_a_time"),
        (":30", "not_a_time"),
        ("1:", "not_a_time"),
        ("-", "not_a_time"),
        ("--5", "not_a_time"),
        ("1 234", "not_a_time"),
        ("١:٢٣", "not_a_time"),
        ("83.456", "too_many_decimals"),
        ("1:23:456", "too_many_decimals"),
        ("-5", "negative_time"),
        ("-0:05", "negative_time"),
        ("-1:23", "negative_time"),
    ],
)
def test_a_time_that_could_mean_two_things_is_refused(text: str, code: str) -> None:
    assert refusal(text, Type.TIME_LOW) == code


@pytest.mark.parametrize("text", ["1", "yes", "ANO", "True", "x", "X", "✓"])
def test_a_tick_can_be_written_in_several_ways(text: str) -> None:
    assert parse(text, Type.BOOLEAN) == Value.of(1)


@pytest.mark.parametrize("text", ["0", "No", "ne", "false", "✗"])
def test_so_can_its_absence(text: str) -> None:
    assert parse(text, Type.BOOLEAN) == Value.of(0)


def test_anything_else_is_no_tick() -> None:
    assert refusal("2", Type.BOOLEAN) == refusal("maybe", Type.BOOLEAN) == refusal(2, Type.BOOLEAN) == "not_a_tick"


@pytest.mark.parametrize("kind", Type)
def test_every_type_takes_a_status_in_any_case_and_a_blank_clears(kind: Type) -> None:
    assert parse(" dnf ", kind) == Value.without(Status.DNF)
    assert parse_json("Dsq", kind) == Value.without(Status.DSQ)
    assert parse("  \u00a0", kind) is None
    assert parse_json(None, kind) is None


def test_numbers_beyond_the_limits_are_refused() -> None:
    assert refusal("1000000000000", Type.NUMERIC_HIGH) == "too_large"
    assert refusal("-1000000000000", Type.NUMERIC_HIGH) == "too_large"
    assert refusal("0.1234567", Type.NUMERIC_HIGH) == "too_many_decimals"
    assert refusal("1" * 41, Type.TIME_LOW) == "too_long"


def test_a_json_number_is_taken_as_written() -> None:
    assert parse_json(0.1, Type.NUMERIC_HIGH) == Value.of(Decimal("0.1"))
    assert parse_json(12340, Type.TIME_LOW) == Value.of(12340)
    assert parse_json(Decimal("1E+3"), Type.NUMERIC_LOW) == Value.of(1000)
    assert parse_json(True, Type.BOOLEAN) == Value.of(1)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (float("nan"), "not_a_number"),
        (float("-inf"), "not_a_number"),
        (Decimal("sNaN"), "not_a_number"),
        (True, "not_a_number"),
        (1e300, "too_large"),
        (10**4000, "too_large"),
        (Decimal("1E+999999"), "too_large"),
        (Decimal("1E-999999"), "too_many_decimals"),
    ],
)
def test_a_json_number_that_no_cell_can_hold_is_refused(number: float | Decimal, code: str) -> None:
    assert refusal(number, Type.NUMERIC_HIGH) == code


def test_a_negative_json_number_is_no_time() -> None:
    assert refusal(-1, Type.TIME_LOW) == "negative_time"


@pytest.mark.parametrize(
    ("kind", "number", "text"),
    [
        (Type.TIME_LOW, "83", "1:23"),
        (Type.TIME_LOW, "83.4", "1:23.40"),
        (Type.TIME_LOW, "9.58", "0:09.58"),
        (Type.TIME_LOW, "4500", "75:00"),
        (Type.NUMERIC_HIGH, "7.500", "7.5"),
        (Type.NUMERIC_LOW, "-0.05", "-0.05"),
        (Type.SCORE_SET, "1E+3", "1000"),
        (Type.BOOLEAN, "1", "✓"),
        (Type.BOOLEAN, "0", "✗"),
    ],
)
def test_a_value_is_shown_the_way_people_write_it(kind: Type, number: str, text: str) -> None:
    assert show(Value.of(Decimal(number)), kind) == text


def test_places_pad_and_never_round() -> None:
    assert show(Value.of(7), Type.NUMERIC_HIGH, places=2) == "7.00"
    assert show(Value.of(Decimal("7.125")), Type.NUMERIC_HIGH, places=2, decimal_mark=",") == "7,125"
    assert show(Value.of(83), Type.TIME_LOW, places=2) == "1:23.00"


def test_an_empty_cell_shows_nothing_and_a_status_its_letters() -> None:
    assert show(None, Type.TIME_LOW) == ""
    assert show(Value.without(Status.DNS), Type.BOOLEAN) == "DNS"


@given(values, st.sampled_from([".", ","]), st.integers(0, 8))
def test_what_is_shown_reads_back_to_the_same_value(case: tuple[Type, Value], mark: str, places: int) -> None:
    kind, value = case
    places = min(places, 2 if kind is Type.TIME_LOW else 6)
    assert parse(show(value, kind, decimal_mark=mark, places=places), kind) == value


@given(st.text() | st.text("0123456789:.,- "), st.sampled_from(Type))
def test_whatever_is_typed_becomes_a_value_or_a_message(text: str, kind: Type) -> None:
    answer = attempt(text, kind)
    if isinstance(answer, InvalidValue):
        assert str(answer.message)
    else:
        assert parse(show(answer, kind), kind) == answer


@given(st.floats() | st.decimals() | st.integers() | st.booleans(), st.sampled_from(Type))
def test_whatever_number_is_sent_is_kept_exactly_or_refused(number: float | Decimal, kind: Type) -> None:
    answer = attempt(number, kind)
    assert isinstance(answer, InvalidValue) or answer == Value.of(
        Decimal(str(number) if isinstance(number, float) else number)
    )


def test_a_value_is_an_amount_or_a_status() -> None:
    with pytest.raises(ValueError, match="either"):
        Value(Decimal(1), Status.DNF)
    with pytest.raises(ValueError, match="either"):
        Value(None, None)


def test_only_a_score_set_chooses_which_way_is_better() -> None:
    def higher(kind: Type, chosen: bool) -> bool:
        return Activity(evaluation_type=kind, higher_is_better=chosen).is_higher_better

    assert [kind for kind in Type if higher(kind, True)] == [Type.NUMERIC_HIGH, Type.BOOLEAN, Type.SCORE_SET]
    assert [kind for kind in Type if higher(kind, False)] == [Type.NUMERIC_HIGH, Type.BOOLEAN]
