"""A stolen session, the second step and mail in development, in a real browser."""

from __future__ import annotations

import re
import time

import pyotp
import pytest
from playwright.sync_api import Page, expect

from app.accounts.models import Role
from tests.support import make, outbox

from . import steps
from .conftest import Device, OpenPage
from .test_styleguide_axe import serious_violations

pytestmark = pytest.mark.usefixtures("context")


def test_a_stolen_session_is_ended_from_another_device(new_page: OpenPage) -> None:
    ann = make.user(name="Ann")
    laptop, phone, thief = new_page(), new_page("phone"), new_page()
    steps.sign_in(laptop, ann)
    thief.context.add_cookies(laptop.context.cookies())  # type: ignore[arg-type]
    thief.goto("/account")
    expect(thief.get_by_role("heading", name="Ann", exact=True)).to_be_visible()
    steps.sign_in(phone, ann)
    phone.goto("/account/sign-in")
    devices = phone.locator("#sessions li")
    expect(devices).to_have_count(2)
    devices.filter(has_not_text="this device").get_by_role("button", name="Sign out").click()
    expect(phone.get_by_text("That device is signed out.")).to_be_visible()
    expect(devices).to_have_count(1)
    thief.get_by_role("link", name="Signing in").click()
    expect(thief).to_have_url(re.compile("/sign-in"))
    laptop.goto("/account")
    expect(laptop).to_have_url(re.compile("/sign-in"))
    phone.reload()
    expect(devices).to_have_count(1)


@pytest.mark.parametrize(("device", "theme"), [("phone", "dark"), ("desk", "light")])
def test_a_second_step_is_set_up_and_asked_for(new_page: OpenPage, device: Device, theme: str) -> None:
    ivan = make.user(Role.ADMIN, "Ivan")
    page = new_page(device)
    page.goto(f"/preferences?theme={theme}")
    steps.sign_in(page, ivan)
    page.goto("/account/sign-in")
    page.get_by_role("link", name="Set it up").click()
    page.get_by_label("Your password").fill(make.PASSWORD)
    page.get_by_role("button", name="Set it up").click()
    expect(page.locator("svg.qr")).to_be_visible()
    assert serious_violations(page) == []
    app = pyotp.TOTP(page.get_by_label("Key").input_value().replace(" ", ""))
    page.get_by_label("Code").fill(app.now())
    page.get_by_role("button", name="Switch it on").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    assert serious_violations(page) == []
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("#services").get_by_text("on", exact=True)).to_be_visible()

    other = new_page(device)
    other.goto(f"/preferences?theme={theme}")
    steps.sign_in(other, ivan)
    expect(other).to_have_url(re.compile("/sign-in/code$"))
    assert serious_violations(other) == []
    type_code(other, "000000")
    expect(other.get_by_text("This code is not right").last).to_be_visible()
    assert serious_violations(other) == []
    # The code that confirmed it is used up: the app's next one is taken half a minute early.
    type_code(other, app.at(time.time() + 30))
    other.goto("/account")
    expect(other.get_by_role("heading", name="Ivan")).to_be_visible()


def type_code(page: Page, code: str) -> None:
    page.get_by_label("Code").fill(code)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def test_in_development_mail_is_read_on_a_page(page: Page) -> None:
    make.user(email="ann@example.org")
    page.goto("/forgotten-password")
    page.get_by_label("Email").fill("ann@example.org")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Look into your mail").first).to_be_visible()
    assert outbox.deliver()
    page.goto("/dev/mail")
    assert serious_violations(page) == []
    page.get_by_role("link", name="As people see it").click()
    expect(page.locator("a").first).to_have_attribute("href", re.compile("/reset|/forgotten"))
    assert serious_violations(page) == []
