"""The day with doubts: typed twice and blind, flagged and locked all the same, two who are one, a judge on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from app.accounts.models import Role
from app.events.kinds import Checking
from app.events.models import Activity, Event, Group
from app.extensions import db
from app.scoring.actions import Entry, save_records
from app.scoring.models import Source
from tests.support import make

from . import steps
from .conftest import OpenPage
from .test_styleguide_axe import serious_violations

pytestmark = pytest.mark.usefixtures("context")

FIRST = "73.19"


@pytest.fixture
def jump() -> Activity:
    """Eva and Ewa of the Foxes, of whom Eva has jumped."""
    event = make.event()
    group, activity = make.group(event, "Foxes"), make.activity(event, name="Jump")
    eva, _ewa = make.participant(group, "Eva"), make.participant(group, "Ewa")
    save_records(event, [Entry(eva, activity, (FIRST,))], by=make.user(name="Petra"), source=Source.HAND)
    db.session.commit()
    return activity


def foxes(jump: Activity) -> Group:
    return db.session.get_one(Event, jump.event_id).groups[0]


def test_a_second_person_types_blind_and_settles_nothing(new_page: OpenPage, jump: Activity) -> None:
    jump.checking = Checking.REQUIRED
    tom = make.user(name="Tom")
    make.assign(tom, foxes(jump))
    phone = new_page("phone")
    steps.sign_in(phone, tom)
    phone.goto(f"/sheets/{foxes(jump).id}/{jump.id}")
    seen = [phone.content()]
    phone.get_by_role("link", name="Type them again, to check them").click()
    seen.append(phone.content())
    phone.get_by_role("textbox").fill("12")
    phone.get_by_role("button", name="Check").click()
    expect(phone.get_by_role("alert")).to_contain_text("Some cells differ")
    assert not serious_violations(phone)
    assert not any(FIRST in page for page in [*seen, phone.content()])
    phone.get_by_role("textbox").fill(FIRST)
    phone.get_by_role("button", name="Check").click()
    expect(phone.locator("main")).to_contain_text("Nothing to check here")


def test_an_activity_is_locked_although_a_result_is_flagged(new_page: OpenPage, jump: Activity) -> None:
    petra, ivan = make.user(), make.user(Role.ADMIN)
    make.assign(petra, foxes(jump))
    phone, desk = new_page("phone"), new_page("desk")
    steps.sign_in(phone, petra)
    phone.goto(f"/sheets/{foxes(jump).id}/{jump.id}/{foxes(jump).participants[0].id}/flags")
    phone.get_by_label("What is wrong").fill("She stepped over.")
    phone.get_by_role("button", name="Flag it").click()
    expect(phone.get_by_role("img", name="flagged")).to_be_visible()
    steps.sign_in(desk, ivan)
    desk.goto(f"/events/{jump.event_id}/results?activity={jump.id}")
    lock(desk)
    expect(desk.get_by_role("alert").first).to_contain_text("There are open flags: Jump.")
    desk.get_by_label("Although there are open flags").check()
    desk.get_by_role("button", name="Lock").click()
    expect(desk.locator(f"#activity-{jump.id}")).to_contain_text("Locked")


def lock(page: Page) -> None:
    page.get_by_label("Reason").fill("Time is up.")
    page.get_by_role("button", name="Lock").click()


def test_two_who_are_one_are_merged_as_previewed_and_parted_again(new_page: OpenPage, jump: Activity) -> None:
    desk = new_page("desk")
    steps.sign_in(desk, make.user(Role.ADMIN))
    desk.goto(f"/events/{jump.event_id}/changes")
    desk.get_by_role("link", name="Merge two who are one").click()
    desk.get_by_label("Who stays").select_option(label="Ewa")
    desk.get_by_label("Who is the same, and goes").select_option(label="Eva")
    desk.get_by_role("button", name="Show what happens").click()
    promised = desk.locator("#preview tbody tr").all_inner_texts()
    assert any(FIRST in line for line in promised)
    desk.get_by_role("button", name="Do it").click()
    assert desk.locator("section.card tbody tr").all_inner_texts() == promised
    board = f"/events/{jump.event_id}/board"
    desk.goto(board)
    expect(desk.locator(".board tbody")).to_contain_text("Ewa")
    desk.goto(f"/events/{jump.event_id}/changes")
    desk.get_by_role("button", name="Undo").click()
    desk.locator("#confirm").get_by_role("button", name="Undo").click()
    expect(desk.locator("main")).to_contain_text("undone by")
    desk.goto(board)
    expect(desk.locator(".board tbody")).to_contain_text("Eva")


def test_a_judge_scans_a_card_types_a_name_and_scores(new_page: OpenPage, jump: Activity) -> None:
    desk, phone = new_page("desk"), new_page("phone")
    steps.sign_in(desk, make.user(Role.ADMIN))
    desk.goto(f"/events/{jump.event_id}/judges")
    desk.get_by_label("Activity").select_option(label="Jump")
    desk.get_by_role("button", name="Make the link").click()
    phone.goto(desk.get_by_role("textbox", name="Link").input_value())
    phone.get_by_label("Your name").fill("Jana")
    phone.get_by_role("button", name="Start scoring").click()
    phone.wait_for_url("**/sheets/**")
    steps.type_into(phone, "Ewa", "70")
    steps.expect_saved(phone, "Ewa", "70")
    desk.goto(f"/events/{jump.event_id}/judges")
    expect(desk.locator("table")).to_contain_text("Jana")
    desk.get_by_role("button", name="Revoke").click()
    desk.locator("#confirm").get_by_role("button", name="Revoke").click()
    expect(desk.locator("main")).to_contain_text("No links yet")
    phone.reload()
    phone.wait_for_url("**/sign-in**")
