from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events.importing.headers import Field
from app.events.importing.mapping import Mapping, guess
from app.events.importing.people import Person
from app.events.importing.plan import Known, NewGroup, Plan, PlannedRow, Verdict, plan_import
from app.events.importing.reading import read_table
from app.events.importing.table import Row, Table
from app.events.kinds import Gender

REAL = Path(__file__).parents[2] / "../shared/data/powerlifting/start_list_semicolon_cp1250.csv"
TODAY = date(2026, 7, 1)
EVA = Known(
    id=7,
    external_id="12",
    display_name="Eva Malá",
    group_name="Red team",
    age=12,
    metadata={"T-shirt": "S", "Bus": "1"},
)


def planned(text: str, *known: Known, groups: tuple[str, ...] = ()) -> Plan:
    table = read_table(text.encode())
    return plan_import(table, guess(table), known, groups, today=TODAY)


def only(plan: Plan) -> PlannedRow:
    (row,) = plan.rows
    return row


def reasons(row: PlannedRow) -> list[tuple[str | None, str]]:
    return [(column, str(message)) for column, message in row.errors]


def after(plan: Plan, known: tuple[Known, ...] = ()) -> tuple[Known, ...]:
    """The participants once the plan has been carried out."""
    stand = {one.id: one for one in known}
    for row in plan.rows:
        if row.person:
            id_ = row.participant_id or len(stand) + 1
            person = {name: getattr(row.person, name) for name in Person.__dataclass_fields__}
            stand[id_] = Known(id=id_, **person)
    return tuple(stand.values())


def test_a_row_becomes_a_person() -> None:
    row = only(
        planned(
            "Číslo;Jméno;Pohlaví;Skupina;Barva;Věk;Narození;Tričko;Pozn.\n"
            "101; Anežka  Dvořáková;Ž;Modří;blue;12;12. 4. 2014;S;"
        )
    )
    assert (row.number, row.verdict, row.participant_id) == (2, Verdict.NEW, None)
    assert row.person == Person(
        display_name="Anežka Dvořáková",
        group_name="Modří",
        group_identifier="blue",
        external_id="101",
        gender=Gender.F,
        age=12,
        born=date(2014, 4, 12),
        metadata={"Tričko": "S"},
    )


def test_first_and_last_name_make_one() -> None:
    row = only(planned("Příjmení;Jméno;Tým\nDvořáková;Anežka;A"))
    assert row.person == Person(display_name="Anežka Dvořáková", group_name="A")


def test_a_row_without_a_name_or_a_group_is_refused() -> None:
    plan = planned("name;group;age\n;A;9\nEva;;9")
    assert [row.verdict for row in plan.rows] == [Verdict.REFUSED, Verdict.REFUSED]
    assert [reasons(row) for row in plan.rows] == [
        [("name", "The name is missing.")],
        [("group", "The group is missing.")],
    ]


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    row = only(planned("name;group;gender;age;born\nEva;A;Q;12.5;31. 2. 2014;;what"))
    assert [column for column, _ in reasons(row)] == [None, "gender", "age", "born"]
    assert reasons(row)[0] == (None, "This row has more cells than there are headers.")
    assert reasons(row)[3] == ("born", "There is no 31 February. This row is left out.")
    assert row.person is None


@pytest.mark.parametrize(
    ("column", "longest"), [("name", 120), ("group", 80), ("id", 60), ("group identifier", 20), ("note", 500)]
)
def test_a_cell_that_is_too_long_is_refused_not_cut(column: str, longest: int) -> None:
    headers = ["name", "group", "id", "group identifier", "note"]
    lines = [
        ";".join("x" * length if header == column else header for header in headers)
        for length in (longest, longest + 1)
    ]
    plan = planned("\n".join([";".join(headers), *lines]))
    assert plan.rows[0].verdict == Verdict.NEW
    assert (column, f"This is longer than {longest} characters.") in reasons(plan.rows[1])


def test_a_cell_that_looks_like_a_formula_is_plain_text() -> None:
    row = only(planned("name;group;note\n=1+1;@A;-2"))
    assert row.person == Person(display_name="=1+1", group_name="@A", metadata={"note": "-2"})


def test_a_number_given_twice_names_the_row_that_has_it() -> None:
    plan = planned("id;name;group\n11;Ota;A\n12;Eva;A\n\n12 ;Jan;A\n12;Ema;")
    assert [row.verdict for row in plan.rows] == [Verdict.NEW, Verdict.NEW, Verdict.REFUSED, Verdict.REFUSED]
    assert reasons(plan.rows[2]) == [("id", "This number is already in row 3.")]
    assert [column for column, _ in reasons(plan.rows[3])] == ["group", "id"]


def test_an_ignored_column_is_not_kept() -> None:
    table = read_table(b"name;group;secret\nEva;A;x")
    mapping = guess(table).changed({2: Field.IGNORE})
    row = only(plan_import(table, mapping, [], [], today=TODAY))
    assert row.person == Person(display_name="Eva", group_name="A")


def test_a_known_number_shows_what_changes() -> None:
    row = only(planned("id;name;group;age;T-shirt\n12;Eva Velká;Blue team;12;M", EVA))
    assert (row.verdict, row.participant_id) == (Verdict.CHANGED, 7)
    assert row.changes == {
        "display_name": ("Eva Malá", "Eva Velká"),
        "group_name": ("Red team", "Blue team"),
        "metadata": ({"T-shirt": "S", "Bus": "1"}, {"T-shirt": "M", "Bus": "1"}),
    }


