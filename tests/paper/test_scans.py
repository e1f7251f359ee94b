"""From the printed sheet to the board: written on, photographed, read, looked at, saved, and shown again."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from app import assets
from app.accounts.models import Role, User
from app.events.kinds import ActivityState, EvaluationType
from app.events.models import Activity, Event
from app.extensions import db
from app.jobs.models import Job
from app.jobs.runner import run_job
from app.paper import layout as paper
from app.paper.layout import Layout
from app.paper.models import PaperEvidence, PaperScan, PaperSheet, ScanState
from app.scoring.models import Record, RecordChange, Source
from app.scoring.values import Status
from tests.conftest import SignIn
from tests.support import hand, make, photos

pytestmark = pytest.mark.usefixtures("context")

FIELD = re.compile(r'(name|value)="([^"]*)"')
NAMES = ("Anežka Růžičková", "Benjamin Taylor", "Chloé Dvořák", "David Wójcik", "Eliška Malá", "Filip Nový")


@dataclass
class Desk:
    """An event with one group, whose sheet for the run (00:00.00) is printed and can be filled in."""

    client: FlaskClient
    owner: User
    event: Event
    activity: Activity
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(5))

    @property
    def url(self) -> str:
        return f"/events/{self.event.id}/scans"

    def print(self) -> tuple[PaperSheet, Layout, photos.Grey]:
        answer = self.client.post(
            f"/events/{self.event.id}/paper", data={"group": 0, "activity": self.activity.id, "paper": "a4"}
        )
        db.session.expire_all()
        sheet = db.session.scalars(select(PaperSheet).order_by(PaperSheet.id.desc())).first()
        assert sheet is not None
        return sheet, paper.from_json(sheet.layout), photos.pages_of(answer.data)[0]

    def write(self, page: photos.Grey, layout: Layout, values: dict[int, str]) -> None:
        """By the number of the row: what is written into the boxes, or the box to tick."""
        for number, value in values.items():
            row = layout.pages[0].rows[number]
            if value in {"DNS", "DNF"}:
                photos.tick(page, photos.tick_box(row, value), self.rng)
                continue
            for box, one in photos.fill(photos.boxes_of(row), value):
                photos.write(page, box, hand.digit(one), self.rng)

    def photo(self, page: photos.Grey, layout: Layout, level: str = "easy") -> bytes:
        return photos.photograph(page, layout, photos.LEVELS[level], self.rng)

    def send(self, *files: bytes, name: str = "photo.jpg") -> list[PaperScan]:
        answer = self.client.post(self.url, data={"files": [(io.BytesIO(one), name) for one in files]})
        assert answer.status_code == 303, answer.text
        return self.work()

    def work(self) -> list[PaperScan]:
        for job_id in db.session.scalars(select(Job.id).where(Job.queue == "reads").order_by(Job.id)).all():
            run_job(job_id)
        db.session.expire_all()
        return list(db.session.scalars(select(PaperScan).order_by(PaperScan.id)))

    def form(self, scan: PaperScan) -> dict[str, str]:
        """What the review's page would send as it stands."""
        page = self.client.get(f"{self.url}/{scan.id}").text
        fields = [dict(FIELD.findall(tag)) for tag in re.findall(r"<input[^>]*>", page)]
        return {one["name"]: html.unescape(one.get("value", "")) for one in fields if "name" in one}

    def type(self, number: int, text: str) -> None:
        """Somebody writes a value down on the sheet itself."""
        person = self.event.groups[0].participants[number]
        answer = self.client.post(
            f"/sheets/{person.group_id}/{self.activity.id}/{person.id}",
            data={f"version-{person.id}": "0", f"value-{person.id}-1": text},
        )
        assert answer.status_code in {200, 303}, answer.text

    def value(self, number: int) -> Record | None:
        person = self.event.groups[0].participants[number]
        db.session.expire_all()
        return db.session.scalars(
            select(Record).where(Record.participant_id == person.id, Record.activity_id == self.activity.id)
        ).one_or_none()


