"""Signing in through osu! in a real browser, against a made-up osu! that speaks its protocol."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app import sandbox as sandboxes
from app.accounts.invitations import actions as invitations
from app.accounts.models import Role, User
from app.extensions import db
from app.sandbox import Sandbox
from tests.conftest import StartServer
from tests.support import make
from tests.support.servers import Server

from . import steps
from .conftest import OpenPage
from .test_styleguide_axe import serious_violations

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with sandboxes.running() as sandbox:
        yield sandbox


@pytest.fixture
def live_server(serve: StartServer, sandbox: Sandbox) -> Server:
    server = serve(LAUREL_SANDBOX_URL=sandbox.url)
    sandbox.register([server.url])
    return server


def choose(page: Page, name: str) -> None:
    """On the service's own page, on which one agrees."""
    expect(page.get_by_role("heading", name="who you are")).to_be_visible()
    page.get_by_role("button", name=name).click()


@pytest.mark.parametrize("device", ["phone", "desk"])
def test_a_player_signs_up_and_comes_back_to_the_page_that_asked(new_page: OpenPage, device: str) -> None:
    page = new_page(device)  # type: ignore[arg-type]
    page.goto("/account")
    assert serious_violations(page) == []
    page.get_by_role("link", name="Sign in with osu!").click()
    choose(page, "Larkspur")
    expect(page).to_have_url(re.compile(r"/account$"))
    expect(page.get_by_role("heading", name="Larkspur")).to_be_visible()
    page.get_by_role("link", name="Signing in").click()
    expect(page.locator("#services")).to_contain_text("Larkspur")
    assert serious_violations(page) == []


def test_whoever_says_no_is_told_so_and_can_start_again(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_role("link", name="Sign in with osu!").click()
    choose(page, "No, tell Laurel nothing")
    expect(page.get_by_role("heading", name="You said no, and that is fine")).to_be_visible()
    assert serious_violations(page) == []
    page.get_by_role("link", name="Start again with osu!").click()
    choose(page, "Bramble")
    page.goto("/account")
    expect(page.get_by_role("heading", name="[ Bramble ]")).to_be_visible()


def test_a_restricted_player_reads_why_not(phone: Page) -> None:
    phone.goto("/sign-in")
    phone.get_by_role("link", name="Sign in with osu!").click()
    choose(phone, "Nightjar")
    expect(phone.get_by_role("heading", name="Your osu! account is restricted")).to_be_visible()
    phone.get_by_role("link", name="Other ways to sign in").click()
    expect(phone.get_by_label("Email")).to_be_visible()


def test_an_account_is_linked_signed_in_to_and_unlinked(new_page: OpenPage) -> None:
    admin = make.user(Role.ADMIN, name="Ivana")
    page = new_page()
    steps.sign_in(page, admin)
    page.goto("/account/sign-in")
    row = page.locator("#services li").filter(has_text="osu!")
    row.get_by_role("button", name="Link").click()
    choose(page, "New Oak")
    expect(page.get_by_text("You can sign in through osu! now, as New Oak.")).to_be_visible()
    other = new_page("phone")
    other.goto("/sign-in")
    other.get_by_role("link", name="Sign in with osu!").click()
    choose(other, "New Oak")
    other.goto("/account")
    expect(other.get_by_role("heading", name="Ivana")).to_be_visible()
    row.get_by_role("button", name="Unlink").click()
    page.locator("#confirm").get_by_role("button", name="Unlink").click()
    expect(page.get_by_text("osu! opens this account no more.")).to_be_visible()
    expect(row).to_contain_text("not linked")


def test_the_last_way_in_is_not_taken_away(page: Page) -> None:
    page.goto("/sign-in?next=/account/sign-in")
    page.get_by_role("link", name="Sign in with GitHub").click()
    choose(page, "quiet-example")
    page.locator("#services").get_by_role("button", name="Unlink").click()
    page.locator("#confirm").get_by_role("button", name="Unlink").click()
    expect(page.get_by_role("heading", name="This is your only way in")).to_be_visible()
    page.get_by_role("link", name="Back to your account").click()
    expect(page.locator("#services")).to_contain_text("quiet-example")


def test_whoever_is_invited_comes_in_through_osu(phone: Page) -> None:
    _invitation, token = invitations.invite_by_link(
        Role.EVALUATOR, most=1, good_for=timedelta(days=1), language="en", by=make.user(Role.ADMIN, "Ivan")
    )
    db.session.commit()
    phone.goto(f"/invited/{token}")
    assert serious_violations(phone) == []
    phone.get_by_role("link", name="Sign in with osu!").click()
    choose(phone, "Larkspur")
    expect(phone.get_by_text("You are signed in as Larkspur.")).to_be_visible()
    assert serious_violations(phone) == []
    phone.get_by_role("button", name="Accept as Larkspur").click()
    expect(phone).not_to_have_url(re.compile("invited"))
    db.session.rollback()
    [larkspur] = db.session.scalars(select(User).where(User.name == "Larkspur"))
    assert larkspur.role is Role.EVALUATOR
