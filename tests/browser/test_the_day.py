"""The whole day in a browser: from the list of names to the board, with two evaluators on their phones."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.accounts.models import Role, User
from app.extensions import db
from tests.conftest import StartWorker
from tests.support import make

from .conftest import OpenPage
from .steps import expect_saved, field, row, sign_in, type_into
from .test_styleguide_axe import serious_violations

pytestmark = pytest.mark.usefixtures("context")

REAL = Path(__file__).parents[2] / "../shared/data/powerlifting/start_list_semicolon_cp1250.csv"
SEEN_WITHIN = 2_000
"""Milliseconds from a saved value to the board of somebody who watches."""


@dataclass(frozen=True)
class StartList:
    """A file as a spreadsheet here saves it, and what to look for after it is in."""

    file: Path
    people: str
    group: str


@pytest.fixture(params=["the real start list", "a file of our own"])
def start_list(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StartList]:
    if request.param == "the real start list":
        if not REAL.exists():
            pytest.skip("the real start list is not on this machine")
        yield StartList(REAL, "1,222", "MR-C 75")
        return
    file = tmp_path / "startovka.csv"
    lines = ["Startovní číslo;Jméno;Pohlaví;Kategorie;Tělesná váha"]
    lines += [
        f"Z{number:03};{name};{gender};{group};{weight},5"
        for number, (name, gender, group, weight) in enumerate(
            [
                ("Žofie Růžičková", "Ž", "Ženy", 52),
                ("Matěj Krejčí", "M", "Muži", 75),
                ("Ondřej Šťastný", "M", "Muži", 90),
            ]
            + [(f"Člověk {number}", "M", "Muži", 80) for number in range(27)]
        )
    ]
    file.write_bytes("\r\n".join(lines).encode("cp1250"))
    yield StartList(file, "30", "Muži")


def test_from_the_list_of_names_to_the_board(
    new_page: OpenPage, start_worker: StartWorker, start_list: StartList
) -> None:
    start_worker()
    petra, tom = make.user(Role.EVALUATOR, "Petra"), make.user(Role.EVALUATOR, "Tom")
    admin = make.user(Role.ADMIN, "Ivan")
    db.session.commit()

    desk = new_page("desk")
    sign_in(desk, admin)
    make_event(desk)
    import_people(desk, start_list)
    for name in ("Squat", "Bench press", "Deadlift"):
        add_activity(desk, name)
    staff(desk, start_list.group, "Petra", "Tom")
    start(desk)

    phones = [open_sheet(new_page("phone"), user, start_list.group) for user in (petra, tom)]
    first, second, third = phones[0].locator(".row__name").all_text_contents()[:3]
    board = watch(new_page("projector"), desk)
    type_into(phones[0], first, "100")
    expect(board.locator(".board")).to_contain_text(first, timeout=SEEN_WITHIN)
    type_into(phones[1], second, "112,5")
    expect(board.locator(".board tbody tr").first).to_contain_text(second, timeout=SEEN_WITHIN)

    settle_a_conflict(phones[0], phones[1], third)
    expect(board.locator(".board")).to_contain_text("122.5", timeout=SEEN_WITHIN)
    check_csv(board, {first: "100", second: "112.5", third: "122.5"})
    for page in (desk, *phones, board):
        assert not serious_violations(page), page.url


def make_event(page: Page) -> None:
    page.get_by_role("link", name="New event").click()
    page.get_by_label("Name").fill("Championship")
    page.get_by_label("First day").fill("2026-07-04")
    page.get_by_role("button", name="Make the event").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Championship")


def import_people(page: Page, start_list: StartList) -> None:
    page.get_by_role("link", name="Import").first.click()
    page.get_by_label("File").set_input_files(start_list.file)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check before anything is written")
    expect(page.locator("main")).to_contain_text("Windows-1250")
    page.get_by_role("button", name=f"Import {start_list.people} people").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The people are in", timeout=30_000)
    page.get_by_role("link", name="People", exact=True).click()
    expect(page.locator("main")).to_contain_text(f"{start_list.people} participants")


def add_activity(page: Page, name: str) -> None:
    page.get_by_role("link", name="Activities").click()
    page.get_by_role("link", name="Add an activity").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Unit").fill("kg")
    page.get_by_role("button", name=re.compile("Add|Save")).click()
    expect(page.get_by_role("rowheader", name=name)).to_be_visible()


def staff(page: Page, group: str, *names: str) -> None:
    page.get_by_role("link", name="Evaluators").click()
    for name in names:
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="Add", exact=True).click()
    for name in names:
        page.get_by_label(f"Group of {name}").select_option(group)
    page.get_by_role("button", name="Save the groups").click()
    expect(page.get_by_label(f"Group of {names[-1]}").locator("option:checked")).to_have_text(group)


def start(page: Page) -> None:
    page.get_by_role("link", name="Overview").click()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("radio", name=re.compile("^Public")).check()
    page.locator("#watching").get_by_role("button", name="Save").click()
    expect(page.locator("#status")).to_contain_text("Active")


def open_sheet(page: Page, user: User, group: str) -> Page:
    sign_in(page, user)
    expect(page.get_by_role("main")).to_contain_text(group)
    page.get_by_role("link", name="Squat").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Squat")
    return page


def watch(page: Page, desk: Page) -> Page:
    """Somebody without an account, at the board."""
    page.goto("/boards")
    page.get_by_role("link", name=re.compile("Championship")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Squat")
    return page


def settle_a_conflict(one: Page, other: Page, name: str) -> None:
    type_into(other, name, "120")
    expect_saved(other, name, "120")
    type_into(one, name, "122.5")
    conflict = row(one, name).locator(".conflict")
    expect(conflict).to_contain_text(f"Tom changed {name}")
    conflict.get_by_role("button", name="Mine 122.5").click()
    expect_saved(one, name, "122.5")
    expect(field(other, name)).to_have_value("120")


def check_csv(page: Page, scores: dict[str, str]) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    rows = list(csv.DictReader(download.value.path().read_text().splitlines()))
    assert {line["participant_name"]: line["score"] for line in rows} == scores
    assert [line["podium"] for line in rows] == ["Gold", "Silver", "Bronze"]