@pytest.fixture
def desk(sign_in: SignIn) -> Desk:
    owner = make.user(Role.ADMIN)
    event = make.event("Summer games")
    group = make.group(event, "Foxes")
    for name in NAMES:
        make.participant(group, name)
    activity = make.activity(event, EvaluationType.TIME_LOW, "Run")
    return Desk(sign_in(owner), owner, event, activity)


WRITTEN = {0: "12340", 1: "5825", 2: "DNS", 3: "103560", 5: "6070"}
"""1:23.40, 58.25, did not start, 10:35.60, nothing, and 60.70: sixty seconds are more than a minute has."""


@pytest.fixture
def scan(desk: Desk) -> PaperScan:
    _sheet, layout, page = desk.print()
    desk.write(page, layout, WRITTEN)
    [found] = desk.send(desk.photo(page, layout))
    return found


def test_a_photo_is_read_row_by_row(desk: Desk, scan: PaperScan) -> None:
    assert (scan.state, scan.reason, scan.page) == (ScanState.READ, "", 1)
    rows = scan.rows
    assert [row["name"] for row in rows[:6]] == list(NAMES)
    assert [row["value"] for row in rows[:6]] == ["1:23.40", "58.25", "DNS", "10:35.60", "", "60.70"]
    assert [row["state"] for row in rows[4:6]] == ["empty", "accept"], "60.70 without minutes is a number of seconds"
    assert {row["state"] for row in rows[6:]} == {"empty"}, "and nothing is read into spare rows"
    assert desk.value(0) is None, "nothing counts before somebody has looked"


def test_somebody_looks_at_it_and_saves(desk: Desk, scan: PaperScan) -> None:
    page = desk.client.get(f"{desk.url}/{scan.id}")
    assert 'value="1:23.40"' in page.text
    for name in NAMES:
        assert name in page.text
    answer = desk.client.post(f"{desk.url}/{scan.id}", data=desk.form(scan))
    assert answer.status_code == 303, answer.text
    record = desk.value(0)
    assert record is not None
    assert (record.amount, record.version) == (Decimal("83.4"), 1)
    absent = desk.value(2)
    assert absent is not None
    assert absent.status is Status.DNS
    assert desk.value(4) is None, "what was left blank is not scored"
    change = db.session.scalars(select(RecordChange).where(RecordChange.record_id == record.id)).one()
    assert change.source is Source.PAPER
    assert db.session.get_one(PaperScan, scan.id).state is ScanState.SAVED


def test_every_value_leads_back_to_its_sheet(desk: Desk, scan: PaperScan) -> None:
    desk.client.post(f"{desk.url}/{scan.id}", data=desk.form(scan))
    person = desk.event.groups[0].participants[0]
    history = desk.client.get(f"/sheets/{person.group_id}/{desk.activity.id}/{person.id}/history")
    address = f"{desk.url}/evidence/{desk.activity.id}/{person.id}"
    assert address in history.text
    assert desk.client.get(address).location == f"{desk.url}/{scan.id}"
    crop = desk.client.get(f"{desk.url}/{scan.id}/rows/0")
    picture = Image.open(io.BytesIO(crop.data))
    assert crop.mimetype == "image/jpeg"
    assert picture.width > 3 * picture.height
    photo = desk.client.get(f"{desk.url}/{scan.id}/photo")
    assert (photo.status_code, photo.mimetype) == (200, "image/jpeg")
    assert "private" in photo.headers["Cache-Control"]
    kept = db.session.scalars(select(PaperEvidence).where(PaperEvidence.participant_id == person.id)).one()
    assert (kept.row, kept.version) == (0, 1)


def test_what_the_reader_got_wrong_is_put_right_by_hand(desk: Desk, scan: PaperScan) -> None:
    form = desk.form(scan)
    person = desk.event.groups[0].participants[0]
    form[f"value-{person.id}-1"] = "1:23.90"
    desk.client.post(f"{desk.url}/{scan.id}", data=form)
    record = desk.value(0)
    assert record is not None
    assert record.amount == Decimal("83.9")


def test_what_cannot_be_saved_comes_back_as_typed_and_the_rest_is_saved(desk: Desk, scan: PaperScan) -> None:
    form = desk.form(scan)
    person = desk.event.groups[0].participants[0]
    form[f"value-{person.id}-1"] = "fast"
    answer = desk.client.post(f"{desk.url}/{scan.id}", data=form)
    assert answer.status_code == 422
    assert 'value="fast"' in answer.text
    assert desk.value(0) is None
    assert desk.value(1) is not None
    assert db.session.get_one(PaperScan, scan.id).state is ScanState.READ


