from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.events.categories import Bracket, age_on, bracket_for, overlaps
from app.events.kinds import Gender

ages = st.none() | st.integers(0, 30)
genders = st.none() | st.sampled_from(Gender)
lists = st.lists(st.builds(Bracket, st.integers(1, 9), st.just("any"), ages, ages, genders), max_size=5)


def bracket(age_from: int | None, age_to: int | None, gender: Gender | None = None, name: str = "") -> Bracket:
    return Bracket(1, name, age_from, age_to, gender)


def test_both_ends_of_a_bracket_belong_to_it() -> None:
    juniors = bracket(8, 11)
    assert [age for age in range(6, 14) if bracket_for([juniors], Gender.F, age)] == [8, 9, 10, 11]


def test_an_open_end_has_no_limit() -> None:
    assert bracket_for([bracket(18, None)], None, 99)
    assert bracket_for([bracket(None, 7)], None, 0)


def test_a_gender_is_asked_only_where_the_bracket_asks() -> None:
    girls = bracket(None, None, Gender.F)
    assert bracket_for([girls], Gender.F, 9) is girls
    assert bracket_for([girls], Gender.M, 9) is None
    assert bracket_for([girls], None, 9) is None


def test_an_unknown_age_fits_only_where_no_age_is_asked() -> None:
    anybody = bracket(None, None, name="All")
    assert bracket_for([bracket(0, None), anybody], Gender.M, None) is anybody


def test_of_overlapping_brackets_the_first_wins() -> None:
    first, second = bracket(5, 10, name="A"), bracket(8, 12, name="B")
    assert bracket_for([first, second], None, 9) is first
    assert overlaps([first, second]) == [(first, second)]


def test_neighbours_and_other_genders_do_not_overlap() -> None:
    assert overlaps([bracket(5, 7), bracket(8, 10)]) == []
    assert overlaps([bracket(5, 7, Gender.F), bracket(5, 7, Gender.M)]) == []
    assert overlaps([bracket(7, 5), bracket(None, None)]) == []


@given(lists, genders, ages)
def test_without_overlaps_at_most_one_bracket_admits_anyone(
    brackets: list[Bracket], gender: Gender | None, age: int | None
) -> None:
    admitting = [one for one in brackets if bracket_for([one], gender, age)]
    assert len(admitting) <= 1 or overlaps(brackets)


@given(lists)
def test_two_that_overlap_admit_somebody_in_common(brackets: list[Bracket]) -> None:
    for a, b in overlaps(brackets):
        age = max(a.age_from or 0, b.age_from or 0)
        assert bracket_for([a], a.gender or b.gender, age)
        assert bracket_for([b], a.gender or b.gender, age)


def test_age_counts_completed_years() -> None:
    assert age_on(date(2014, 4, 12), date(2026, 4, 11)) == 11
    assert age_on(date(2014, 4, 12), date(2026, 4, 12)) == 12


def test_who_was_born_on_leap_day_turns_older_in_march() -> None:
    assert age_on(date(2012, 2, 29), date(2025, 2, 28)) == 12
    assert age_on(date(2012, 2, 29), date(2025, 3, 1)) == 13
