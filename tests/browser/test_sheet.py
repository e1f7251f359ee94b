"""The sheet in a real browser: keyboard, thumb, colleagues, and a network that goes away."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, Route, expect

from app.accounts.models import Role, User
from app.events.kinds import ActivityState, EvaluationType
from app.events.models import Activity, Group
from app.extensions import db
from app.scoring.models import Record, RecordChange
from tests.support import make

from .conftest import OpenPage
from .steps import expect_saved, field, row, sign_in, type_into
from .test_styleguide_axe import serious_violations

pytestmark = pytest.mark.usefixtures("context")

NAMES = ["Anežka Dvořáková", "Matěj Krejčí", "Zdeněk Procházka", "Jana Nováková"]


@dataclass
class Day:
    group: Group
    activity: Activity
    petra: User
    tom: User

    @property
    def url(self) -> str:
        return f"/sheets/{self.group.id}/{self.activity.id}"


def start_day(kind: EvaluationType = EvaluationType.TIME_LOW, mark_count: int = 1, names: list[str] = NAMES) -> Day:
    event = make.event()
    group = make.group(event, "Blue team")
    for name in names:
        make.participant(group, name)
    petra, tom = make.user(Role.EVALUATOR, "Petra"), make.user(Role.EVALUATOR, "Tom")
    make.assign(petra, group)
    make.assign(tom, group)
    activity = make.activity(event, kind, "60 m sprint", mark_count=mark_count)
    db.session.commit()
    return Day(group, activity, petra, tom)


def open_sheet(page: Page, day: Day, user: User | None = None) -> Page:
    sign_in(page, user or day.petra)
    page.goto(day.url)
    return page


def test_thirty_rows_of_three_are_typed_with_one_extra_key_a_cell(new_page: OpenPage) -> None:
    names = [f"Participant number {number:02}" for number in range(30)]
    day = start_day(EvaluationType.SCORE_SET, 3, names)
    page = open_sheet(new_page("desk"), day)
    page.locator(".row__field").first.focus()
    for column in range(3):
        for number in range(30):
            page.keyboard.type(f"{number}.{column + 1}")
            page.keyboard.press("Enter")
    expect(page.locator("#sheet-pill")).to_have_text("All saved", timeout=30_000)
    expect(page.locator("#sheet-done")).to_have_text("30 of 30 done")
    db.session.rollback()
    assert {str(record.amount) for record in db.session.query(Record)} == {f"{number}.3" for number in range(30)}


def test_enter_goes_down_and_the_value_comes_back_as_a_clock_reads_it(phone: Page) -> None:
    open_sheet(phone, start_day())
    type_into(phone, "Anežka", "83.4")
    expect(field(phone, "Matěj")).to_be_focused()
    expect_saved(phone, "Anežka", "1:23.40")


def test_arrows_move_between_rows_and_attempts(page: Page) -> None:
    open_sheet(page, start_day(EvaluationType.SCORE_SET, 3))
    field(page, "Anežka").focus()
    page.keyboard.press("ArrowDown")
    expect(field(page, "Matěj")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(row(page, "Matěj").locator(".row__field").nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(row(page, "Anežka").locator(".row__field").nth(1)).to_be_focused()


def test_focus_caret_and_what_is_being_typed_survive_an_answer(page: Page) -> None:
    open_sheet(page, start_day())
    answers: list[Route] = []
    page.route(
        "**/sheets/**", lambda route: answers.append(route) if route.request.method == "POST" else route.continue_()
    )
    type_into(page, "Anežka", "80")
    page.keyboard.type("1:2")
    page.keyboard.press("ArrowLeft")
    while not answers:
        page.wait_for_timeout(20)
    for route in answers:
        route.continue_()
    expect_saved(page, "Anežka", "1:20")
    expect(field(page, "Matěj")).to_be_focused()
    expect(field(page, "Matěj")).to_have_value("1:2")
    assert field(page, "Matěj").evaluate("field => field.selectionStart") == 2


def test_a_refused_time_stays_as_typed_with_its_reason(phone: Page) -> None:
    open_sheet(phone, start_day())
    type_into(phone, "Anežka", "1:81")
    expect(row(phone, "Anežka")).to_contain_text("After minutes, seconds go up to 59.")
    expect(field(phone, "Anežka")).to_have_value("1:81")
    expect(phone.locator("#sheet-pill")).to_have_text("1 to settle")


def test_what_a_locked_activity_refused_is_not_called_saved(phone: Page) -> None:
    day = start_day()
    open_sheet(phone, day)
    day.activity.state = ActivityState.LOCKED
    db.session.commit()
    type_into(phone, "Anežka", "80")
    expect(row(phone, "Anežka")).to_contain_text("This activity is locked, so nothing was saved.")
    expect(phone.locator("#sheet-pill")).to_have_text("1 to settle")
    expect(field(phone, "Anežka")).to_have_value("80")


def test_dns_and_dnf_are_in_reach_of_the_thumb_and_a_wrong_value_can_be_cleared(phone: Page) -> None:
    open_sheet(phone, start_day())
    field(phone, "Anežka").tap()
    phone.get_by_role("button", name="DNF").tap()
    expect_saved(phone, "Anežka", "DNF")
    field(phone, "Anežka").tap()
    phone.get_by_role("button", name="Clear").tap()
    expect(row(phone, "Anežka").get_by_role("link", name="Cleared")).to_be_visible()
    expect(field(phone, "Anežka")).to_have_value("")


def test_two_attempts_typed_faster_than_the_server_answers_are_no_conflict(page: Page) -> None:
    open_sheet(page, start_day(EvaluationType.SCORE_SET, 3))
    slow = {"offline": False, "latency": 300, "downloadThroughput": -1, "uploadThroughput": -1}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
    for text in ("1.1", "2.2", "3.3"):
        page.locator(".row__field").nth(int(text[0]) - 1).focus()
        if text == "3.3":
            page.wait_for_timeout(450)  # The first answer is here, and the second attempt on its way.
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.locator("#sheet-pill")).to_have_text("All saved")
    expect(page.locator(".conflict")).to_have_count(0)
    db.session.rollback()
    assert [str(mark.amount) for mark in db.session.query(Record).one().marks] == ["1.1", "2.2", "3.3"]


def test_a_colleagues_newer_value_is_shown_and_nothing_overwritten_until_chosen(new_page: OpenPage) -> None:
    day = start_day()
    petra, tom = open_sheet(new_page("phone"), day), open_sheet(new_page("phone"), day, day.tom)
    type_into(tom, "Matěj", "1:19.85")
    expect_saved(tom, "Matěj", "1:19.85")
    type_into(petra, "Matěj", "1:18.95")
    conflict = row(petra, "Matěj").locator(".conflict")
    expect(conflict).to_contain_text("Tom changed Matěj Krejčí")
    expect(conflict.get_by_role("link", name="Theirs 1:19.85")).to_be_visible()
    expect(conflict.get_by_role("button", name="Mine 1:18.95")).to_be_visible()
    db.session.rollback()
    assert str(db.session.query(Record).one().amount) == "79.85"
    conflict.get_by_role("button", name="Mine").click()
    expect_saved(petra, "Matěj", "1:18.95")


def test_giving_way_to_a_colleague_takes_their_value(new_page: OpenPage) -> None:
    day = start_day()
    petra, tom = open_sheet(new_page("phone"), day), open_sheet(new_page("phone"), day, day.tom)
    type_into(tom, "Matěj", "1:19.85")
    expect_saved(tom, "Matěj", "1:19.85")
    type_into(petra, "Matěj", "1:18.95")
    row(petra, "Matěj").get_by_role("link", name="Theirs").click()
    expect_saved(petra, "Matěj", "1:19.85")
    db.session.rollback()
    assert db.session.query(RecordChange).count() == 1


def test_what_waits_for_the_network_says_so_and_is_sent_once_when_it_is_back(phone: Page) -> None:
    open_sheet(phone, start_day())
    phone.context.set_offline(True)
    type_into(phone, "Anežka", "80")
    expect(phone.locator("#sheet-pill")).to_have_text("1 waiting for the network")
    phone.context.set_offline(False)
    expect_saved(phone, "Anežka", "1:20")
    db.session.rollback()
    assert db.session.query(RecordChange).count() == 1


def test_what_waits_survives_a_reload(phone: Page) -> None:
    day = start_day()
    open_sheet(phone, day)
    phone.route("**/sheets/*/*/*", lambda route: route.abort())
    type_into(phone, "Anežka", "80")
    expect(phone.locator("#sheet-pill")).to_have_text("1 waiting for the network")
    phone.unroute("**/sheets/*/*/*")
    phone.reload()
    expect_saved(phone, "Anežka", "1:20")


def test_the_history_of_a_cell_is_a_tap_away(phone: Page) -> None:
    open_sheet(phone, start_day())
    type_into(phone, "Anežka", "80")
    row(phone, "Anežka").get_by_role("link", name="Saved").click()
    dialog = phone.get_by_role("dialog")
    expect(dialog).to_contain_text("1:20")
    expect(dialog).to_contain_text("Petra")
    phone.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_without_javascript_it_is_one_form(new_page: OpenPage) -> None:
    day = start_day()
    page = open_sheet(new_page("phone", java_script_enabled=False), day)
    field(page, "Anežka").fill("80")
    field(page, "Matěj").fill("1:99")
    page.get_by_role("button", name="Save the sheet").click()
    expect(row(page, "Matěj")).to_contain_text("After minutes, seconds go up to 59.")
    expect(field(page, "Matěj")).to_have_value("1:99")
    expect(field(page, "Anežka")).to_have_value("1:20")


@pytest.mark.parametrize("kind", [EvaluationType.TIME_LOW, EvaluationType.BOOLEAN, EvaluationType.SCORE_SET])
def test_axe_finds_nothing_serious_on_a_sheet(phone: Page, kind: EvaluationType) -> None:
    open_sheet(phone, start_day(kind, 3 if kind is EvaluationType.SCORE_SET else 1))
    assert not serious_violations(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
