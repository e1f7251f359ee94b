"""From a mail to the first sheet, and back in after a forgotten password, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from app.accounts.models import Role
from tests.support import make, outbox

from . import steps
from .conftest import OpenPage

pytestmark = pytest.mark.usefixtures("context")


def test_an_invited_evaluator_comes_from_the_mail_to_their_sheet(page: Page, new_page: OpenPage) -> None:
    event = make.event("Summer games")
    group = make.group(event, "Foxes")
    make.participant(group, "Eva")
    make.activity(event, name="Jump")
    steps.sign_in(page, make.user(Role.ADMIN, "Ivan"))
    page.goto(f"/events/{event.id}/evaluators")
    page.get_by_role("link", name="Invite evaluators").click()
    page.get_by_label("Email addresses").fill("Jana Nová <jana@example.org>")
    page.get_by_label("Scores the group").first.select_option("Foxes")
    page.get_by_role("button", name="Send invitations").click()
    expect(page.get_by_text("One invitation is on its way.")).to_be_visible()

    phone = new_page("phone")
    phone.goto(outbox.last_link_to("jana@example.org"))
    expect(phone.get_by_label("Name")).to_have_value("Jana Nová")
    phone.get_by_label("Password").fill("new words 1")
    phone.get_by_role("button", name="Accept").click()
    phone.get_by_role("link", name=re.compile("Jump")).click()
    steps.type_into(phone, "Eva", "7")
    steps.expect_saved(phone, "Eva", "7")
    page.reload()
    expect(page.get_by_role("row", name=re.compile("jana@example.org")).get_by_text("accepted")).to_be_visible()


def test_a_forgotten_password_is_chosen_anew(phone: Page) -> None:
    user = make.user(name="Ann", email="ann@example.org")
    phone.goto("/sign-in")
    phone.get_by_role("link", name="I have forgotten my password").click()
    phone.get_by_label("Email").fill("ann@example.org")
    phone.get_by_role("button", name="Send the link").click()
    expect(phone.get_by_role("heading", name="Look into your mail").first).to_be_visible()
    phone.goto(outbox.last_link_to("ann@example.org"))
    phone.get_by_label("New password", exact=True).fill(make.PASSWORD + " 2")
    phone.get_by_label("New password again").fill(make.PASSWORD + " 2")
    phone.get_by_role("button", name="Change password").click()
    phone.get_by_label("Email").fill(user.email or "")
    phone.get_by_label("Password").fill(make.PASSWORD + " 2")
    phone.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(phone).not_to_have_url(re.compile("sign-in"))
