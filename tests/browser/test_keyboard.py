"""A sheet by keyboard alone and by one thumb: keys are counted; jumps, letters, one at a time, clock readings."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from app.events.kinds import EvaluationType
from app.extensions import db
from app.scoring.models import Mark
from tests.support import make

from .conftest import OpenPage
from .steps import expect_saved, field, row, type_into
from .test_sheet import Day, open_sheet, start_day

pytestmark = pytest.mark.usefixtures("context")


class Keys:
    """A keyboard that counts what is pressed."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, key: str) -> None:
        self.pressed += 1
        self.page.keyboard.press(key)


def test_thirty_rows_of_three_need_one_key_a_cell_beyond_the_values_and_no_mouse(page: Page) -> None:
    names = [f"Participant number {number:02}" for number in range(30)]
    open_sheet(page, start_day(EvaluationType.SCORE_SET, 3, names))
    keys = Keys(page)
    keys.press("Enter")
    values = [f"{number}{mark}" for mark in (1, 2, 3) for number in range(10, 40)]
    for place, value in enumerate(values):
        for digit in value:
            keys.press(digit)
        keys.press("Tab" if place == len(values) - 1 else "Enter")
    assert keys.pressed - sum(map(len, values)) == len(values) + 1  # And one to begin with.
    expect(page.locator("#sheet-pill")).to_have_text("All saved", timeout=60_000)
    db.session.rollback()
    marks = db.session.query(Mark).order_by(Mark.position, Mark.record_id)
    assert sorted(str(mark.amount) for mark in marks) == sorted(values)


def test_a_slash_jumps_by_number_or_by_a_part_of_the_name_without_accents(page: Page) -> None:
    day = start_day()
    make.participant(day.group, "Žofie Řeháková", external_id="117")
    open_sheet(page, day)
    page.keyboard.press("/")
    page.keyboard.type("rehak")
    page.keyboard.press("Enter")
    expect(field(page, "Žofie")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("nobody")
    expect(page.locator("#jump")).to_contain_text("Nobody on this sheet is called that.")
    page.keyboard.press("Escape")
    field(page, "Anežka").focus()
    page.keyboard.press("/")
    page.keyboard.type("117")
    page.keyboard.press("Enter")
    expect(field(page, "Žofie")).to_be_focused()
    expect(field(page, "Žofie")).to_have_value("")


def test_one_letter_stands_for_dns_and_dnf_and_the_words_can_be_written_out(page: Page) -> None:
    open_sheet(page, start_day())
    field(page, "Anežka").focus()
    for key in ("s", "Enter", "f", "Enter", "d", "n", "s", "Enter"):
        page.keyboard.press(key)
    expect_saved(page, "Anežka", "DNS")
    expect_saved(page, "Matěj", "DNF")
    expect_saved(page, "Zdeněk", "DNS")
    expect(field(page, "Jana")).to_be_focused()


def test_yes_and_no_are_one_key_and_enter(page: Page) -> None:
    open_sheet(page, start_day(EvaluationType.BOOLEAN))
    page.keyboard.press("Enter")
    for key in ("1", "Enter", "0", "Enter", "s", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#sheet-done")).to_have_text("3 of 4 done")
    expect(row(page, "Matěj").get_by_role("radio", name="No", exact=True)).to_be_checked()


def timed(low: str | None = "30", high: str | None = "180") -> Day:
    day = start_day()
    day.activity.low, day.activity.high = Decimal(low) if low else None, Decimal(high) if high else None
    db.session.commit()
    return day


def test_digits_are_seconds_and_an_implausible_number_is_offered_as_a_clock_reads_it(phone: Page) -> None:
    open_sheet(phone, timed())
    type_into(phone, "Anežka", "12340")
    offer = row(phone, "Anežka").locator(".row__offer")
    expect(offer).to_contain_text("12340 seconds? Or is it")
    expect(field(phone, "Anežka")).not_to_have_value("1:23.40")
    offer.get_by_role("button", name="1:23.40").click()
    expect(field(phone, "Anežka")).to_have_value("1:23.40")
    expect(offer).to_have_count(0)
    expect_saved(phone, "Anežka", "1:23.40")


@pytest.mark.parametrize("text", ["83", "99999", "1:23"])
def test_nothing_is_offered_for_what_is_plausible_or_reads_as_no_time(page: Page, text: str) -> None:
    open_sheet(page, timed())
    type_into(page, "Anežka", text)
    expect(row(page, "Anežka").locator(".is-waiting")).to_have_count(0)
    expect(page.locator(".row__offer")).to_have_count(0)


def test_the_keypad_is_a_decimal_one_and_what_a_thumb_hits_is_large(phone: Page) -> None:
    open_sheet(phone, start_day())
    type_into(phone, "Anežka", "80")
    expect_saved(phone, "Anežka", "1:20")
    assert field(phone, "Anežka").get_attribute("inputmode") == "decimal"
    small = phone.evaluate(
        """() => [...document.querySelectorAll("main button, main a, main input:not([type=hidden])")]
          .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
          .filter(([, box]) => box.width && (box.height < 48 || box.width < 48)).map(([html]) => html)"""
    )
    assert small == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_one_participant_at_a_time_with_next_and_previous(phone: Page) -> None:
    open_sheet(phone, start_day())
    phone.get_by_role("button", name="One at a time").tap()
    expect(phone.locator(".row:visible")).to_have_count(1)
    phone.get_by_role("button", name="After").tap()
    expect(field(phone, "Matěj")).to_be_focused()
    phone.keyboard.type("80")
    phone.keyboard.press("Enter")
    expect(field(phone, "Zdeněk")).to_be_focused()
    expect(row(phone, "Matěj")).to_be_hidden()
    expect(phone.locator("[data-place]")).to_have_text("3 / 4")
    phone.get_by_role("button", name="Before").tap()
    expect_saved(phone, "Matěj", "1:20")
    phone.reload()
    expect(phone.locator(".row:visible")).to_have_count(1)


def test_the_screen_stays_on_while_somebody_types(new_page: OpenPage) -> None:
    page = new_page("phone")
    page.add_init_script(
        """window.asked = []; Object.defineProperty(navigator, "wakeLock", { value: {
          request: async (kind) => { window.asked.push(kind); return new EventTarget(); } } });"""
    )
    open_sheet(page, start_day())
    assert page.evaluate("window.asked") == []
    field(page, "Anežka").tap()
    page.wait_for_function("window.asked.length === 1")


def test_a_long_name_wraps_and_does_not_touch_its_field(phone: Page) -> None:
    open_sheet(phone, start_day(names=["Chloé Müller-Østergaard", "Maximiliánvonhohenzollernsigmaringen"]))
    for who in phone.locator(".row").all():
        name, cell = who.locator(".row__name").bounding_box(), who.locator(".row__field").bounding_box()
        assert name
        assert cell
        assert name["x"] + name["width"] + 8 <= cell["x"]
