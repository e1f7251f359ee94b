"""A sheet is printed, filled in, photographed, and sent from a phone; looked at by keyboard alone, and on the board."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app import assets
from app.accounts.models import Role
from app.events.kinds import EvaluationType
from app.extensions import db
from app.paper import layout as paper
from app.paper.models import PaperScan, PaperSheet
from tests.conftest import StartWorker
from tests.support import hand, make, photos, pictures

from . import steps
from .test_styleguide_axe import serious_violations

pytestmark = pytest.mark.usefixtures("context")

PATIENT = 30_000


def test_from_the_printed_sheet_to_the_board_and_back_to_the_photo(phone: Page, start_worker: StartWorker) -> None:
    admin, event = make.user(Role.ADMIN), make.event("Summer games")
    group = make.group(event, "Foxes")
    people = [make.participant(group, name) for name in ("Anežka", "Benjamin", "Chloé", "David")]
    jump = make.activity(event, EvaluationType.NUMERIC_HIGH, "Jump")
    start_worker()
    steps.sign_in(phone, admin)
    photo = photographed(phone, event.id)
    phone.goto(f"/events/{event.id}/scans")
    phone.get_by_label("Photos or scans").set_input_files(
        {"name": "photo.png", "mimeType": "image/png", "buffer": photo}
    )
    phone.get_by_role("button", name="Read them").click()
    expect(phone.get_by_text("One page is to be looked at.")).to_be_visible(timeout=PATIENT)
    assert serious_violations(phone) == []
    db.session.rollback()
    scan = db.session.scalars(select(PaperScan)).one()
    assert scan.name == "photo.jpg", "it was made small before it left the phone"
    assert len(assets.read(scan.file)) < len(photo) / 2
    phone.get_by_role("link", name="Jump, Foxes, page 1").click()
    doubtful = phone.get_by_role("textbox", name="Chloé")
    expect(doubtful).to_be_focused()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert serious_violations(phone) == []
    phone.keyboard.type("77")
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("button", name="Save all")).to_be_focused()
    phone.keyboard.press("Enter")
    expect(phone.get_by_text("Saved from paper: 3 values.")).to_be_visible()
    phone.get_by_label("Photos or scans").set_input_files(
        {"name": "small.png", "mimeType": "image/png", "buffer": pictures.picture()}
    )
    phone.get_by_role("button", name="Read them").click()
    expect(phone.get_by_role("link", name="small.png")).to_be_visible(timeout=PATIENT)
    phone.goto(f"/events/{event.id}/board?activity={jump.id}")
    for name, value in (("Anežka", "240"), ("Benjamin", "95"), ("Chloé", "77")):
        expect(phone.locator("tbody tr").filter(has_text=name)).to_contain_text(value)
    phone.goto(f"/sheets/{group.id}/{jump.id}/{people[0].id}/history")
    phone.get_by_role("link", name="Show me the sheet").click()
    crop = phone.get_by_role("img", name="What is written in the row of Anežka")
    expect(crop).to_be_visible()
    assert crop.evaluate("picture => picture.complete && picture.naturalWidth > 300")


def photographed(page: Page, event_id: int) -> bytes:
    """Printed through the page's own form: two plain values, and one that is struck through. A large PNG."""
    page.goto(f"/events/{event_id}/paper")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Make the PDF").click()
    picture = photos.pages_of(waiting.value.path().read_bytes())[0]
    db.session.rollback()
    sheet = db.session.scalars(select(PaperSheet)).one()
    layout = paper.from_json(sheet.layout)
    rng = np.random.default_rng(3)
    for row, value in zip(layout.pages[0].rows, ("240", "95", "58"), strict=False):
        for box, digit in photos.fill(photos.boxes_of(row), value):
            photos.write(picture, box, hand.digit(digit), rng)
    photos.strike(picture, layout.pages[0].rows[2], 0, rng)
    jpeg = photos.photograph(picture, layout, photos.LEVELS["normal"], rng)
    kept = io.BytesIO()
    Image.open(io.BytesIO(jpeg)).save(kept, "PNG")
    return kept.getvalue()
