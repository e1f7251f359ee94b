"""What can be taken away of an event: whole, safe in a spreadsheet, and fit to be brought in again."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pypdfium2
import pytest
from flask.testing import FlaskClient

from app.accounts.models import Role, User
from app.events.actions import save_overall
from app.events.importing.mapping import guess
from app.events.importing.plan import Verdict, plan_import
from app.events.importing.queries import known_people
from app.events.importing.reading import read_table
from app.events.importing.results import headers_of
from app.events.kinds import EvaluationType, EventStatus, Gender
from app.events.marking import Criterion
from app.events.models import Activity, Event, Participant
from app.events.presets import PRESETS
from app.extensions import db
from app.leaderboards.overall_rules import Method, Scheme
from app.leaderboards.schemes import scheme_rules, team_rules
from app.leaderboards.teams import TeamScheme
from app.scoring.actions import Entry, save_records
from app.scoring.models import Source
from tests.conftest import SignIn
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")

FILES = ("participants.csv", "participants.xlsx", "results.csv", "marks.csv", "results.xlsx", "event.json")


@pytest.fixture
def owner(context: None) -> User:
    return make.user(Role.ADMIN, "Olga")


@pytest.fixture
def browser(owner: User, sign_in: SignIn) -> FlaskClient:
    return sign_in(owner)


@pytest.fixture
def event(context: None) -> Event:
    return make.event()


def write(activity: Activity, values: dict[Participant, str], by: User) -> None:
    event = db.session.get_one(Event, activity.event_id)
    entries = [Entry(person, activity, (value,)) for person, value in values.items()]
    save_records(event, entries, by=by, source=Source.HAND)
    db.session.commit()


def table(browser: FlaskClient, event: Event, file: str) -> list[list[str]]:
    return list(csv.reader(StringIO(browser.get(f"/events/{event.id}/export/{file}").text, newline="")))


def workbook(browser: FlaskClient, event: Event, file: str = "results.xlsx") -> Any:
    return openpyxl.load_workbook(BytesIO(browser.get(f"/events/{event.id}/export/{file}").data))


def crowd(event: Event) -> None:
    """People of every kind that a file could bring back changed."""
    foxes, bears = make.group(event, "Foxes"), make.group(event, "=Bears")
    foxes.identifier = "blue"
    make.participant(foxes, "Žofie Nováková", "7", Gender.F).born = date(2015, 3, 1)
    make.participant(foxes, 'Jan, "Honza"', None, Gender.M, 9).extra = {"club": "Sokol", "sex": "male", "-note": "-"}
    make.participant(bears, "=SUM(A1)", "-8", None, 10).extra = {"club": "@home"}
    make.participant(bears, 'Jan, "Honza"', None, Gender.X, 9)
    make.participant(bears, "'Quoted", "+420", None, None)
    db.session.commit()


@pytest.mark.both_databases
def test_participants_brought_in_again_change_nothing(browser: FlaskClient, event: Event) -> None:
    crowd(event)
    for query in ("", "?bom=1"):
        data = browser.get(f"/events/{event.id}/export/participants.csv{query}").data
        read = read_table(data)
        plan = plan_import(read, guess(read), known_people(event.id), [], today=date(2026, 7, 4))
        assert [(row.verdict, row.errors) for row in plan.rows] == [(Verdict.UNCHANGED, [])] * 5
        assert plan.groups_new == []


def test_who_withdrew_is_marked_in_the_list_of_people_and_asked_for_on_no_start_list(
    browser: FlaskClient, event: Event, owner: User
) -> None:
    foxes, bears = make.group(event, "Foxes"), make.group(event, "Bears")
    run = make.activity(event, EvaluationType.TIME_LOW, "Run")
    eva, jan, ota = make.participant(foxes, "Eva"), make.participant(foxes, "Jan"), make.participant(bears, "Ota")
    write(run, {eva: "1:23", jan: "1:20"}, owner)
    make.withdrawn(jan, ota)
    header, *rows = table(browser, event, "participants.csv")
    assert [(row[1], row[-1]) for row in rows] == [("Eva", ""), ("Jan", "yes"), ("Ota", "yes")]
    assert header[-1] == "withdrawn"
    page = browser.get(f"/events/{event.id}/print/start-lists").text
    assert "Eva" in page
    assert "Jan" not in page
    assert "Bears" not in page, "a group of which nobody is left has no list"
    book = workbook(browser, event)
    assert [row[1].value for row in book["Start list"]] == ["Name", "Eva"]
    assert [row[1].value for row in book["Run"]] == ["Name", "Jan", "Eva"], "what was achieved stays"
    people = json.loads(browser.get(f"/events/{event.id}/export/event.json").text)["participants"]
    assert [bool(one["withdrawn_at"]) for one in people] == [False, True, True]
    plan = plan_import(
        *(read := read_table(browser.get(f"/events/{event.id}/export/participants.csv").data), guess(read)),
        known_people(event.id),
        [],
        today=date(2026, 7, 4),
    )
    assert {row.verdict for row in plan.rows} == {Verdict.UNCHANGED}


def test_a_name_that_looks_like_a_formula_is_text_everywhere(browser: FlaskClient, event: Event) -> None:
    crowd(event)
    names = [row[1] for row in table(browser, event, "participants.csv")]
    assert "'=SUM(A1)" in names
    [sheet] = workbook(browser, event, "participants.xlsx").worksheets
    cell = next(cell for cell in sheet["B"] if cell.value == "=SUM(A1)")
    assert cell.data_type == "s"


def test_the_workbook_has_a_start_list_and_a_sheet_for_each_activity(
    browser: FlaskClient, event: Event, owner: User
) -> None:
    group = make.group(event, "Foxes")
    make.category(event, "Young", 6, 9)
    run, jump = make.activity(event, EvaluationType.TIME_LOW, "Run"), make.activity(event, name="Jump: high/long?")
    eva, jan = make.participant(group, "Eva", "1", Gender.F, 8), make.participant(group, "Jan", "2", Gender.M, 9)
    write(run, {eva: "1:23.45", jan: "DNF"}, owner)
    write(jump, {eva: "2,5"}, owner)
    book = workbook(browser, event)
    assert book.sheetnames == ["Start list", "Run", "Jump high long"]
    assert [cell.value for cell in book["Start list"][2]] == ["1", "Eva", "Foxes", "Female", None, 8, "Young"]
    assert [cell.value for cell in book["Run"][3]] == [None, "Jan", "2", "Foxes", "Male", 9, "Young", "DNF"]
    time = book["Run"]["H2"]
    assert (time.value, time.number_format) == (timedelta(minutes=1, seconds=23, milliseconds=450), "[m]:ss.00")
    assert book["Jump high long"]["H2"].value == 2.5


def test_names_that_no_sheet_can_have(browser: FlaskClient, event: Event) -> None:
    for name in ("Start list", "x" * 40, "x" * 41, "History", "'", "a\x01b"):
        make.activity(event, name=name)
    titles = workbook(browser, event).sheetnames
    assert titles == ["Start list", "Start list (2)", "x" * 31, "x" * 27 + " (2)", "History (2)", "-", "ab"]


def test_the_whole_event_is_exact(browser: FlaskClient, event: Event, owner: User) -> None:
    group = make.group(event, "Foxes")
    eva = make.participant(group, "Eva", "1", Gender.F, 8)
    run, dance = (
        make.activity(event, EvaluationType.TIME_LOW),
        make.activity(event, EvaluationType.SCORE_SET, mark_count=2),
    )
    run.low = Decimal("8.50")
    write(run, {eva: "1:23.4"}, owner)
    save_records(event, [Entry(eva, dance, ("7,25", "DNS"))], by=owner, source=Source.HAND)
    whole = json.loads(browser.get(f"/events/{event.id}/export/event.json").text)
    assert whole["format"] == "laurel-event/1"
    assert whole["event"]["starts_on"] == "2026-07-04"
    assert (whole["activities"][0]["low"], whole["activities"][0]["high"]) == ("8.5", None)
    assert whole["participants"][0]["group"] == whole["groups"][0]["id"] == group.id
    first, second = whole["records"]
    assert (first["value"], first["by"], first["marks"]) == ("83.4", "Olga", [{"value": "83.4", "status": None}])
    assert second["marks"] == [{"value": "7.25", "status": None}, {"value": None, "status": "DNS"}]


@pytest.mark.parametrize("file", FILES)
def test_an_archived_and_empty_event_can_be_taken(
    browser: FlaskClient, sign_in: SignIn, event: Event, file: str
) -> None:
    event.status = EventStatus.ARCHIVED
    answer = browser.get(f"/events/{event.id}/export/{file}")
    assert answer.status_code == 200
    assert "attachment; filename=" in answer.headers["Content-Disposition"]
    assert browser.get(f"/events/999/export/{file}").status_code == 404
    assert sign_in(make.user()).get(f"/events/{event.id}/export/{file}").status_code == 403


@pytest.mark.parametrize("page", [*(f"export/{file}" for file in FILES), "print/start-lists", "print/results"])
def test_it_takes_the_same_statements_however_many_there_are(
    browser: FlaskClient, owner: User, statements: list[str], page: str
) -> None:
    counts = []
    for rows in (1, 40):
        event = make.event()
        jump = make.activity(event)
        for _row in range(rows):
            write(jump, {make.participant(make.group(event)): "5"}, owner)
        statements.clear()
        assert browser.get(f"/events/{event.id}/{page}").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 10


def test_ten_files_a_minute(browser: FlaskClient, event: Event) -> None:
    answers = [browser.get(f"/events/{event.id}/export/{file}").status_code for file in FILES * 3]
    assert answers == [200] * 10 + [429] * (len(FILES) * 3 - 10)


def test_the_page_leads_to_every_file_and_list(browser: FlaskClient, event: Event) -> None:
    page = browser.get(f"/events/{event.id}/export").text
    for path in (*(f"export/{file}" for file in FILES), "print/start-lists", "print/results"):
        assert f'href="/events/{event.id}/{path}"' in page


def test_every_mark_has_a_column_and_brought_in_again_changes_nothing(
    browser: FlaskClient, event: Event, owner: User
) -> None:
    foxes = make.group(event, "Foxes")
    eva, jan = make.participant(foxes, "Eva", "1"), make.participant(foxes, "Jan", "2")
    make.participant(foxes, "Nobody")
    lifts = replace(PRESETS["powerlifting"].marking, criteria=tuple(map(Criterion, ("Squat", "Bench", "Pull"))))
    meet = make.activity(event, EvaluationType.SCORE_SET, "Meet", marking=lifts)
    run = make.activity(event, EvaluationType.TIME_LOW, "Run")
    save_records(
        event,
        [Entry(eva, meet, ("100", "-110", "110"), confirmed=True), Entry(jan, run, ("1:23.45",), confirmed=True)],
        by=owner,
        source=Source.HAND,
    )
    db.session.commit()
    header, *rows = table(browser, event, "marks.csv")
    assert header[3:6] == ["Meet Squat 1", "Meet Squat 2", "Meet Squat 3"]
    assert header[-1] == "Run"
    assert rows[0][3:6] == ["100", "-110", "110"]
    assert rows[1][-1] == "1:23.45"
    read = read_table(browser.get(f"/events/{event.id}/export/marks.csv").data)
    mapping = guess(read, headers_of(event.activities))
    known = {result.activity_id for result in mapping.results}
    assert (len(mapping.results), known) == (10, {meet.id, run.id})
    upload = {"file": (BytesIO(browser.get(f"/events/{event.id}/export/marks.csv").data), "marks.csv")}
    page = browser.post(f"/events/{event.id}/imports", data=upload, follow_redirects=True).text
    assert "Nothing would change" in page or "unchanged" in page


def test_the_workbook_has_the_marks_beside_the_result(browser: FlaskClient, event: Event, owner: User) -> None:
    eva = make.participant(make.group(event), "Eva")
    throw = make.activity(event, EvaluationType.SCORE_SET, "Throw", mark_count=3)
    save_records(event, [Entry(eva, throw, ("4", "5.5", "DNF"), confirmed=True)], by=owner, source=Source.HAND)
    db.session.commit()
    header, row = workbook(browser, event)["Throw"].values
    assert header[-4:] == ("Result", "Throw 1", "Throw 2", "Throw 3")
    assert row[-3:] == (4, 5.5, "DNF")
    read = read_table(browser.get(f"/events/{event.id}/export/results.xlsx").data, sheet="Throw")
    assert len(guess(read, headers_of(event.activities)).results) == 3


def test_the_result_lists_are_a_pdf_of_every_name_and_result(browser: FlaskClient, event: Event, owner: User) -> None:
    group = make.group(event, "Foxes")
    names = ("Anežka Růžičková", "محمد علي", "#let x = 1 $$", "Nguyễn Thị Ánh Tuyết")
    people = [make.participant(group, name) for name in names]
    run = make.activity(event, EvaluationType.TIME_LOW, "Run")
    write(run, dict(zip(people, ("1:02.5", "59.9", "DNF", "1:03"), strict=True)), owner)
    rules = {"overall_rules": scheme_rules(Scheme(Method.PLACES)), "team_rules": team_rules(TeamScheme())}
    save_overall(db.session.get_one(Event, event.id), rules, {}, by=owner)  # type: ignore[arg-type]
    db.session.commit()
    answer = browser.get(f"/events/{event.id}/print/results.pdf")
    assert answer.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(answer.data)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    for said in (names[0], names[2], names[3], "1:02.50", "DNF", "Overall", "Teams", "Foxes"):
        assert said in text
