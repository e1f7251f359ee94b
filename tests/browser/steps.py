"""What people do in a browser, in the words of the tests."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from app.accounts.models import User
from tests.support import make


def sign_in(page: Page, user: User) -> None:
    page.goto("/sign-in")
    page.get_by_label("Email").fill(user.email or "")
    page.get_by_label("Password").fill(make.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url("**/sign-in**")


def row(page: Page, name: str) -> Locator:
    return page.locator(".row").filter(has_text=name)


def field(page: Page, name: str) -> Locator:
    """The first field of a participant's row on a sheet."""
    return row(page, name).locator(".row__field").first


def type_into(page: Page, name: str, text: str) -> None:
    """Tap a field, type, and go on with Enter."""
    field(page, name).click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def expect_saved(page: Page, name: str, shown: str) -> None:
    expect(row(page, name).get_by_role("link", name="Saved")).to_be_visible()
    expect(field(page, name)).to_have_value(shown)
