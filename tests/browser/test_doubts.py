"""A question on a row and taking back, in a real browser: by key, by thumb."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from app.accounts.models import Role
from app.events.kinds import EvaluationType
from app.extensions import db
from app.scoring.actions import Entry, save_records
from app.scoring.models import Record, Source
from tests.support import make

from .conftest import OpenPage
from .steps import expect_saved, field, row, type_into
from .test_sheet import Day, open_sheet, start_day

pytestmark = pytest.mark.usefixtures("context")


def sprint() -> Day:
    """Ten others have run it."""
    day = start_day(EvaluationType.NUMERIC_LOW)
    others, admin = make.group(day.group.event), make.user(Role.ADMIN)
    texts = ("9.8", "10.1", "10.4", "10.6", "11", "11.3", "11.9", "12.4", "12.8", "13.5")
    entries = [Entry(make.participant(others), day.activity, (text,), confirmed=True) for text in texts]
    save_records(day.group.event, entries, by=admin, source=Source.HAND)
    db.session.commit()
    return day


def stored(name: str) -> list[str]:
    db.session.rollback()
    db.session.expire_all()
    return [str(record.amount) for record in db.session.query(Record) if name in record.participant.display_name]


def test_what_was_probably_meant_is_one_tap_away(phone: Page) -> None:
    open_sheet(phone, sprint())
    type_into(phone, "Anežka", "124")
    expect(row(phone, "Anežka")).to_contain_text("12.4 rather than 124?")
    expect(field(phone, "Anežka")).to_have_value("124")
    expect(phone.locator("#sheet-pill")).to_have_text("1 to settle")
    row(phone, "Anežka").get_by_role("button", name="Yes, 12.4").tap()
    phone.keyboard.press("Enter")
    expect_saved(phone, "Anežka", "12.4")
    assert stored("Anežka") == ["12.4"]


def test_enter_on_the_same_words_again_keeps_them(page: Page) -> None:
    open_sheet(page, sprint())
    type_into(page, "Anežka", "124")
    expect(row(page, "Anežka")).to_contain_text("12.4 rather than 124?")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect_saved(page, "Anežka", "124")
    assert stored("Anežka") == ["124"]


def test_the_last_save_is_taken_back_by_key_and_by_button(new_page: OpenPage) -> None:
    page = open_sheet(new_page("desk"), sprint())
    for name, text in (("Anežka", "10.7"), ("Matěj", "10.9")):
        type_into(page, name, text)
        expect_saved(page, name, text)
    field(page, "Zdeněk").focus()
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Undone: Matěj Krejčí")).to_be_visible()
    expect(field(page, "Matěj")).to_have_value("")
    page.get_by_role("button", name="Undo my last change").click()
    expect(page.get_by_text("Undone: Anežka Dvořáková")).to_be_visible()
    assert (stored("Anežka"), stored("Matěj")) == (["None"], ["None"])


def test_a_doubt_about_what_was_typed_offline_is_asked_later_and_kept_with_one_request(phone: Page) -> None:
    open_sheet(phone, sprint())
    phone.context.set_offline(True)
    type_into(phone, "Anežka", "124")
    expect(phone.locator("#sheet-pill")).to_have_text("1 waiting for the network")
    phone.context.set_offline(False)
    expect(row(phone, "Anežka")).to_contain_text("12.4 rather than 124?")
    assert stored("Anežka") == []
    posted: list[str] = []
    phone.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    row(phone, "Anežka").get_by_role("button", name="Keep what I typed").tap()
    expect_saved(phone, "Anežka", "124")
    assert stored("Anežka") == ["124"]
    assert [url.rpartition("/")[2] for url in posted] == ["edits"]
