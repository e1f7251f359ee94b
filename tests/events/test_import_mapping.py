from collections.abc import Sequence

import pytest

from app.events.importing.headers import HEADERS, Field
from app.events.importing.mapping import LABELS, Mapping, Meaning, Result, guess
from app.events.importing.results import headers_of
from app.events.importing.table import Row, Table
from app.events.importing.text import folded, plain
from app.events.kinds import EvaluationType
from app.events.marking import Criterion, Marking
from app.events.models import Activity

F = Field


def table(*headers: str, rows: Sequence[tuple[str, ...]] = ()) -> Table:
    lines = rows or [("x",) * len(headers)]
    return Table(headers, tuple(Row(number, line) for number, line in enumerate(lines, 2)), "utf-8", ";")


def guessed(*headers: str) -> list[Meaning]:
    return list(guess(table(*headers)).fields)


def mapping(*fields: Field) -> Mapping:
    return Mapping(tuple(field.value for field in fields), fields)


def problems(*fields: Field) -> list[str]:
    return [str(problem) for problem in mapping(*fields).problems()]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Startovní číslo", F.EXTERNAL_ID),
        ("ČÍSLO", F.EXTERNAL_ID),
        ("st. č.", F.EXTERNAL_ID),
        ("ID", F.EXTERNAL_ID),
        ("external_id", F.EXTERNAL_ID),
        ("Jméno", F.DISPLAY_NAME),
        ("Jméno a příjmení:", F.DISPLAY_NAME),
        ("Display name", F.DISPLAY_NAME),
        ("pohlavi", F.GENDER),
        ("Sex", F.GENDER),
        ("Oddíl", F.GROUP_NAME),
        ("Tým", F.GROUP_NAME),
        ("group_name", F.GROUP_NAME),
        ("Group identifier", F.GROUP_IDENTIFIER),
        ("Věk", F.AGE),
        ("Datum narození", F.BORN),
        ("Narození", F.BORN),
        ("Date of birth", F.BORN),
        ("Tělesná váha", F.METADATA),
        ("#3", F.METADATA),
    ],
)
def test_a_header_says_what_its_column_means(header: str, field: Field) -> None:
    assert guessed(header) == [field]


def test_jmeno_beside_prijmeni_is_the_first_name() -> None:
    assert guessed("Příjmení", "Jméno") == [F.LAST_NAME, F.FIRST_NAME]
    assert guessed("First name", "Surname") == [F.FIRST_NAME, F.LAST_NAME]


def test_beside_the_whole_name_its_parts_are_notes() -> None:
    assert guessed("Celé jméno", "Křestní jméno", "Příjmení") == [F.DISPLAY_NAME, F.METADATA, F.METADATA]


def test_the_likelier_of_two_full_columns_is_the_group() -> None:
    assert guessed("Kategorie", "Skupina", "Tým") == [F.METADATA, F.GROUP_NAME, F.METADATA]


def test_a_column_that_is_often_empty_is_not_the_group() -> None:
    half_empty = [("A", "Red"), ("B", " "), ("A", "")]
    assert guess(table("Kategorie", "Tým", rows=half_empty)).fields == (F.GROUP_NAME, F.METADATA)


def test_one_gap_in_a_long_column_makes_no_difference() -> None:
    one_gap = [("A", "Red")] * 19 + [("A", "")]
    assert guess(table("Kategorie", "Tým", rows=one_gap)).fields == (F.METADATA, F.GROUP_NAME)


def test_no_two_columns_are_guessed_to_be_the_same_field() -> None:
    assert guessed("Číslo", "ID", "Name", "Jméno").count(F.METADATA) == 2


def test_every_known_header_is_written_the_way_headers_are_compared_and_means_one_field() -> None:
    words = [word for headers in HEADERS.values() for word in headers]
    assert [plain(word) for word in words] == words
    assert len(set(words)) == len(words)


def test_headers_of_results_are_told_from_those_that_might_mean_two_things() -> None:
    lifts = Marking(each=2, criteria=(Criterion("Squat"), Criterion("Bench")))
    activities = [
        scored(1, "Long jump", "cm"),
        scored(2, "Powerlifting", "kg", lifts),
        scored(3, "Dance", "", Marking(criteria=(Criterion("Technique"), Criterion("Style")))),
        scored(4, "Song", "", Marking(criteria=(Criterion("Style"), Criterion("Voice")))),
        scored(5, "Throw", "m", Marking(each=3)),
        scored(6, "Throw 1", "m"),
    ]
    found = headers_of(activities)
    meant = {
        **{"Long jump": Result(1), "Long Jump (cm)": Result(1), "long jump [s]": None},
        **{"Squat1Kg": Result(2, 1), "2. Bench": Result(2, 4), "Powerlifting Bench attempt 1": Result(2, 3)},
        **{"Best3SquatKg": None, "Squat": None, "Squat 3": None, "TotalKg": None},
        **{"Technique": Result(3, 1), "Style": None, "Dance: style": Result(3, 2), "Voice": Result(4, 2)},
        **{"Throw 1": Result(6), "Throw 2": Result(5, 2), "Throw": None},
    }
    assert {header: found.get(folded(header)) for header in meant} == meant


def scored(activity_id: int, name: str, unit: str, marking: Marking | None = None) -> Activity:
    marking = marking or Marking()
    kind = EvaluationType.NUMERIC_HIGH if marking.count == 1 else EvaluationType.SCORE_SET
    return Activity(
        id=activity_id,
        name=name,
        unit=unit,
        evaluation_type=kind,
        mark_count=marking.count,
        formula=marking.formula,
        higher_is_better=True,
        rules=marking.rules(),
    )


def test_the_organiser_changes_what_a_column_means() -> None:
    before = mapping(F.DISPLAY_NAME, F.METADATA, F.METADATA)
    after = before.changed({1: F.GROUP_NAME, 2: F.IGNORE, 7: F.AGE})
    assert after.fields == (F.DISPLAY_NAME, F.GROUP_NAME, F.IGNORE)
    assert before.fields == (F.DISPLAY_NAME, F.METADATA, F.METADATA)


def test_columns_are_found_in_the_order_they_are_asked_for() -> None:
    assert mapping(F.LAST_NAME, F.AGE, F.FIRST_NAME).columns(F.FIRST_NAME, F.LAST_NAME, F.BORN) == [2, 0]


def test_a_name_and_a_group_are_enough() -> None:
    assert problems(F.DISPLAY_NAME, F.GROUP_NAME) == []
    assert problems(F.FIRST_NAME, F.LAST_NAME, F.GROUP_NAME, F.METADATA, F.METADATA, F.IGNORE, F.IGNORE) == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ([F.GROUP_NAME], "Choose the column with the names."),
        ([F.DISPLAY_NAME], "Choose the column with the groups, or one group for everybody."),
        ([F.LAST_NAME, F.GROUP_NAME], "Choose columns for both the first and the last name."),
        (
            [F.DISPLAY_NAME, F.LAST_NAME, F.GROUP_NAME],
            "Choose either one column with the whole name, or first and last name.",
        ),
        ([F.DISPLAY_NAME, F.GROUP_NAME, F.AGE, F.AGE], "Only one column can be “Age”."),
    ],
)
def test_a_mapping_says_what_is_wrong_with_it(fields: list[Field], problem: str) -> None:
    assert problems(*fields) == [problem]


def test_every_field_has_a_label() -> None:
    assert set(LABELS) == set(Field)
