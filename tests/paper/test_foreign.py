"""Sheets that Laurel did not print: whose row it is, and what a person has to say."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from app.events.kinds import EvaluationType
from app.extensions import db
from app.paper.models import PaperEvidence, PaperScan, ScanState
from app.paper.reading.foreign import Piece, match, rows_of
from app.scoring.models import Record, RecordChange, Source
from tests.conftest import SignIn
from tests.support import make

from .conftest import Desk

pytestmark = pytest.mark.usefixtures("context")

JANS = {1: "Jan", 2: "Jana", 3: "Ján", 4: "Jan Novák", 5: "Jana Nováková"}


@pytest.mark.parametrize(
    ("names", "whose"),
    [
        (["Jan", "Jana", "Ján", "Jan Novák", "Jana Nováková"], [1, 2, 3, 4, 5]),
        (["Novák Jan", "JANA", "Nováková, Jana"], [4, 2, 5]),
        (["Jan", "Jana", "Jan", "Jan Novak", "Jana Novakova"], [None, 2, None, 4, 5]),
        (["Jan"], [None]),
        (["Ján"], [3]),
        (["Jan", "Ján"], [1, 3]),
        (["Jan Novák", "Jan Novak"], [None, None]),
        (["Novák", "Jana N.", "Ja", "Janov"], [None, None, None, None]),
        (["Jana Novákova"], [5]),
        (["Jan Nowák"], [4]),
    ],
)
def test_nobody_gets_anothers_row(names: list[str], whose: list[int | None]) -> None:
    assert match(names, JANS) == whose


PEOPLE = st.dictionaries(st.integers(1, 50), st.text("aáeéJjnv ", min_size=1, max_size=9), max_size=8)


@given(PEOPLE, st.data())
def test_whoever_stands_on_the_sheet_as_they_are_called_is_found_or_left_to_a_person(
    people: dict[int, str], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(sorted(people)))
    found = match([people[number] for number in order], people)
    assert all(claim in (None, number) for claim, number in zip(found, order, strict=True))


def test_a_table_falls_into_rows_with_the_name_and_what_is_right_of_it() -> None:
    pieces = [
        Piece("2", 5, 48, 15, 62),
        Piece("Jana Nováková", 20, 50, 110, 64),
        Piece("12,5", 150, 47, 180, 61),
        Piece("1:03.20", 200, 49, 260, 63),
        Piece("Jméno", 20, 5, 70, 18),
        Piece("Ján", 20, 92, 50, 106),
        Piece("dns", 150, 90, 180, 104),
        Piece("7", 150, 140, 160, 154),
    ]
    rows = [(row.name, row.numbers, row.tick) for row in rows_of(pieces)]
    assert rows == [("Jméno", (), ""), ("Jana Nováková", ("12,5", "1:03.20"), ""), ("Ján", (), "DNS")]


# The whole way -----------------------------------------------------------------------------------------------------


def table(*rows: tuple[str, str]) -> bytes:
    """Printed by some other program."""
    picture = Image.new("L", (1500, 140 + 90 * len(rows)), 246)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(size=42)
    for number, (name, value) in enumerate(rows):
        y = 70 + 90 * number
        draw.text((70, y), str(number + 1), 25, font)
        draw.text((180, y), name, 25, font)
        draw.text((1000, y), value, 25, font)
        draw.line((50, y + 66, 1450, y + 66), 120, 2)
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


@pytest.fixture
def jans(desk: Desk) -> Desk:
    """The five of them are a group of their own, and jump."""
    group = make.group(desk.event, "Jans")
    for name in JANS.values():
        make.participant(group, name)
    desk.activity = make.activity(desk.event, EvaluationType.NUMERIC_HIGH, "Jump")
    db.session.refresh(desk.event)
    return desk


def read(desk: Desk, photo: bytes) -> PaperScan:
    """Sent, refused as no sheet of ours, and read again as what a person says that it is."""
    [scan] = desk.send(photo)
    assert (scan.state, scan.reason) == (ScanState.REFUSED, "no_sheet")
    page = desk.client.get(f"{desk.url}/{scan.id}")
    assert "What does it show?" in page.text
    answer = desk.client.post(
        f"{desk.url}/{scan.id}/again",
        data={"sheet": 0, "group": desk.event.groups[-1].id, "activity": desk.activity.id},
    )
    assert answer.status_code == 303, answer.text
    [scan] = desk.work()
    return scan


def test_five_jans_on_a_sheet_of_another_make(jans: Desk) -> None:
    values = ("312", "287", "340", "298", "305")
    scan = read(jans, table(*zip(JANS.values(), values, strict=True)))
    people = {person.id: person.display_name for person in jans.event.groups[-1].participants}
    wanted = dict(zip(JANS.values(), values, strict=True))
    assert scan.state is ScanState.READ
    assert {row["state"] for row in scan.rows} == {"review"}, "nothing of it is accepted without a person"
    for row in scan.rows:
        assert row["participant"] is None or row["value"] == wanted[people[row["participant"]]]
    assert sum(row["participant"] is not None for row in scan.rows) >= 3
    page = jans.client.get(f"{jans.url}/{scan.id}").text
    assert "A sheet that was not printed here" in page
    form = jans.form(scan)
    crop = jans.client.get(f"{jans.url}/{scan.id}/rows/0")
    assert (crop.status_code, crop.mimetype) == (200, "image/jpeg")
    assert jans.client.post(f"{jans.url}/{scan.id}", data=form).status_code == 303
    assert {change.source for change in db.session.query(RecordChange)} == {Source.PAPER}
    saved = {people[record.participant_id]: str(int(record.amount or 0)) for record in db.session.query(Record)}
    assert saved == {name: wanted[name] for name in saved}
    assert len(saved) >= 3


def test_a_person_says_whose_a_row_is(jans: Desk) -> None:
    scan = read(jans, table(("Honza", "312"), ("Jana", "287")))
    people = {person.display_name: person.id for person in jans.event.groups[-1].participants}
    assert [row["participant"] for row in scan.rows] == [None, people["Jana"]]
    form = jans.form(scan)
    assert form["text-0-1"] == "312"
    twice = jans.client.post(f"{jans.url}/{scan.id}", data={**form, "owner-0": f"{people['Jana']}:0"})
    assert twice.status_code == 422
    assert "Jana is chosen for two rows." in twice.text
    form |= {"owner-0": f"{people['Jan']}:0", "text-0-1": "313"}
    assert jans.client.post(f"{jans.url}/{scan.id}", data=form).status_code == 303
    kept = db.session.query(PaperEvidence).filter_by(participant_id=people["Jan"]).one()
    assert kept.row == 0
    record = db.session.query(Record).filter_by(participant_id=people["Jan"]).one()
    assert record.amount == 313


def test_a_row_that_is_nobodys_saves_nothing(jans: Desk) -> None:
    scan = read(jans, table(("Honza", "312"), ("Jana", "287")))
    assert jans.client.post(f"{jans.url}/{scan.id}", data=jans.form(scan)).status_code == 303
    assert db.session.query(RecordChange).count() == 1


def test_a_sheet_of_ours_whose_code_is_lost_is_chosen_by_hand(desk: Desk) -> None:
    sheet, layout, page = desk.print()
    desk.write(page, layout, {0: "12340"})
    x, y, size = (round(one * 10) for one in layout.pages[0].qr)
    page[y : y + size, x : x + size] = 120
    [scan] = desk.send(desk.photo(page, layout))
    assert (scan.state, scan.reason) == (ScanState.REFUSED, "no_code")
    answer = desk.client.post(f"{desk.url}/{scan.id}/again", data={"sheet": sheet.id, "group": 0, "activity": 0})
    assert answer.status_code == 303
    [scan] = desk.work()
    assert (scan.state, scan.sheet_id, scan.page) == (ScanState.READ, sheet.id, 1)
    assert scan.rows[0]["value"] == "1:23.40"


def test_what_a_photo_shows_is_said_in_full_and_only_by_who_scores_it(jans: Desk, sign_in: SignIn) -> None:
    [scan] = jans.send(table(("Jana", "287")))
    url, group = f"{jans.url}/{scan.id}/again", jans.event.groups[-1].id
    nothing = jans.client.post(url, data={"sheet": 0, "group": group, "activity": 0})
    assert nothing.status_code == 422
    assert "Choose a sheet, or a group and an activity." in nothing.text
    helper = make.user()
    make.assign(helper, jans.event.groups[0])
    scan.sent_by_id = helper.id
    db.session.commit()
    theirs = sign_in(helper).post(url, data={"sheet": 0, "group": group, "activity": jans.activity.id})
    assert theirs.status_code == 422
    assert "This sheet is not yours to score." in theirs.text
    assert db.session.get_one(PaperScan, scan.id).state is ScanState.REFUSED