def test_what_the_file_leaves_blank_stays_as_it_is() -> None:
    row = only(planned("id;name;group;age;T-shirt\n12;Eva Malá;red  TEAM;;", EVA))
    assert (row.verdict, row.changes) == (Verdict.UNCHANGED, {})
    assert row.person == Person(
        external_id="12", display_name="Eva Malá", group_name="Red team", age=12, metadata=EVA.metadata
    )


def test_a_participant_with_another_number_is_somebody_else() -> None:
    assert only(planned("id;name;group;age\n13;Eva Malá;Red team;12", EVA)).verdict == Verdict.NEW
    assert only(planned("id;name;group;age\n012;Eva Malá;Red team;12", EVA)).verdict == Verdict.NEW


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("Eva Malá;Red team;12", Verdict.UNCHANGED),
        ("Eva Malá;RED team;12", Verdict.UNCHANGED),
        ("Eva Malá;Red team;13", Verdict.NEW),
        ("Eva Malá;Blue team;12", Verdict.NEW),
        ("Eva Mala;Red team;12", Verdict.NEW),
    ],
)
def test_without_numbers_only_an_equal_is_the_same_person(line: str, verdict: Verdict) -> None:
    assert only(planned(f"name;group;age\n{line}", EVA)).verdict == verdict


def test_two_equals_in_one_file_are_two_people() -> None:
    text = "name;group\nJan Novák;A\nJan Novák;A"
    first = planned(text)
    assert first.counts[Verdict.NEW] == 2
    again = planned(text + "\nJan Novák;A", *after(first))
    assert [row.verdict for row in again.rows] == [Verdict.UNCHANGED, Verdict.UNCHANGED, Verdict.NEW]
    assert [row.participant_id for row in again.rows] == [1, 2, None]


def test_spellings_of_a_group_that_differ_in_case_are_one_group() -> None:
    plan = planned("name;group;colour\nEva;Žlutí;\nJan;ŽLUTÍ;#ff0\nOta; zluti;\nIva;Z\u030cluti\u0301;red")
    assert [row.person.group_name for row in plan.rows if row.person] == ["Žlutí", "Žlutí", "zluti", "Žlutí"]
    assert plan.groups_new == [NewGroup("Žlutí", "#ff0"), NewGroup("zluti", None)]


def test_a_group_that_exists_keeps_its_spelling_and_is_not_new() -> None:
    plan = planned("name;group\nEva;g\nJan;h", groups=("G",))
    assert [row.person.group_name for row in plan.rows if row.person] == ["G", "h"]
    assert plan.groups_new == [NewGroup("h", None)]


def test_a_refused_row_makes_no_group() -> None:
    assert planned("name;group;age\nEva;a;old\nJan;B;9\nOta;A;9").groups_new == [
        NewGroup("B", None),
        NewGroup("A", None),
    ]


def test_counts_name_every_verdict() -> None:
    plan = planned("id;name;group\n12;Eva Malá;Red team\n13;Jan;A\n14;;A", EVA)
    assert plan.counts == {Verdict.NEW: 1, Verdict.CHANGED: 0, Verdict.UNCHANGED: 1, Verdict.REFUSED: 1}


cells = st.sampled_from(["", "1", "2", "Eva", "EVA", "Jan ", "12", "Ž", "a\0", "12. 4. 2014", "=x"]) | st.text(
    max_size=3
)
others = st.lists(st.sampled_from(Field), min_size=2, max_size=4)
fields = others.map(lambda more: (Field.DISPLAY_NAME, Field.GROUP_NAME, *more))
tables = st.lists(st.lists(cells, min_size=6, max_size=7).map(tuple), max_size=8)


@given(tables, fields)
def test_whatever_the_cells_and_their_meaning_importing_twice_changes_nothing(
    lines: list[tuple[str, ...]], meanings: tuple[Field, ...]
) -> None:
    headers = tuple(f"h{index}" for index in range(len(meanings)))
    table = Table(headers, tuple(Row(number, line) for number, line in enumerate(lines, 2)), "utf-8", ";")
    mapping = Mapping(headers, meanings)
    first = plan_import(table, mapping, [], [], today=TODAY)
    groups = [group.name for group in first.groups_new]
    assert {row.person.group_name for row in first.rows if row.person} == set(groups)
    again = plan_import(table, mapping, after(first), groups, today=TODAY)
    assert again.groups_new == []
    assert again.counts[Verdict.REFUSED] == first.counts[Verdict.REFUSED]
    assert again.counts[Verdict.NEW] == again.counts[Verdict.CHANGED] == 0


@pytest.mark.skipif(not REAL.exists(), reason="needs ../shared/data")
def test_a_real_start_list_is_planned_whole() -> None:
    table = read_table(REAL.read_bytes())
    plan = plan_import(table, guess(table), [], [], today=TODAY)
    assert plan.counts[Verdict.NEW] == len(plan.rows) == 1222
    assert len(plan.groups_new) == 57
    assert plan.rows[0].person == Person(
        display_name="Rosa van Dijk",
        group_name="F-C 44",
        external_id="L0001",
        gender=Gender.F,
        metadata={"Družstvo": "Midland University", "Tělesná váha": "43,6"},
    )
    again = plan_import(table, guess(table), after(plan), [], today=TODAY)
    assert again.counts[Verdict.UNCHANGED] == 1222
