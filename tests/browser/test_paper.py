"""Lists as they come out of a printer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from app.accounts.models import Role
from app.events.kinds import Gender
from tests.support import make

from .steps import sign_in

pytestmark = pytest.mark.usefixtures("context")

SHEET_OF_PAPER = re.compile(rb"/Type\s*/Page\b")


def sheets_of_paper(page: Page) -> int:
    return len(SHEET_OF_PAPER.findall(page.pdf(prefer_css_page_size=True)))


def test_each_group_begins_a_page_and_a_long_one_goes_on(page: Page) -> None:
    event = make.event()
    for people in (3, 60, 5):
        group = make.group(event)
        for _person in range(people):
            make.participant(group, gender=Gender.F, age=8)
    for name in ("Sprint", "Long jump", "Throw"):
        make.activity(event, name=name)
    sign_in(page, make.user(Role.ADMIN))
    page.goto(f"/events/{event.id}/print/start-lists")
    assert sheets_of_paper(page) == 5
