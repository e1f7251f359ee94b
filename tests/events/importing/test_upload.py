"""Bringing a file: who may, what is kept, and what is refused with a word on what to do."""

from __future__ import annotations

import gzip
import os
import zipfile
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Role
from app.audit.models import AuditEntry
from app.config import Settings
from app.events.kinds import EventStatus
from app.events.models import Event, Import
from app.extensions import db
from tests.conftest import AppFactory, SignIn
from tests.events.importing.conftest import Desk, last_import, start_list, words
from tests.support import make
from tests.support.statements import counted

pytestmark = pytest.mark.usefixtures("context")

PEOPLE = "number;name;group\n1;Eva Malá;Red team\n2;Jan Novák;Blue team\n"


def xlsx() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


def files(settings: Settings) -> list[str]:
    return [path.name for path in settings.files.rglob("*") if path.is_file()]


# What is kept -----------------------------------------------------------------------------------------------------


def test_a_file_is_kept_and_leads_to_its_preview(desk: Desk, settings: Settings) -> None:
    answer = desk.upload(PEOPLE, "startovka.csv")
    import_ = last_import()
    assert (answer.status_code, answer.location) == (303, f"/imports/{import_.id}")
    assert (import_.filename, import_.user_id, import_.applied_at) == ("startovka.csv", desk.admin.id, None)
    assert files(settings) == [import_.file]
    assert desk.written() == (0, 0)


def test_bringing_a_file_is_in_the_audit_log_and_leaves_boards_as_they_are(desk: Desk) -> None:
    before = desk.event.revision
    desk.upload(PEOPLE)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.event_id == desk.event.id)).one()
    assert (entry.action, entry.actor_name, entry.payload) == ("import.create", "Věra", {"filename": "list.csv"})
    assert db.session.get_one(Event, desk.event.id).revision == before


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("a\x00b.csv", "ab.csv"),
        ("<b>.csv", "<b>.csv"),
        ("x" * 300 + ".csv", "x" * 196 + ".csv"),
    ],
)
@pytest.mark.both_databases
def test_a_file_name_is_only_ever_shown(desk: Desk, settings: Settings, sent: str, shown: str) -> None:
    url = desk.upload(PEOPLE, sent).location
    import_ = last_import()
    assert import_.filename == shown
    assert files(settings) == [import_.file]
    assert "<b>.csv" not in desk.browser.get(url).text


def test_the_list_shows_what_became_of_earlier_files(desk: Desk) -> None:
    desk.upload(PEOPLE, "waiting.csv")
    desk.bring_in(PEOPLE)
    page = words(desk.browser.get(desk.url).text)
    assert "waiting.csv" in page
    assert "not confirmed" in page
    assert "imported 2 new, 0 changed, 0 left out" in page


def test_an_event_without_imports_says_what_to_do(desk: Desk) -> None:
    page = words(desk.browser.get(desk.url).text)
    assert "You see what it would do before anything is written." in page
    assert "None yet" in page


def test_listing_costs_the_same_few_statements_for_1_and_300_imports(app: Flask, desk: Desk) -> None:
    desk.upload(PEOPLE)
    one = last_import()
    with counted(app) as few:
        desk.browser.get(desk.url)
    same = {"event_id": one.event_id, "filename": "x", "file": "", "options": {}, "created_at": one.created_at}
    db.session.add_all([Import(**same) for _ in range(299)])
    with counted(app) as many:
        page = desk.browser.get(desk.url).text
    assert len([sent for sent in many if "INSERT" not in sent]) == len(few) <= 5
    assert page.count("/imports/") >= 50


# What is refused --------------------------------------------------------------------------------------------------

