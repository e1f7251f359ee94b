from datetime import date

import pytest
from flask import Flask
from flask_babel import Babel, force_locale
from hypothesis import given
from hypothesis import strategies as st

from app.events.importing.cells import InvalidCell, read_age, read_born, read_gender, read_text
from app.events.importing.text import clean, plain
from app.events.kinds import Gender

TODAY = date(2026, 7, 1)


def refusal(text: str) -> str:
    with pytest.raises(InvalidCell) as caught:
        read_born(text, TODAY)
    return str(caught.value.message)


@pytest.mark.parametrize(
    "text", ["12. 4. 2014", "12.4.2014", "12.04.2014", "12.\u00a04.\u00a02014", " 12/04/2014", "2014-04-12"]
)
def test_a_date_of_birth_can_be_written_in_several_ways(text: str) -> None:
    assert read_born(text, TODAY) == date(2014, 4, 12)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("31. 2. 2014", "There is no 31 February. This row is left out."),
        ("2014-04-31", "There is no 31 April. This row is left out."),
        ("0/1/2014", "There is no 0 January. This row is left out."),
        ("29.2.2014", "There was no 29 February in 2014. This row is left out."),
        ("04/13/2014", "There is no month 13. This row is left out."),
        ("2. 7. 2026", "This day is still to come. This row is left out."),
        ("1. 1. 1826", "A birth in 1826 cannot be right. This row is left out."),
        ("1. 1. 3014", "A birth in 3014 cannot be right. This row is left out."),
        ("2014", "This is only a year. Write the whole date, such as 12. 4. 2014, or keep it as a note."),
        ("12. 4. 14", "This is not a date. Write it like 12. 4. 2014."),
        ("١٢.٤.٢٠١٤", "This is not a date. Write it like 12. 4. 2014."),
    ],
)
def test_a_date_that_cannot_be_is_refused_with_the_reason(text: str, message: str) -> None:
    assert refusal(text) == message


def test_the_month_is_named_in_the_language_of_the_reader() -> None:
    app = Flask(__name__)
    Babel(app)  # type: ignore[no-untyped-call]
    with app.test_request_context(), force_locale("cs"):
        assert "31 února" in refusal("31. 2. 2014")


@given(st.dates(date(1900, 1, 1), TODAY))
def test_every_past_day_is_read_back(day: date) -> None:
    assert read_born(f"{day.day}. {day.month}. {day.year}", TODAY) == day
    assert read_born(day.isoformat(), TODAY) == day


@pytest.mark.parametrize(
    ("words", "gender"),
    [
        (["F", "f", "Ž", "ž.", "žena", "Female", "W", "girl", "DÍVKA"], Gender.F),
        (["M", "m", "muž", "MALE", "boy", "chlapec"], Gender.M),
        (["X", "other"], Gender.X),
    ],
)
def test_gender_is_read_in_two_languages(words: list[str], gender: Gender) -> None:
    assert {read_gender(word) for word in words} == {gender}


def test_an_unknown_gender_is_refused_not_dropped() -> None:
    for text in ("Q", "?", "1"):
        with pytest.raises(InvalidCell):
            read_gender(text)


def test_an_age_is_a_whole_number() -> None:
    assert [read_age(text) for text in ("0", " 12 ", "130")] == [0, 12, 130]
    for text in ("12.5", "12,5", "131", "-1", "12 let", "١٢", "1e1"):
        with pytest.raises(InvalidCell):
            read_age(text)


def test_a_blank_cell_is_nothing() -> None:
    blank = " \u00a0"
    assert [read_gender(blank), read_age(blank), read_born(blank, TODAY), read_text(blank, 9)] == [None] * 4


def test_text_is_kept_clean_and_short() -> None:
    assert read_text("  Zoe\u0308 \t O'\x07Hara\n", 20) == "Zoë O'Hara"
    assert read_text('=HYPERLINK("x")', 20) == '=HYPERLINK("x")'
    for text in ("a\0b", "a" * 21):
        with pytest.raises(InvalidCell):
            read_text(text, 20)


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert plain(plain(text)) == plain(text)


def test_names_that_read_from_right_to_left_are_left_alone() -> None:
    assert clean("محمد علي") == "محمد علي"
