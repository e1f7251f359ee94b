"""A bundle may be anything: what is not one is refused with a word, and what does not fit together makes nothing."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.accounts.models import Role
from app.bundles import archive
from app.bundles.archive import Bundle, Damaged, packed, unpacked
from app.bundles.models import BundleImport
from app.bundles.reading import contents_of
from app.bundles.writing import bundle_of
from app.events.models import Event
from app.extensions import db
from tests.conftest import SignIn
from tests.support import make

from .test_round_trip import a_day_of_everything, upload, work


@pytest.fixture
def bundle(context: None) -> Bundle:
    owner = make.user(Role.ADMIN)
    made = bundle_of(a_day_of_everything(owner), by=owner)
    return unpacked(packed(made))


def zipped(**files: bytes | str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name.replace("__", "/").replace("_json", ".json"), data)
    return out.getvalue()


def code_of(data: bytes) -> str:
    with pytest.raises(Damaged) as caught:
        contents_of(unpacked(data))
    return caught.value.code


ABOUT = json.dumps({"format": archive.FORMAT})


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no_zip"),
        (b"PK\x03\x04 and no more", "no_zip"),
        (zipped(a="b"), "no_bundle"),
        (zipped(about_json="{}", event_json="{}", logs_json="[]"), "no_bundle"),
        (zipped(about_json='{"format": "laurel-bundle/2"}', event_json="{}", logs_json="[]"), "newer"),
        (zipped(about_json=ABOUT, event_json="[" * 100_000, logs_json="[]"), "no_bundle"),
        (zipped(about_json=ABOUT, event_json='{"files": [NaN]}', logs_json="[]"), "no_bundle"),
        (zipped(about_json=ABOUT, event_json='{"files": []}', logs_json="[]"), "contradictory"),
        (zipped(about_json=ABOUT, event_json='{"files": []}', logs_json="[]", more="x"), "no_bundle"),
        (zipped(about_json=ABOUT, event_json=b'{"files": []}\xff', logs_json="[]"), "no_bundle"),
    ],
)
def test_what_is_no_bundle_is_refused(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_a_zip_that_unpacks_to_more_than_there_is_room_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "UNPACKED", 10_000)
    assert code_of(zipped(about_json=ABOUT, event_json=b" " * 20_000, logs_json="[]")) == "too_large"
    monkeypatch.setattr(archive, "LARGEST_JSON", 1000)
    assert code_of(zipped(about_json=ABOUT, event_json=b" " * 2000, logs_json="[]")) == "too_large"


def test_a_zip_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(zipped(about_json=ABOUT, event_json=b" " * 20_000, logs_json="[]"))
    entry = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    data[entry + 24 : entry + 28] = struct.pack("<I", 10)
    assert code_of(bytes(data)) in {"no_zip", "no_bundle"}


def test_twice_the_same_name_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in ("about.json", "event.json", "logs.json"):
            made.writestr(name, ABOUT)
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("event.json", ABOUT)
    assert code_of(out.getvalue()) == "no_bundle"


@given(st.binary(max_size=400), st.integers(0, 600))
def test_whatever_the_bytes_are_there_is_an_answer(noise: bytes, at: int) -> None:
    whole = zipped(about_json=ABOUT, event_json='{"files": [], "tables": {}, "staff": []}', logs_json="[]")
    with suppress(Damaged):
        contents_of(unpacked(whole[:at] + noise + whole[at + len(noise) :]))


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("events", "name", None),
        ("events", "name", "x" * 121),
        ("events", "name", "nul\0"),
        ("events", "name", "\ud800"),
        ("events", "starts_on", "tomorrow"),
        ("events", "status", "BEST"),
        ("participants", "group_id", 99),
        ("participants", "group_id", 0),
        ("participants", "group_id", -1),
        ("participants", "extra", {"club": 7}),
        ("participants", "age", 1.5),
        ("participants", "age", True),
        ("participants", "age", 10**12),
        ("activities", "mark_count", 10**6),
        ("activities", "rules", {"criteria": [{"weight": "NaN?"}]}),
        ("activities", "low", "NaN"),
        ("records", "amount", "Infinity"),
        ("records", "version", 0),
        ("records", "updated_at", "2026-07-04T10:00:00"),
        ("marks", "position", 7),
        ("record_changes", "new", "7"),
        ("flags", "photo", 99),
        ("diploma_files", "key", 99),
        ("diploma_templates", "revision", 9),
        ("diploma_templates", "language", "tlh"),
        ("diploma_layouts", "undo", 9),
        ("diploma_layouts", "layout", {"paper": "a4", "items": [{"kind": "script", "id": "x"}]}),
        ("diploma_layouts", "layout", {"background": "0" * 32}),
        ("diploma_layouts", "layout", {"background": "1" * 32}),
        ("diploma_layouts", "layout", {"background": {"bundled_file": 1}}),
        ("diploma_layouts", "layout", {"background": {"bundled_file": "1"}}),
        ("award_rules", "places", 0),
    ],
)
def test_what_cannot_be_is_refused(bundle: Bundle, table: str, column: str, value: Any) -> None:
    event: Any = deepcopy(bundle.event)
    given = event["tables"][table]
    given["rows"][0][given["columns"].index(column)] = value
    with pytest.raises(Damaged) as caught:
        contents_of(Bundle(bundle.about, event, bundle.logs, bundle.files))
    assert caught.value.code == "contradictory"


@pytest.mark.parametrize("data", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"", b"GIF89a"])
def test_a_file_that_is_no_picture_and_no_font_is_refused(bundle: Bundle, data: bytes) -> None:
    for number in range(len(bundle.files)):
        files = [data if place == number else file for place, file in enumerate(bundle.files)]
        with pytest.raises(Damaged) as caught:
            contents_of(Bundle(bundle.about, bundle.event, bundle.logs, files))
        assert caught.value.code == "contradictory"


def test_what_another_laurel_knows_and_this_one_does_not_is_said_to_be_newer(bundle: Bundle) -> None:
    changes: list[dict[str, Any]] = [
        {"secrets": {"columns": [], "rows": []}},
        {"groups": {"columns": ["shape"], "rows": []}},
    ]
    for change in changes:
        event = {**bundle.event, "tables": {**bundle.event["tables"], **change}}
        with pytest.raises(Damaged) as caught:
            contents_of(Bundle(bundle.about, event, bundle.logs, bundle.files))
        assert caught.value.code == "newer"


def test_a_file_that_was_exchanged_is_told_of(bundle: Bundle) -> None:
    whole = zipfile.ZipFile(io.BytesIO(packed(bundle)))
    names = {name: whole.read(name) for name in whole.namelist()}
    assert code_of(zipped(**{**names, "files/1": b"<script>"})) == "altered"


@pytest.mark.both_databases
def test_rows_that_the_database_refuses_make_nothing_at_all(bundle: Bundle, sign_in: SignIn) -> None:
    event: Any = deepcopy(bundle.event)
    event["tables"]["records"]["rows"].append(event["tables"]["records"]["rows"][0])
    data = packed(Bundle(bundle.about, {k: v for k, v in event.items() if k != "files"}, bundle.logs, bundle.files))
    browser = sign_in(make.user(Role.ADMIN))
    url = upload(browser, data).location
    browser.post(f"{url}/apply")
    work()
    assert "It broke off, and nothing was made" in browser.get(url).text
    assert db.session.scalar(select(func.count(Event.id))) == 1


def test_the_page_says_what_is_wrong_and_keeps_nothing(context: None, sign_in: SignIn) -> None:
    browser: FlaskClient = sign_in(make.user(Role.ADMIN))
    answer = upload(browser, b"no zip")
    assert answer.status_code == 422
    assert "This is not a bundle, or it is damaged." in answer.text
    assert browser.post("/bundles").status_code == 422
    assert db.session.scalars(select(BundleImport)).all() == []


def test_too_large_a_file_is_refused_with_a_word(context: None, sign_in: SignIn) -> None:
    browser = sign_in(make.user(Role.ADMIN))
    answer = upload(browser, b"x" * (archive.LARGEST + 200_000))
    assert answer.status_code == 413
    assert "larger than Laurel takes" in answer.text


def test_only_admins_take_events_away_or_bring_them_in(context: None, sign_in: SignIn) -> None:
    event, helper = make.event(), sign_in(make.user(Role.EVALUATOR))
    assert helper.get(f"/events/{event.id}/export/event.zip").status_code == 403
    assert helper.get("/bundles").status_code == 403
