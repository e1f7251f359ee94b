"""Every page there is, with the demo's events in it: axe finds nothing serious, and nothing is wider than a phone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, url_for
from playwright.sync_api import Page
from sqlalchemy import select
from werkzeug.routing import Rule

from app.accounts.models import Role
from app.events.kinds import EventStatus
from app.events.models import Activity, Category, Event, Group, Import, Participant
from app.extensions import db
from tests.support import make

from .conftest import Device, OpenPage
from .steps import sign_in
from .test_styleguide_axe import serious_violations

pytestmark = pytest.mark.usefixtures("context")

NO_PAGES = {"api", "health", "preferences", "styleguide"}
PIECES_AND_FILES = {"leaderboards.download", "leaderboards.live", "scoring.show_row", "static", "accounts.sign_in"}
"""What is not a page of its own, or not one for somebody who is signed in."""


@pytest.mark.parametrize(("device", "theme"), [("phone", "dark"), ("desk", "light")])
def test_every_page_is_sound(app: Flask, new_page: OpenPage, device: Device, theme: str) -> None:
    app.test_cli_runner().invoke(args=["demo", "load"])
    admin = make.user(Role.SUPER_ADMIN)
    db.session.commit()
    page = new_page(device, reduced_motion="reduce")
    sign_in(page, admin)
    import_a_file(page)
    addresses = pages(app)
    assert len(addresses) >= 25
    page.goto(f"/preferences?theme={theme}&next=/healthz")
    wrong = [f"{address}: {fault}" for address in addresses for fault in faults(page, address)]
    assert wrong == []


def faults(page: Page, address: str) -> list[str]:
    answer = page.goto(address)
    status = answer.status if answer else 0
    found = [] if status == 200 else [f"answers {status}"]
    width = page.viewport_size["width"] if page.viewport_size else 0
    if page.evaluate("document.documentElement.scrollWidth") > width:
        found.append(f"is wider than {width} px")
    return found + serious_violations(page)


def import_a_file(page: Page) -> None:
    draft = db.session.scalars(select(Event).where(Event.status == EventStatus.DRAFT)).one()
    page.goto(f"/events/{draft.id}/imports")
    rows = "Jméno;Kategorie;Číslo\nAnežka;Modří;1\nMatěj;;2\n"
    page.get_by_label("File").set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.get_by_role("button", name="Check the file").click()
    page.wait_for_url("**/imports/*")


def pages(app: Flask) -> list[str]:
    """The addresses of all pages, of the event that is running and of what is in it."""
    db.session.rollback()
    event = db.session.scalars(select(Event).where(Event.status == EventStatus.ACTIVE)).one()
    values: dict[str, Any] = {"event_id": event.id, "import_id": db.session.scalars(select(Import.id)).one()}
    models: list[tuple[str, Any]] = [
        ("group", Group),
        ("activity", Activity),
        ("category", Category),
        ("participant", Participant),
    ]
    for name, model in models:
        values[f"{name}_id"] = db.session.scalars(select(model.id).where(model.event_id == event.id)).first()
    with app.test_request_context():
        return [address(rule, values) for rule in app.url_map.iter_rules() if is_page(rule)]


def address(rule: Rule, values: dict[str, Any]) -> str:
    return url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})


def is_page(rule: Rule) -> bool:
    feature = rule.endpoint.partition(".")[0]
    return "GET" in (rule.methods or set()) and feature not in NO_PAGES and rule.endpoint not in PIECES_AND_FILES
