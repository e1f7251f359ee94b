"""The week before the day: an organiser makes an event, imports twice, mends, finds helpers, and starts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from app.accounts.models import Role
from tests.browser import steps
from tests.browser.conftest import OpenPage
from tests.conftest import StartWorker
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")

FIRST = "number;name;group;age\n1;Jana Malá;Red team;9\n2;Petr Dlouhý;Blue team;10\n"
SECOND = "number;name;group;age\n1;Jana Malá;Red team;10\n2;Petr Dlouhý;Blue team;10\n3;Eva Nová;Red team;8\n"


class Mouse:
    """Clicks, and takes things by the hand."""

    def reach(self, target: Locator) -> None:
        target.click()

    def press(self, target: Locator) -> None:
        target.click()


class Keys:
    """Nothing but the keyboard: reaches a control by Tab, and presses it."""

    def reach(self, target: Locator) -> None:
        expect(target).to_be_visible()
        for _step in range(90):
            if target.evaluate("element => element === document.activeElement"):
                return
            target.page.keyboard.press("Tab")
        raise AssertionError(f"{target} cannot be reached with Tab")

    def press(self, target: Locator) -> None:
        self.reach(target)
        space = target.evaluate("element => element.matches('input[type=checkbox], input[type=radio]')")
        target.page.keyboard.press("Space" if space else "Enter")


Hand = Mouse | Keys
by_hand = pytest.mark.parametrize("hand", [Mouse(), Keys()], ids=["mouse", "keyboard"])


def write(page: Page, hand: Hand, label: str, text: str) -> None:
    hand.reach(page.get_by_label(label).first)
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text)


def write_day(page: Page, hand: Hand, label: str, day: str) -> None:
    """A day as a browser in English asks for it, like 10/03/2026."""
    field = page.get_by_label(label)
    if isinstance(hand, Keys):
        hand.reach(field)
        page.keyboard.type(day.replace("/", ""))
        return
    month, day_of_month, year = day.split("/")
    field.fill(f"{year}-{month}-{day_of_month}")


def make_event(page: Page, hand: Hand, name: str) -> str:
    """Its address."""
    page.goto("/events/new")
    write(page, hand, "Name", name)
    write_day(page, hand, "First day", "10/03/2026")
    hand.press(page.get_by_role("button", name="Make the event"))
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    return page.url.rstrip("/")


def check_list(page: Page, hand: Hand, event: str, text: str, folder: Path) -> None:
    page.goto(f"{event}/imports")
    file = folder / "list.csv"
    file.write_text(text, encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)
    hand.press(page.get_by_role("button", name="Check the file"))


def confirm(page: Page, hand: Hand) -> None:
    hand.press(page.get_by_role("main").locator("button.button--filled"))
    expect(page.get_by_role("link", name="Import another file")).to_be_visible(timeout=30_000)


@by_hand
def test_the_week_before(new_page: OpenPage, start_worker: StartWorker, hand: Hand, tmp_path: Path) -> None:
    owner = make.user(Role.ADMIN, "Olga")
    make.user(Role.EVALUATOR, "Hynek")
    start_worker()
    page = new_page()
    steps.sign_in(page, owner)

    event = make_event(page, hand, "Autumn games")
    expect(page.get_by_text("blocks the start")).to_have_count(2)

    check_list(page, hand, event, FIRST, tmp_path)
    confirm(page, hand)
    page.goto(f"{event}/participants")
    hand.press(page.get_by_role("link", name="Petr Dlouhý"))
    write(page, hand, "Name", "Petr Dlouhý ml.")
    hand.press(page.get_by_role("button", name="Save"))
    expect(page.get_by_role("link", name="Petr Dlouhý ml.")).to_be_visible()
    check_list(page, hand, event, SECOND, tmp_path)
    confirm(page, hand)
    page.goto(f"{event}/participants")
    expect(page.get_by_role("link", name="Eva Nová")).to_be_visible()
    hand.press(page.get_by_label("Choose Eva Nová"))
    hand.press(page.get_by_role("button", name="Withdraw"))
    hand.press(page.get_by_role("button", name="Do it"))
    expect(page.get_by_text("Done. It can be undone below.")).to_be_visible()
    page.goto(f"{event}/participants")
    expect(page.get_by_role("row").filter(has_text="Eva Nová")).to_contain_text("withdrew")

    page.goto(f"{event}/activities/new")
    write(page, hand, "Name", "Ball throw")
    write(page, hand, "Usually from", "8")
    write(page, hand, "Usually to", "40")
    hand.press(page.get_by_role("button", name="Add"))
    expect(page.get_by_text("Ball throw is added.")).to_be_visible()

    page.goto(f"{event}/evaluators")
    hand.press(page.get_by_label(re.compile("Hynek")).first)
    hand.press(page.get_by_role("button", name="Add"))
    choose_group(page, hand, "Hynek", "Red team")
    hand.press(page.get_by_role("button", name="Save the groups"))
    expect(page.get_by_label("Group of Hynek").locator("option:checked")).to_have_text("Red team")
    make_cards(page, hand, event)

    page.goto(event)
    expect(page.get_by_text("blocks the start")).to_have_count(0)
    expect(page.get_by_text("Every group has somebody")).to_be_visible()
    hand.press(page.get_by_role("button", name="Start"))
    expect(page.get_by_text("Autumn games is running. Its evaluators can score.")).to_be_visible()


LIST = """number;name;group;born
1;Jana Malá;Red team;9. 1. 2015
2;Petr Dlouhý;Blue team;31. 2. 2014
3;Eva Nová;Red Team.;1. 1. 2014
"""


@by_hand
def test_what_is_asked_is_decided_what_is_left_out_is_mended_and_all_of_it_taken_back(
    new_page: OpenPage, start_worker: StartWorker, hand: Hand, tmp_path: Path
) -> None:
    start_worker()
    page = new_page()
    steps.sign_in(page, make.user(Role.ADMIN, "Olga"))
    event = make_event(page, hand, "Winter games")

    check_list(page, hand, event, LIST, tmp_path)
    expect(page.get_by_text("There is no 31 February.")).to_be_visible()
    expect(page.get_by_role("link", name="to decide 1")).to_be_visible()
    hand.press(page.get_by_label("Yes"))
    expect(page.get_by_role("link", name="to decide 0")).to_be_visible()
    expect(page.get_by_label("Yes")).to_be_checked()
    with page.expect_download() as download:
        hand.press(page.get_by_role("link", name="Download left-out rows"))
    confirm(page, hand)

    mended = Path(download.value.path()).read_text(encoding="utf-8-sig").replace("31. 2.", "30. 1.")
    check_list(page, hand, event, mended, tmp_path)
    confirm(page, hand)
    page.goto(f"{event}/participants")
    expect(page.get_by_role("row").filter(has_text="Jan 30, 2014")).to_contain_text("Petr Dlouhý")
    expect(page.get_by_role("row").filter(has_text="Eva Nová")).to_contain_text("Red team")

    page.goto(f"{event}/imports")
    hand.press(page.get_by_role("row").nth(1).get_by_role("link", name="list.csv"))
    hand.press(page.get_by_role("link", name="Take it back"))
    expect(page.get_by_role("heading", name="Take this import back?")).to_be_visible()
    hand.press(page.get_by_role("button", name="Take it back"))
    expect(page.get_by_role("heading", name="This import is taken back")).to_be_visible()
    page.goto(f"{event}/participants")
    expect(page.get_by_text("2 participants")).to_be_visible()
    expect(page.get_by_text("Petr Dlouhý")).to_have_count(0)


def choose_group(page: Page, hand: Hand, name: str, group: str) -> None:
    select = page.get_by_label(f"Group of {name}")
    if isinstance(hand, Keys):
        hand.reach(select)
        page.keyboard.type(group[:3])
        return
    grip = page.locator("tr").filter(has_text=name).locator("[data-grip]")
    grip.hover()
    page.mouse.down()
    page.locator("[data-drop]").filter(has_text=group).hover()
    expect(page.locator(".drop.is-over")).to_contain_text(group)
    page.mouse.up()
    expect(page.locator("[data-drop]").filter(has_text=group)).to_contain_text(name)


def make_cards(page: Page, hand: Hand, event: str) -> None:
    """For the group that has nobody."""
    page.goto(f"{event}/teams")
    hand.press(page.get_by_role("main").get_by_label("Red team"))  # It has an evaluator; the rest stay ticked.
    hand.press(page.get_by_role("button", name="Make the cards"))
    code = page.locator(".team-card__code")
    expect(code).to_have_count(1)
    assert re.fullmatch("[A-Z]{4}-[A-Z]{4}", code.inner_text())
    expect(page.locator(".qr")).to_be_visible()
