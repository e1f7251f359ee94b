"""From the printed sheet to the board: written on, photographed, read, looked at, saved, and shown again."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app import assets
from app.accounts.models import Role
from app.database import now
from app.events.kinds import ActivityState, EvaluationType
from app.extensions import db
from app.paper.models import PaperEvidence, PaperScan, ScanState
from app.paper.scans import remove_old_photos
from app.scoring.models import RecordChange, Source
from app.scoring.values import Status
from tests.conftest import SignIn
from tests.support import make, photos

from .conftest import NAMES, WRITTEN, Desk

pytestmark = pytest.mark.usefixtures("context")


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


def test_photos_are_kept_for_as_long_as_the_event_says(desk: Desk, scan: PaperScan) -> None:
    [_first, waiting] = desk.send(blank(200))
    waiting.state = ScanState.READ
    desk.client.post(f"{desk.url}/{scan.id}", data=desk.form(scan))
    keys = [scan.file, scan.photo, scan.flat]
    answer = desk.client.post(f"{desk.url}/keeping", data={"days": 30}, follow_redirects=True)
    assert answer.status_code == 200
    assert desk.client.post(f"{desk.url}/keeping", data={"days": 7}).status_code == 422
    after(29)
    assert all(assets.read(key) for key in keys)
    after(31)
    for key in keys:
        with pytest.raises(assets.MissingFile):
            assets.read(key)
    assert db.session.get_one(PaperScan, waiting.id).file, "what waits for somebody waits on"
    assert desk.value(0) is not None, "the value stays"
    assert db.session.query(PaperEvidence).count() == 0
    person = desk.event.groups[0].participants[0]
    assert desk.client.get(f"{desk.url}/evidence/{desk.activity.id}/{person.id}").status_code == 404
    page = desk.client.get(f"{desk.url}/{scan.id}")
    assert "The photo has been deleted, as this event says." in page.text
    assert desk.client.get(f"{desk.url}/{scan.id}/photo").status_code == 404


def after(days: int) -> None:
    """So long after everything was settled, the chores are done."""
    for scan in db.session.query(PaperScan).where(PaperScan.settled_at.is_not(None)):
        scan.settled_at = now() - timedelta(days=days)
    db.session.commit()
    remove_old_photos()
    db.session.commit()


def test_photos_stay_with_the_event_where_nothing_else_is_said(desk: Desk, scan: PaperScan) -> None:
    desk.client.post(f"{desk.url}/{scan.id}/discard")
    after(3650)
    assert assets.read(scan.photo)


def test_what_was_typed_stays_where_the_activity_was_closed_meanwhile(desk: Desk, scan: PaperScan) -> None:
    form = desk.form(scan)
    person = desk.event.groups[0].participants[0]
    form[f"value-{person.id}-1"] = "1:24.44"
    desk.activity.state = ActivityState.LOCKED
    db.session.commit()
    answer = desk.client.post(f"{desk.url}/{scan.id}", data=form)
    assert answer.status_code == 409
    assert 'value="1:24.44"' in answer.text


def test_a_value_below_zero_has_a_box_for_its_minus(desk: Desk) -> None:
    desk.activity = make.activity(desk.event, EvaluationType.NUMERIC_HIGH, "Quiz")
    desk.activity.low, desk.activity.high = Decimal(-20), Decimal(100)
    db.session.commit()
    _sheet, layout, page = desk.print()
    desk.write(page, layout, {0: "15", 1: "85"})
    rows = layout.pages[0].rows
    photos.tick(page, photos.tick_box(rows[0], "-"), desk.rng)
    photos.tick(page, photos.tick_box(rows[2], "-"), desk.rng)
    [found] = desk.send(desk.photo(page, layout))
    assert [row["value"] for row in found.rows[:4]] == ["-15", "85", "", ""]
    assert found.rows[2]["reasons"] == ["gap"], "a minus with nothing behind it is somebody's to look at"
    desk.client.post(f"{desk.url}/{found.id}", data=desk.form(found))
    record = desk.value(0)
    assert record is not None
    assert record.amount == -15
