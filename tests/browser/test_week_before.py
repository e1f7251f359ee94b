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

    def press(self, target: Locator) -> None:
        target.click()


class Keys:
    """Nothing but the keyboard: reaches a control by Tab, and presses it."""

    def press(self, target: Locator) -> None:
        expect(target).to_be_visible()
        for _step in range(90):
            if target.evaluate("element => element === document.activeElement"):
                break
            target.page.keyboard.press("Tab")
        else:
            raise AssertionError(f"{target} cannot be reached with Tab")
        space = target.evaluate("element => element.matches('input[type=checkbox], input[type=radio]')")
        target.page.keyboard.press("Space" if space else "Enter")


Hand = Mouse | Keys


def write(page: Page, label: str, text: str) -> None:
    field = page.get_by_label(label).first
    field.focus()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text)


def import_list(page: Page, hand: Hand, event: str, text: str, folder: Path) -> None:
    page.goto(f"{event}/imports")
    file = folder / "list.csv"
    file.write_text(text, encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)
    hand.press(page.get_by_role("button", name="Check the file"))
    hand.press(page.get_by_role("main").locator("button.button--filled"))
    expect(page.get_by_role("link", name="Import another file")).to_be_visible(timeout=30_000)


@pytest.mark.parametrize("hand", [Mouse(), Keys()], ids=["mouse", "keyboard"])
def test_the_week_before(new_page: OpenPage, start_worker: StartWorker, hand: Hand, tmp_path: Path) -> None:
    owner = make.user(Role.ADMIN, "Olga")
    make.user(Role.EVALUATOR, "Hynek")
    start_worker()
    page = new_page()
    steps.sign_in(page, owner)

    page.goto("/events/new")
    write(page, "Name", "Autumn games")
    page.get_by_label("First day").fill("2026-10-03")
    hand.press(page.get_by_role("button", name="Make the event"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Autumn games")
    event = page.url.rstrip("/")
    expect(page.get_by_text("blocks the start")).to_have_count(2)

    import_list(page, hand, event, FIRST, tmp_path)
    page.goto(f"{event}/participants")
    hand.press(page.get_by_role("link", name="Petr Dlouhý"))
    write(page, "Name", "Petr Dlouhý ml.")
    hand.press(page.get_by_role("button", name="Save"))
    expect(page.get_by_role("link", name="Petr Dlouhý ml.")).to_be_visible()
    import_list(page, hand, event, SECOND, tmp_path)
    page.goto(f"{event}/participants")
    expect(page.get_by_role("link", name="Eva Nová")).to_be_visible()
    hand.press(page.get_by_label("Choose Eva Nová"))
    hand.press(page.get_by_role("button", name="Withdraw"))
    expect(page.get_by_role("row").filter(has_text="Eva Nová")).to_contain_text("withdrew")

    page.goto(f"{event}/activities/new")
    write(page, "Name", "Ball throw")
    write(page, "Usually from", "8")
    write(page, "Usually to", "40")
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


def choose_group(page: Page, hand: Hand, name: str, group: str) -> None:
    select = page.get_by_label(f"Group of {name}")
    if isinstance(hand, Keys):
        select.focus()
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
