"""Results come back in from the file that Laurel hands out: the same values, and nobody who was not asked about."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.database import now
from app.events.importing.reading import read_table
from app.events.kinds import EvaluationType, EventStatus, Gender
from app.events.models import Activity, Event, Participant
from app.extensions import db
from app.scoring.actions import Entry, save_records
from app.scoring.models import Record, Source
from tests.support import make

from .conftest import Desk

pytestmark = pytest.mark.usefixtures("context")

HEADER = "rank,podium,activity,gender,age_category,participant_name,group_name,age,score\n"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """One whose event takes scores."""
    desk.event.status = EventStatus.ACTIVE
    db.session.commit()
    return desk


def values(event: Event) -> set[tuple[str, str, str]]:
    rows = db.session.execute(
        select(Participant.display_name, Activity.name, Record.amount, Record.status)
        .join(Record, Record.participant_id == Participant.id)
        .join(Activity, Activity.id == Record.activity_id)
        .where(Participant.event_id == event.id)
    )
    return {(name, activity, str(status or amount)) for name, activity, amount, status in rows}


def a_day(desk: Desk) -> None:
    """Some of everything that a score can be; Eva has a birthday, so her age is nowhere written down."""
    foxes, bears = make.group(desk.event, "Foxes"), make.group(desk.event, "=Bears")
    run = make.activity(desk.event, EvaluationType.TIME_LOW, "Run")
    jump = make.activity(desk.event, EvaluationType.NUMERIC_HIGH, "Jump")
    swim = make.activity(desk.event, EvaluationType.BOOLEAN, "Swims")
    eva, jan = make.participant(foxes, "Eva", "7", Gender.F), make.participant(bears, "Jan", None, Gender.M, 9)
    eva.born = now().date().replace(year=2015)
    entries = {(eva, run): "1:23,4", (jan, run): "DNF", (eva, jump): "3.25", (jan, jump): "-1", (jan, swim): "ano"}
    written = [Entry(person, activity, (value,)) for (person, activity), value in entries.items()]
    save_records(desk.event, written, by=desk.admin, source=Source.HAND)
    db.session.commit()


@pytest.mark.both_databases
def test_what_was_taken_away_comes_back_to_the_same_people(desk: Desk) -> None:
    a_day(desk)
    before = values(desk.event)
    file = desk.browser.get(f"/events/{desk.event.id}/export/results.csv?bom=1").data
    page = desk.browser.get(desk.preview(file)).text
    assert "Everything is unchanged" in page
    records = db.session.scalars(select(Record)).all()
    for record in records[:3]:
        save_records(
            desk.event, [Entry(record.participant, record.activity, (None,))], by=desk.admin, source=Source.HAND
        )
    db.session.commit()
    assert values(desk.event) != before
    desk.bring_in(file)
    assert values(desk.event) == before
    assert db.session.scalar(select(func.count(Participant.id))) == 2


def test_into_an_event_with_activities_alone_it_brings_the_people_too(desk: Desk) -> None:
    make.activity(desk.event, EvaluationType.TIME_LOW, "Run")
    rows = "1,Gold,Run,F,All,Iva,Foxes,9,1:05.50\n2,Silver,Run,M,All,Jan,Foxes,10,1:06.00\n,,Run,M,All,Ota,Bears,,DNS\n"
    desk.bring_in(HEADER + rows)
    assert values(desk.event) == {("Iva", "Run", "65.5"), ("Jan", "Run", "66"), ("Ota", "Run", "DNS")}
    [iva] = db.session.scalars(select(Participant).where(Participant.display_name == "Iva"))
    assert (iva.gender, iva.age, iva.group.name, iva.extra) == (Gender.F, 9, "Foxes", {})


def test_two_of_one_name_in_a_group_are_asked_about(desk: Desk) -> None:
    foxes = make.group(desk.event, "Foxes")
    make.activity(desk.event, EvaluationType.NUMERIC_HIGH, "Jump")
    for age in (9, 10):
        make.participant(foxes, "Jan", None, Gender.M, age)
    page = desk.browser.get(desk.preview(HEADER + "1,Gold,Jump,M,All,Jan,Foxes,9,5\n")).text
    assert "Looks like" in page


def test_somebody_of_that_name_in_another_group_is_asked_about_and_not_taken(desk: Desk) -> None:
    make.activity(desk.event, EvaluationType.NUMERIC_HIGH, "Jump")
    make.participant(make.group(desk.event, "Foxes"), "Jan", None, Gender.M, 9)
    page = desk.browser.get(desk.preview(HEADER + "1,Gold,Jump,M,All,Jan,Bears,9,5\n")).text
    assert "Looks like" in page


def test_what_the_event_does_not_measure_is_left_out_and_so_are_ranks(desk: Desk) -> None:
    make.activity(desk.event, EvaluationType.NUMERIC_HIGH, "Jump")
    desk.bring_in(HEADER + "1,Gold,Jump,M,All,Jan,Foxes,9,5\n1,Gold,Chess,M,All,Jan,Foxes,9,7\n")
    [jan] = db.session.scalars(select(Participant))
    assert jan.extra == {}
    assert values(desk.event) == {("Jan", "Jump", "5")}


def test_a_score_that_is_none_is_told_of_at_its_row(desk: Desk) -> None:
    make.activity(desk.event, EvaluationType.TIME_LOW, "Run")
    page = desk.browser.get(desk.preview(HEADER + "1,Gold,Run,M,All,Jan,Foxes,9,soon\n")).text
    assert "This is not a time" in page


def test_a_person_is_one_row_and_twins_are_two() -> None:
    read = read_table((HEADER + "1,,Run,F,,Iva,Foxes,9,5\n2,,Run,F,,Iva,Foxes,9,6\n1,,Hop,F,,Iva,Foxes,9,7\n").encode())
    assert read.headers == ("display_name", "group_name", "gender", "age", "Run", "Hop")
    assert [row.cells for row in read.rows] == [
        ("Iva", "Foxes", "F", "9", "5", "7"),
        ("Iva", "Foxes", "F", "9", "6", ""),
    ]


def test_an_ordinary_list_stays_as_it_is() -> None:
    read = read_table(b"name,group_name,score\nIva,Foxes,5\n")
    assert (read.headers, read.is_ranked) == (("name", "group_name", "score"), False)
