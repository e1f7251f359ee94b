"""The browser itself works: pages arrive with their styles, and the content security policy is in force."""

from __future__ import annotations

from playwright.sync_api import Page

from .conftest import OpenPage


def test_health_is_shown(page: Page) -> None:
    answer = page.goto("/healthz")
    assert answer is not None
    assert answer.status == 200


def test_a_phone_is_a_phone(phone: Page) -> None:
    phone.goto("/healthz")
    assert phone.evaluate("[screen.width, navigator.maxTouchPoints > 0]") == [390, True]


def test_two_people_do_not_share_cookies(new_page: OpenPage) -> None:
    first, second = new_page(), new_page("phone", color_scheme="dark")
    first.goto("/preferences?theme=dark&next=/healthz")
    second.goto("/healthz")
    assert [cookie["name"] for cookie in first.context.cookies()] == ["theme"]
    assert second.context.cookies() == []