def test_a_value_that_differs_from_what_stands_is_shown_and_never_taken_unseen(desk: Desk, scan: PaperScan) -> None:
    before = desk.form(scan)
    desk.type(0, "99")
    page = desk.client.get(f"{desk.url}/{scan.id}").text
    assert "stands now: 1:39" in page
    assert "differs from what stands" in page
    answer = desk.client.post(f"{desk.url}/{scan.id}", data=before)
    assert answer.status_code == 409, "it was saved after this page had been opened"
    record = desk.value(0)
    assert record is not None
    assert record.amount == 99


def test_two_people_settle_a_photo_once(desk: Desk, scan: PaperScan) -> None:
    form = desk.form(scan)
    assert desk.client.post(f"{desk.url}/{scan.id}", data=form).status_code == 303
    again = desk.client.post(f"{desk.url}/{scan.id}", data=form, follow_redirects=True)
    assert "has settled this photo already" in again.text
    assert db.session.query(RecordChange).count() == 5
    assert desk.client.post(f"{desk.url}/{scan.id}/discard").status_code == 303
    assert db.session.get_one(PaperScan, scan.id).state is ScanState.SAVED


def test_a_photo_that_is_put_away_saves_nothing_and_may_be_sent_again(desk: Desk, scan: PaperScan) -> None:
    photo = assets.read(scan.file)
    desk.client.post(f"{desk.url}/{scan.id}/discard")
    assert desk.value(0) is None
    assert [one.state for one in desk.send(photo)] == [ScanState.DISCARDED, ScanState.READ]


def test_the_same_photo_twice_is_one_scan(desk: Desk, scan: PaperScan) -> None:
    answer = desk.client.post(
        desk.url, data={"files": (io.BytesIO(assets.read(scan.file)), "again.jpg")}, follow_redirects=True
    )
    assert "is here already" in answer.text
    assert len(desk.work()) == 1


def test_a_locked_activity_takes_nothing_and_the_photo_waits(desk: Desk, scan: PaperScan) -> None:
    form = desk.form(scan)
    desk.activity.state = ActivityState.LOCKED
    db.session.commit()
    answer = desk.client.post(f"{desk.url}/{scan.id}", data=form)
    assert answer.status_code == 409
    assert "This activity is closed." in answer.text
    assert desk.value(0) is None
    assert db.session.get_one(PaperScan, scan.id).state is ScanState.READ


def test_an_older_sheet_is_read_by_its_own_rows_and_says_so(desk: Desk) -> None:
    _sheet, layout, page = desk.print()
    desk.write(page, layout, {0: "12340"})
    photo = desk.photo(page, layout)
    desk.print()
    [found] = desk.send(photo)
    assert (found.state, found.reason) == (ScanState.READ, "older")
    assert "A newer version of this sheet" in desk.client.get(f"{desk.url}/{found.id}").text


def test_a_sheet_of_another_event_goes_there_and_not_here(desk: Desk) -> None:
    _sheet, layout, page = desk.print()
    photo = desk.photo(page, layout)
    other = make.event("Winter games")
    desk.client.post(f"/events/{other.id}/scans", data={"files": (io.BytesIO(photo), "photo.jpg")})
    [found] = desk.work()
    assert (found.state, found.reason) == (ScanState.REFUSED, "other_event")
    assert "This sheet is of another event" in desk.client.get(f"/events/{other.id}/scans/{found.id}").text


def test_a_thumb_on_two_markers_hides_nothing(desk: Desk) -> None:
    _sheet, layout, page = desk.print()
    desk.write(page, layout, WRITTEN)
    photo = photos.photograph(page, layout, photos.LEVELS["normal"], desk.rng, covered=2)
    [found] = desk.send(photo)
    assert found.state is ScanState.READ
    assert [row["value"] for row in found.rows[:4]] == ["1:23.40", "58.25", "DNS", "10:35.60"]


