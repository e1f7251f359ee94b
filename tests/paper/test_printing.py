"""Printed sheets: what is on them, where it is, and that machines find it there."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.accounts.models import Role
from app.events.kinds import EvaluationType, EventStatus
from app.events.marking import Marking
from app.events.models import Activity, Event
from app.extensions import db
from app.paper import layout as paper
from app.paper.layout import Box, DoesNotFit, Layout, Person, pattern_of
from app.paper.markers import A_PAGE, BITS, black_squares
from app.paper.models import PaperSheet
from tests.conftest import SignIn
from tests.support import make

KINDS = EvaluationType

# Where everything is ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "low", "high", "places", "pattern"),
    [
        (KINDS.NUMERIC_HIGH, None, None, 0, "000"),
        (KINDS.NUMERIC_HIGH, None, 9, 1, "0.0"),
        (KINDS.NUMERIC_LOW, 0, 1200, 2, "0000.00"),
        (KINDS.NUMERIC_HIGH, -20, 100, 0, "-000"),
        (KINDS.NUMERIC_HIGH, -20, -5, 1, "-00.0"),
        (KINDS.TIME_LOW, None, None, 0, "00:00.00"),
        (KINDS.TIME_LOW, 8, 20, 0, "00.00"),
        (KINDS.TIME_LOW, 8, 60, 0, "00:00.00"),
        (KINDS.BOOLEAN, None, None, 0, ""),
        (KINDS.SCORE_SET, 0, 10, 2, "00.00"),
    ],
)
def test_there_are_as_many_boxes_as_the_range_needs(
    kind: EvaluationType, low: int | None, high: int | None, places: int, pattern: str
) -> None:
    least, most = (None if end is None else Decimal(end) for end in (low, high))
    assert pattern_of(kind, least, most, places) == pattern


def people(count: int) -> list[Person]:
    return [Person(number, f"Person {number}", str(number)) for number in range(1, count + 1)]


LAYOUTS = st.builds(
    lambda count, marks, pattern, size: (count, marks, pattern, size),
    st.integers(0, 14),
    st.integers(1, 6),
    st.sampled_from(["", "0", "00", "000", "00.00", "00:00.00", "0000.00", "-000", "-0.0"]),
    st.sampled_from(list(paper.PAPERS)),
)


def areas(box: Box) -> tuple[float, float, float, float]:
    return box.x, box.y, box.x + box.width, box.y + box.height


def apart(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


@given(LAYOUTS)
def test_nothing_lies_over_anything_else_and_nothing_is_off_the_page(wanted: tuple[int, int, str, str]) -> None:
    count, marks, pattern, size = wanted
    found = paper.layout(people(count), marks, pattern, "L1.{page}.1", paper=size)
    for page in found.pages:
        boxes = [areas(box) for row in page.rows for box in row.boxes]
        fixed = [(one.x, one.y, one.x + one.size, one.y + one.size) for one in page.markers]
        x, y, side = page.qr
        everything = [*boxes, *fixed, (x, y, x + side, y + side)]
        assert all(
            left >= 0 and top >= 0 and right <= found.width and low <= found.height
            for left, top, right, low in everything
        )
        assert all(apart(one, other) for number, one in enumerate(everything) for other in everything[:number])
        assert all(row.height >= 10 for row in page.rows)


@given(LAYOUTS)
def test_everybody_has_one_row_with_a_box_for_each_digit(wanted: tuple[int, int, str, str]) -> None:
    count, marks, pattern, size = wanted
    found = paper.layout(people(count), marks, pattern, "L1.{page}.1", paper=size)
    rows = [row for page in found.pages for row in page.rows]
    assert [row.participant for row in rows if row.participant] == list(range(1, count + 1))
    assert sum(row.participant is None for row in rows) >= paper.SPARE
    for row in rows:
        digits = [(box.mark, box.digit) for box in row.boxes if not box.tick and not box.correction]
        assert digits == [(mark, digit) for mark in range(marks) for digit in range(pattern.count("0"))]
        assert sorted(box.tick for box in row.boxes if box.tick in {"DNS", "DNF"}) == ["DNF", "DNS"]
        assert sum(box.correction for box in row.boxes) == len(digits)


@given(LAYOUTS)
def test_markers_say_the_page_and_a_layout_is_kept_as_it_was(wanted: tuple[int, int, str, str]) -> None:
    count, marks, pattern, size = wanted
    found = paper.layout(people(count), marks, pattern, "L1.{page}.1", paper=size)
    for page in found.pages:
        assert {marker.id // A_PAGE for marker in page.markers} == {page.number - 1}
        assert len({marker.id for marker in page.markers}) == 6
        assert page.code == f"L1.{page.number}.1"
    assert paper.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_what_is_wider_than_the_page_is_refused() -> None:
    with pytest.raises(DoesNotFit):
        paper.layout(people(1), 1, "0" * 20, "L")
    with pytest.raises(DoesNotFit):
        paper.layout(people(1), 200, "000", "L")
    with pytest.raises(DoesNotFit):
        paper.layout(people(900), 1, "000", "L")


def test_the_markers_are_opencvs() -> None:
    import cv2

    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_250)
    for number in range(len(BITS)):
        drawn = cv2.aruco.generateImageMarker(dictionary, number, 6)
        assert [(x, y) for y in range(6) for x in range(6) if not drawn[y][x]] == black_squares(number)


# The paper itself ---------------------------------------------------------------------------------------------------

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def desk(sign_in: SignIn) -> FlaskClient:
    return sign_in(make.user(Role.ADMIN))


@pytest.fixture
def event() -> Event:
    made = make.event("Summer games")
    for name in ("Foxes", "Bears"):
        group = make.group(made, name)
        for person in ("Anežka Růžičková", "Łukasz Wójcik", "محمد علي"):
            make.participant(group, person)
    make.activity(made, KINDS.TIME_LOW, "Run")
    make.activity(made, KINDS.SCORE_SET, "Jump", marking=Marking(each=3))
    make.activity(made, KINDS.BOOLEAN, "Rope")
    return made


def printed(desk: FlaskClient, event: Event, **changes: Any) -> bytes:
    answer = desk.post(f"/events/{event.id}/paper", data={"group": 0, "activity": 0, "paper": "a4", **changes})
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf"
    return bytes(answer.data)


def sheets() -> list[PaperSheet]:
    db.session.expire_all()
    return list(db.session.scalars(select(PaperSheet).order_by(PaperSheet.id)))


@pytest.mark.both_databases
def test_a_whole_event_is_printed_group_by_group_and_again_as_a_new_version(desk: FlaskClient, event: Event) -> None:
    printed(desk, event)
    assert [(one.group.name, one.activity.name, one.version) for one in sheets()] == [
        (group, activity, 1) for group in ("Foxes", "Bears") for activity in ("Run", "Jump", "Rope")
    ]
    printed(desk, event, group=event.groups[0].id, activity=event.activities[1].id)
    assert [(one.group.name, one.activity.name, one.version) for one in sheets()][6:] == [("Foxes", "Jump", 2)]


def test_machines_find_the_code_the_markers_and_the_boxes_where_the_layout_says(
    desk: FlaskClient, event: Event
) -> None:
    import cv2
    import numpy
    import pypdfium2
    import zxingcpp

    data = printed(desk, event, group=event.groups[0].id, activity=event.activities[0].id)
    [sheet] = sheets()
    found: Layout = paper.from_json(sheet.layout)
    document = pypdfium2.PdfDocument(data)
    assert len(document) == len(found.pages)
    scale = 8  # Pixels a millimetre.
    picture = numpy.array(document[0].render(scale=scale * 25.4 / 72, grayscale=True).to_pil())
    page = found.pages[0]
    assert abs(picture.shape[1] / scale - found.width) < 0.5
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [f"L{sheet.id}.1.1"]
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_250)
    corners, ids, _rejected = cv2.aruco.ArucoDetector(dictionary).detectMarkers(picture)
    places = {int(number): corner[0][0] / scale for number, corner in zip(ids.flatten(), corners, strict=True)}
    assert set(places) == {marker.id for marker in page.markers}
    for marker in page.markers:
        assert abs(places[marker.id][0] - marker.x) < 0.3
        assert abs(places[marker.id][1] - marker.y) < 0.3
    for box in (box for row in page.rows for box in row.boxes if not box.correction):
        edge = picture[round((box.y + box.height / 2) * scale), :]
        at = round(box.x * scale)
        assert edge[at - 3 : at + 4].min() < 200, "the line is there"
        assert edge[at + 8 : at + round(box.width * scale) - 8].min() > 230, "and nothing inside"


def test_the_layout_is_there_for_other_programs(desk: FlaskClient, event: Event, app: Flask) -> None:
    printed(desk, event, group=event.groups[0].id, activity=event.activities[0].id)
    [sheet] = sheets()
    done = app.test_cli_runner().invoke(args=["paper", "layout", str(sheet.id), "--json"])
    told = json.loads(done.output)
    assert (told["sheet"], told["version"], told["activity"], told["width"]) == (sheet.id, 1, "Run", 210.0)
    assert told["pages"][0]["rows"][0]["participant"] == event.groups[0].participants[0].id
    assert "1 pages" in app.test_cli_runner().invoke(args=["paper", "layout", str(sheet.id)]).output
    assert app.test_cli_runner().invoke(args=["paper", "layout", "999"]).exit_code == 1


def test_what_does_not_fit_is_said_and_nothing_is_kept(desk: FlaskClient, event: Event) -> None:
    wide = db.session.scalars(select(Activity).where(Activity.name == "Run")).one()
    wide.evaluation_type, wide.decimal_places, wide.high = KINDS.NUMERIC_HIGH, 6, Decimal(999_999_999_999)
    db.session.commit()
    answer = desk.post(f"/events/{event.id}/paper", data={"group": 0, "activity": wide.id, "paper": "a4"})
    assert answer.status_code == 422
    assert "Run has more or longer marks than fit on paper." in answer.text
    assert sheets() == []


def test_an_event_without_people_or_an_archived_one_prints_nothing(desk: FlaskClient, event: Event) -> None:
    empty = make.event("Empty")
    assert "First, a group and an activity" in desk.get(f"/events/{empty.id}/paper").text
    assert desk.post(f"/events/{empty.id}/paper", data={"paper": "a4"}).status_code == 409
    event.status = EventStatus.ARCHIVED
    db.session.commit()
    assert desk.post(f"/events/{event.id}/paper", data={"paper": "a4"}).status_code == 409


def test_who_has_withdrawn_is_not_on_it(desk: FlaskClient, event: Event) -> None:
    gone = event.groups[0].participants[0]
    make.withdrawn(gone)
    printed(desk, event, group=event.groups[0].id, activity=event.activities[0].id)
    rows = [row["participant"] for page in sheets()[0].layout["pages"] for row in page["rows"]]
    assert gone.id not in rows