HOSTILE = {
    "xlsx": (xlsx(), "This spreadsheet is damaged or cut short."),
    "xls": (b"\xd0\xcf\x11\xe0" + bytes(600), "a file of the kind XLS."),
    "pdf": (b"%PDF-1.7\n1 0 obj", "a file of the kind PDF."),
    "png": (b"\x89PNG\r\n\x1a\n" + os.urandom(200), "a file of the kind PNG."),
    "gzip": (gzip.compress(PEOPLE.encode()), "a file of the kind GZIP."),
    "binary": (bytes(range(256)) * 20, "This is not a text file."),
    "nul": (b"name;group\nEva\x00;A\n", "This is not a text file."),
    "cut utf-16": (b"\xff\xfen\x00a\x00m", "cannot be read as utf-16"),
    "empty": (b"", "The file is empty."),
    "blank": (b" \r\n;;;\n\t\n", "The file is empty."),
    "mark only": (b"\xef\xbb\xbf", "The file is empty."),
    "header only": (b"name;group\r\n", "There is nobody in the file"),
    "quotes": (b'name;group\n"Eva;A\nJan;B\n', "a quotation mark is not closed"),
    "columns": (b";".join(b"c%d" % n for n in range(300)) + b"\n1", "more than 200 columns"),
    "rows": (b"name;group\n" + b"Eva;A\n" * 10_001, "more than 10000 rows"),
    "large": (b"name;group\n" + b"Eva;A\n" * 900_000, "larger than 5 MB"),
    "long header": (b"x" * 500 + b";group\nEva;A\n", "A header is very long."),
    "long cell": (b"name;group\n" + b"x" * 200_000 + b";A\n", "a cell is far too long"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_wrong_file_is_refused_with_what_is_wrong_and_nothing_is_kept(
    desk: Desk, settings: Settings, kind: str
) -> None:
    content, message = HOSTILE[kind]
    answer = desk.upload(content)
    assert answer.status_code == 422
    assert message in words(answer.text)
    assert 'aria-invalid="true"' in answer.text
    assert files(settings) == []
    assert db.session.scalar(select(func.count()).select_from(Import)) == 0
    assert desk.written() == (0, 0)


@pytest.mark.parametrize("data", [{}, {"file": ""}, {"file": "text, not a file"}, {"file": (BytesIO(b""), "")}])
def test_no_file_at_all_is_asked_for(desk: Desk, data: dict[str, object]) -> None:
    answer = desk.browser.post(desk.url, data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Choose a file." in answer.text


def test_a_request_too_large_to_be_taken_at_all_gets_the_same_page(make_app: AppFactory, desk: Desk) -> None:
    small = make_app(upload_limit=2000).test_client()
    with desk.browser.session_transaction() as mine, small.session_transaction() as session:
        session["_user_id"] = mine["_user_id"]
    answer = small.post(desk.url, data={"file": (BytesIO(b"x" * 3000), "list.csv")})
    assert answer.status_code == 413
    assert "The file is larger than 5 MB." in answer.text
    assert "Check the file" in answer.text
    assert small.post(desk.preview(PEOPLE), data={"x": "y" * 3000}).status_code == 413
    stranger = make_app(upload_limit=2000).test_client()
    assert "sign-in" in stranger.post(desk.url, data={"file": (BytesIO(b"x" * 3000), "list.csv")}).location


def test_an_archived_event_takes_no_file(desk: Desk, settings: Settings) -> None:
    desk.event.status = EventStatus.ARCHIVED
    assert "Check the file" not in desk.browser.get(desk.url).text
    answer = desk.upload(PEOPLE)
    assert answer.status_code == 409
    assert "This event is archived" in answer.text
    assert files(settings) == []


def test_the_eleventh_file_in_a_minute_has_to_wait(desk: Desk) -> None:
    assert [desk.upload("name;group\n").status_code for _ in range(11)] == [422] * 10 + [429]


# Who may ----------------------------------------------------------------------------------------------------------


def addresses(desk: Desk) -> list[tuple[str, str]]:
    one = desk.preview(start_list(2))
    return [
        ("GET", desk.url),
        ("POST", desk.url),
        ("GET", one),
        ("POST", one),
        ("POST", f"{one}/apply"),
        ("POST", f"{one}/delete"),
    ]


def test_only_admins_import(app: Flask, desk: Desk, sign_in: SignIn) -> None:
    helper, outsider, stranger = (
        sign_in(make.user(Role.EVALUATOR)),
        sign_in(make.user(Role.PLAYER)),
        app.test_client(),
    )
    for method, url in addresses(desk):
        assert helper.open(url, method=method).status_code == 403
        assert outsider.open(url, method=method).status_code == 403
        assert "/sign-in" in stranger.open(url, method=method).location
    assert last_import().job_id is None


def test_what_does_not_exist_is_not_found(desk: Desk) -> None:
    assert desk.browser.get("/events/999/imports").status_code == 404
    assert desk.browser.post("/events/999/imports", data={"file": (BytesIO(PEOPLE.encode()), "x")}).status_code == 404
    for url in ("/imports/999", "/imports/999/apply", "/imports/999/delete"):
        assert desk.browser.post(url).status_code == 404


def test_every_write_asks_for_the_token_of_its_form(make_app: AppFactory, desk: Desk) -> None:
    strict = make_app(extra={}).test_client()
    with desk.browser.session_transaction() as mine, strict.session_transaction() as session:
        session["_user_id"] = mine["_user_id"]
    for method, url in addresses(desk):
        if method == "POST":
            assert strict.post(url).status_code == 400