def blank(shade: int) -> bytes:
    kept = io.BytesIO()
    Image.new("L", (1200, 1600), shade).save(kept, "PNG")
    return kept.getvalue()


def bomb() -> bytes:
    kept = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(kept, "PNG")
    return kept.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "broken"),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "broken"),
        (lambda: b"<html><script>alert(1)</script>", "broken"),
        (lambda: b"%PDF-1.7\nnothing of the kind", "broken"),
        (lambda: blank(250)[:-40], "broken"),
        (bomb, "too_large"),
        (lambda: blank(10), "dark"),
        (lambda: blank(200), "blurred"),
    ],
)
def test_what_is_no_photo_of_a_sheet_is_refused_with_the_reason(
    desk: Desk, data: Callable[[], bytes], reason: str
) -> None:
    [found] = desk.send(data())
    assert (found.state, found.reason) == (ScanState.REFUSED, reason)
    page = desk.client.get(f"{desk.url}/{found.id}")
    assert page.status_code == 200
    assert reason not in page.text.split("<h1>")[1] or reason in {"dark", "blurred"}


def test_a_scanned_pdf_becomes_a_scan_a_page(desk: Desk) -> None:
    _sheet, layout, page = desk.print()
    desk.write(page, layout, WRITTEN)
    pages = [Image.fromarray(page).resize((1240, 1754)), Image.new("L", (1240, 1754), 255)]
    kept = io.BytesIO()
    pages[0].save(kept, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    found = desk.send(kept.getvalue(), name="scan.pdf")
    assert [one.state for one in found] == [ScanState.READ, ScanState.REFUSED]
    assert [row["value"] for row in found[0].rows[:4]] == ["1:23.40", "58.25", "DNS", "10:35.60"]


def test_a_job_that_runs_twice_reads_once(desk: Desk, scan: PaperScan) -> None:
    from app.paper.scans import read_scan

    before = scan.flat
    read_scan(scan.id)
    db.session.rollback()
    assert db.session.get_one(PaperScan, scan.id).flat == before


def test_too_many_too_large_and_nothing_at_all_are_said_at_once(desk: Desk) -> None:
    assert desk.client.post(desk.url, data={}).status_code == 422
    many = [(io.BytesIO(bytes([n])), f"{n}.jpg") for n in range(21)]
    assert desk.client.post(desk.url, data={"files": many}).status_code == 422
    assert db.session.query(PaperScan).count() == 0


def test_only_those_who_score_the_sheet_see_its_photo(desk: Desk, scan: PaperScan, sign_in: SignIn) -> None:
    helper, other = make.user(), make.user()
    make.assign(helper, desk.event.groups[0])
    make.assign(other, make.group(desk.event, "Bears"))
    assert sign_in(helper).get(f"{desk.url}/{scan.id}").status_code == 200
    outside = sign_in(other)
    for path in ("", "/photo", "/rows/0"):
        assert outside.get(f"{desk.url}/{scan.id}{path}").status_code == 404
    assert outside.post(f"{desk.url}/{scan.id}").status_code == 404
    stranger = sign_in(make.user(Role.EVALUATOR))
    assert stranger.get(desk.url).status_code == 404


def test_a_program_reads_photos_from_the_command_line(desk: Desk, app: Flask, tmp_path: Path) -> None:
    sheet, layout, page = desk.print()
    desk.write(page, layout, WRITTEN)
    (tmp_path / "one.jpg").write_bytes(desk.photo(page, layout))
    (tmp_path / "two.jpg").write_bytes(blank(10))
    done = app.test_cli_runner().invoke(
        args=["paper", "read", str(tmp_path / "one.jpg"), str(tmp_path / "two.jpg"), "--json"]
    )
    first, second = map(json.loads, done.output.splitlines())
    assert (first["sheet"], first["page"], first["version"]) == (sheet.id, 1, 1)
    assert {"value", "confidence", "state", "reasons"} <= set(first["rows"][0])
    assert first["rows"][0]["value"] == "1:23.40"
    assert second["refused"] == "dark"
    plain = app.test_cli_runner().invoke(args=["paper", "read", str(tmp_path / "one.jpg")])
    assert "1:23.40" in plain.output
