"""A template is designed, twelve diplomas printed, one result corrected, one diploma reissued, and the codes on both
papers are followed: once by mouse, once by keyboard alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
import pytest
import zxingcpp
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from app.accounts.models import Role, User
from app.database import locked
from app.diplomas.models import DiplomaTemplate
from app.diplomas.queries import layout_of
from app.diplomas.template import Template, Text
from app.events.kinds import EvaluationType
from app.events.models import Activity, Event, Participant
from app.extensions import db
from app.scoring.actions import Entry, save_records
from app.scoring.models import Source
from tests.conftest import StartWorker
from tests.diplomas import reading
from tests.support import make

from . import steps

pytestmark = pytest.mark.usefixtures("context")

CLOSE = 0.3  # millimetres
PRINTED = 30_000
PATIENT = 20_000
"""Milliseconds: each change is drawn anew, and two tests at a time share two cores."""


@dataclass
class Day:
    admin: User
    event: Event
    jump: Activity
    people: list[Participant]

    def score(self, person: Participant, value: int) -> None:
        db.session.rollback()
        entry = Entry(person, self.jump, (str(value),))
        save_records(locked(Event, self.event.id), [entry], by=self.admin, source=Source.HAND)
        db.session.commit()


@pytest.fixture
def day() -> Day:
    admin, event = make.user(Role.ADMIN), make.event()
    group, jump = make.group(event, "Foxes"), make.activity(event, EvaluationType.NUMERIC_HIGH, "Jump")
    made = Day(admin, event, jump, [make.participant(group, f"Žofie {letter}") for letter in "ABCDEFGHIJKL"])
    for number, person in enumerate(made.people):
        made.score(person, 100 - number)
    return made


class Mouse:
    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, button: Locator) -> None:
        button.click()

    def move(self, handle: Locator, right: float, down: float) -> None:
        """In millimetres, past whatever it would snap to."""
        box, paper = handle.bounding_box(), self.page.locator("#printed-page").bounding_box()
        assert box
        assert paper
        scale = paper["width"] / float(self.page.locator("#printed-page").get_attribute("data-wide") or 0)
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.keyboard.down("Alt")
        self.page.mouse.move(x + right * scale / 2, y + down * scale / 2)
        self.page.mouse.move(x + right * scale, y + down * scale)
        self.page.mouse.up()
        self.page.keyboard.up("Alt")


class Keyboard:
    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, button: Locator) -> None:
        button.focus()
        self.page.keyboard.press("Enter")

    def move(self, handle: Locator, right: float, down: float) -> None:
        handle.focus()
        for _ in range(round(right)):
            self.page.keyboard.press("ArrowRight")
        for _ in range(round(down)):
            self.page.keyboard.press("ArrowDown")


@pytest.mark.parametrize("hand_of", [Mouse, Keyboard])
def test_from_a_template_to_two_papers_one_of_which_counts(
    page: Page, day: Day, start_worker: StartWorker, tmp_path: Path, hand_of: type[Mouse] | type[Keyboard]
) -> None:
    start_worker()
    steps.sign_in(page, day.admin)
    hand = hand_of(page)
    design(page, day, hand)
    ask_for_all(page, day, hand)
    first = download(page, hand, tmp_path / "first.pdf")
    assert len(first) == 12
    expect_where_its_handle_is(page, day, tmp_path / "first.pdf")
    day.score(day.people[3], 101)
    page.goto(f"/events/{day.event.id}/diplomas/check")
    expect(page.get_by_text("supersedes")).to_have_count(4)
    page.get_by_label("Print Žofie A").uncheck()
    page.get_by_label("Print Žofie B").uncheck()
    page.get_by_label("Print Žofie C").uncheck()
    hand.press(page.get_by_role("button", name="Print the chosen ones"))
    (reissued,) = download(page, hand, tmp_path / "second.pdf")
    page.goto(first[3])
    expect(page.get_by_role("heading", level=1)).to_have_text("This diploma is superseded")
    hand.press(page.get_by_role("link", name="See the one that counts"))
    expect(page.get_by_role("heading", level=1)).to_have_text("This diploma is valid")
    assert page.url == reissued
    expect(page.get_by_text("1st")).to_be_visible()


def design(page: Page, day: Day, hand: Mouse | Keyboard) -> None:
    page.goto(f"/events/{day.event.id}/diplomas")
    page.get_by_label("Name", exact=True).fill("Gold")
    hand.press(page.get_by_role("button", name="Make it"))
    name = page.locator("#handle-name")
    expect(name).to_have_attribute("style", re.compile("left"), timeout=PATIENT)
    hand.move(name, 0, 8)
    expect_revision(page, 2)
    hand.move(page.locator("#handle-value"), 12, 0)
    expect_revision(page, 3)
    page.locator("#handle-value").focus()
    page.keyboard.press("ControlOrMeta+D")
    expect_revision(page, 4)
    page.locator("#handle-text-1").focus()
    page.keyboard.press("Delete")
    expect_revision(page, 5)
    page.locator("#handle-name").focus()
    page.keyboard.press("ControlOrMeta+Z")
    expect_revision(page, 6)
    expect(page.locator("#handle-text-1")).to_be_visible()
    layout = laid_out(day)
    moved = {item.id: item for item in layout.items}
    assert moved["name"].y == pytest.approx(62.6 + 8 / 297 * 100, abs=0.1)
    assert moved["value"].x == pytest.approx(50 + 12 / 210 * 100, abs=0.2)


def laid_out(day: Day) -> Template:
    db.session.rollback()
    wanted = select(DiplomaTemplate).where(DiplomaTemplate.event_id == day.event.id)
    return layout_of(db.session.scalars(wanted.execution_options(populate_existing=True)).one()).template


def expect_revision(page: Page, revision: int) -> None:
    expect(page.locator("#preview")).to_have_attribute("src", re.compile(rf"revision={revision}(&|$)"), timeout=PATIENT)


def ask_for_all(page: Page, day: Day, hand: Mouse | Keyboard) -> None:
    page.goto(f"/events/{day.event.id}/diplomas")
    page.get_by_label("Places 1 to").fill("12")
    hand.press(page.get_by_role("button", name="Add", exact=True))
    hand.press(page.get_by_role("link", name="Check and print"))
    expect(page.get_by_text("Every text fits")).to_be_visible(timeout=PATIENT)
    hand.press(page.get_by_role("button", name="Print the chosen ones"))


def download(page: Page, hand: Mouse | Keyboard, to: Path) -> list[str]:
    """The addresses in the codes of all its pages."""
    link = page.get_by_role("link", name="All in one PDF")
    expect(link).to_be_visible(timeout=PRINTED)
    with page.expect_download() as waiting:
        hand.press(link)
    waiting.value.save_as(to)
    with pdfium.PdfDocument(to.read_bytes()) as document:
        pictures = [document[index].render(scale=3).to_pil() for index in range(len(document))]
    found = [zxingcpp.read_barcode(picture) for picture in pictures]
    return [code.text if code else "" for code in found]


def expect_where_its_handle_is(page: Page, day: Day, pdf: Path) -> None:
    """The handles on the page and the ink in the PDF agree: each text of the template, at its letters' origin."""
    page.goto(f"/events/{day.event.id}/diplomas/templates/{template_id(day)}")
    printed = {run.text: run for run in next(reading.pages(pdf.read_bytes()))}
    title = printed["Diploma"]
    handle = page.locator("#handle-title")
    assert float(handle.get_attribute("data-left") or 0) * 2.1 == pytest.approx(title.x, abs=CLOSE)
    item = next(one for one in laid_out(day).items if one.id == "title")
    assert isinstance(item, Text)
    assert item.y * 2.97 == pytest.approx(title.y, abs=CLOSE)


def template_id(day: Day) -> int:
    wanted = select(DiplomaTemplate.id).where(DiplomaTemplate.event_id == day.event.id)
    return db.session.scalars(wanted).one()
