"""Photos of sheets, sent and asked for by a script."""

from __future__ import annotations

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select

from app.api.scan_routes import Scan
from app.database import locked
from app.events.kinds import EventStatus
from app.events.models import Event
from app.extensions import db
from app.jobs.models import Job
from app.jobs.runner import run_job
from app.paper import layout as paper
from app.paper import printing
from app.paper.actions import make_sheets
from app.scoring.models import Record
from tests.support import hand, photos

from .conftest import Games, Script


@pytest.fixture
def printed(app: Flask, games: Games) -> tuple[int, bytes]:
    """The sheet of the jump and of Red, and a photo of it: Alice 240, Bob nothing."""
    with app.test_request_context():
        event = locked(Event, games.event.id)
        [sheet] = make_sheets(event, event.groups[:1], event.activities[:1], size="a4", by=games.evaluator)
        db.session.commit()
        layout = paper.from_json(sheet.layout)
        picture = photos.pages_of(printing.pdf([sheet]))[0]
        rng = np.random.default_rng(4)
        for box, digit in photos.fill(photos.boxes_of(layout.pages[0].rows[0]), "240"):
            photos.write(picture, box, hand.digit(digit), rng)
        return sheet.id, photos.photograph(picture, layout, photos.LEVELS["easy"], rng)


def work(app: Flask) -> None:
    with app.app_context():
        for job_id in db.session.scalars(select(Job.id).where(Job.queue == "reads")).all():
            run_job(job_id)


def test_a_script_sends_a_photo_and_asks_what_was_read(
    app: Flask, games: Games, evaluator: Script, printed: tuple[int, bytes]
) -> None:
    sheet, photo = printed
    sent = evaluator.post(f"/api/v1/sheets/{sheet}/scans", data=photo)
    assert sent.status_code == 202, sent.text
    waiting = Scan.model_validate_json(sent.data)
    assert (waiting.state, waiting.rows) == ("waiting", [])
    again = Scan.model_validate_json(evaluator.post(f"/api/v1/sheets/{sheet}/scans", data=photo).data)
    assert again.id == waiting.id, "the same file twice is one scan"
    work(app)
    read = Scan.model_validate_json(evaluator.get(f"/api/v1/scans/{waiting.id}").data)
    assert (read.state, read.sheet, read.page) == ("read", sheet, 1)
    assert [(row.participant, row.value) for row in read.rows[:2]] == [(games.alice.id, "240"), (games.bob.id, "")]
    assert read.rows[1].state == "empty"
    with app.app_context():
        assert db.session.scalars(select(Record)).all() == [], "nothing reaches a record without a person"


def test_others_sheets_and_photos_are_not_there(
    games: Games, evaluator: Script, outsider: Script, printed: tuple[int, bytes]
) -> None:
    sheet, photo = printed
    assert outsider.post(f"/api/v1/sheets/{sheet}/scans", data=photo).status_code == 404
    sent = Scan.model_validate_json(evaluator.post(f"/api/v1/sheets/{sheet}/scans", data=photo).data)
    assert outsider.get(f"/api/v1/scans/{sent.id}").status_code == 404
    assert evaluator.get("/api/v1/scans/999").status_code == 404


def test_nothing_too_much_and_an_event_that_is_over_are_said_as_json(
    app: Flask, games: Games, admin: Script, printed: tuple[int, bytes]
) -> None:
    sheet, photo = printed
    empty = admin.post(f"/api/v1/sheets/{sheet}/scans", data=b"")
    assert (empty.status_code, empty.get_json()["error_code"]) == (422, "missing")
    large = admin.post(f"/api/v1/sheets/{sheet}/scans", data=b"\0" * (26 * 1024 * 1024))
    assert large.status_code == 413
    assert {"detail", "error_code", "request_id"} <= set(large.get_json())
    with app.app_context():
        locked(Event, games.event.id).status = EventStatus.ARCHIVED
        db.session.commit()
    over = admin.post(f"/api/v1/sheets/{sheet}/scans", data=photo)
    assert (over.status_code, over.get_json()["error_code"]) == (409, "closed")
