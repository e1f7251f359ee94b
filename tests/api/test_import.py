from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.api import import_schemas, schemas
from app.events.importing.reading import LARGEST
from app.events.kinds import EventStatus
from app.events.models import Event, Import, Participant
from app.extensions import db
from app.scoring.models import Record
from tests.support.workbooks import xlsx

from .conftest import Games, Script

FILE = "id;name;group;Long jump\na-1;Alice;Red;4,5\nd-1;Dora;Green;3\n"


def url(games: Games, **query: str) -> str:
    return f"{games.url}/import?" + "&".join(f"{name}={value}" for name, value in query.items())


def people(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Participant)) or 0


def form(data: bytes, name: str = "file") -> dict[str, Any]:
    """As a script sends it; the client of the tests would leave a temporary file open."""
    head = f'--laurel\r\nContent-Disposition: form-data; name="{name}"; filename="list.xlsx"\r\n\r\n'
    body = b"".join([head.encode(), data, b"\r\n--laurel--\r\n"])
    return {"data": body, "content_type": "multipart/form-data; boundary=laurel"}


def test_a_dry_run_says_what_would_be_written_and_writes_nothing(app: Flask, games: Games, admin: Script) -> None:
    answer = admin.post(url(games, dry_run="true"), data=FILE.encode())
    assert answer.status_code == 200
    found = import_schemas.Imported.model_validate_json(answer.data)
    assert (found.dry_run, found.import_id, found.new, found.changed, found.refused) == (True, None, 1, 1, 0)
    assert found.groups_new == ["Green"]
    assert (found.read.kind, found.read.delimiter, found.read.header_row) == ("CSV", ";", 1)
    assert found.read.columns == {
        **{"id": "external_id", "name": "display_name", "group": "group_name"},
        "Long jump": f"activity:{games.jump.id}",
    }
    assert people(app) == 3


@pytest.mark.both_databases
def test_people_and_results_come_in_with_the_body_or_as_a_form(app: Flask, games: Games, admin: Script) -> None:
    answer = admin.post(url(games), data=FILE.encode())
    assert answer.status_code == 200, answer.text
    again = admin.post(url(games), **form(xlsx({"A": [["id", "name", "group"], ["e-1", "Ema", "Green"]]})))
    assert again.json is not None
    assert (again.json["read"]["kind"], again.json["new"]) == ("XLSX", 1)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Record)) == 2
        imports = db.session.scalars(select(Import).order_by(Import.id)).all()
        assert [one.filename for one in imports] == ["", "list.xlsx"]
        assert imports[1].id == again.json["import_id"]
        assert all(one.applied_at for one in imports)
    assert people(app) == 5


def test_attempts_come_in_and_the_decimal_mark_can_be_given(app: Flask, games: Games, admin: Script) -> None:
    text = "id;name;group;Throw 1;3. throw\na-1;Alice;Red;1.234;5,5\nb-1;Bob;Red;7;"
    found = import_schemas.Imported.model_validate_json(admin.post(url(games, dry_run="1"), data=text.encode()).data)
    assert found.read.decimals == "comma"
    throw = games.throw.id
    assert list(found.read.columns.values())[3:] == [f"activity:{throw}", f"activity:{throw}:3"]
    assert admin.post(url(games, decimals="dash"), data=text.encode()).status_code == 422
    assert admin.post(url(games, decimals="point"), data=text.encode()).status_code == 200
    assert marks_of_alice(app) == ["1.234", None, "5.5"]
    assert admin.post(url(games, decimals="comma"), data=text.encode()).json["changed"] == 1  # type: ignore[index]
    assert marks_of_alice(app) == ["1234", None, "5.5"]


def marks_of_alice(app: Flask) -> list[str | None]:
    with app.app_context():
        alice = select(Record).join(Record.participant).where(Participant.display_name == "Alice")
        marks = db.session.scalars(alice).one().marks
        return [None if mark.amount is None else f"{mark.amount:f}" for mark in marks]


def test_one_refused_row_refuses_the_file_unless_it_may_be_left_out(app: Flask, games: Games, admin: Script) -> None:
    text = b"name;group;age\nDora;Red;9\nEma;Red;old\n;;8"
    answer = admin.post(url(games), data=text)
    assert answer.status_code == 422
    errors = import_schemas.RowErrors.model_validate_json(answer.data)
    assert [(one.row, one.column) for one in errors.errors] == [(3, "age"), (4, "name"), (4, "group")]
    assert (errors.error_count, errors.error_code) == (3, "invalid")
    assert people(app) == 3
    assert admin.post(url(games, leave_out="true"), data=text).status_code == 200
    assert people(app) == 4


def test_what_was_found_out_wrong_can_be_given(games: Games, admin: Script) -> None:
    text = "name;age\nDora;9".encode("utf-16-be")
    answer = admin.post(url(games, dry_run="1", encoding="utf-8"), data="name;age\nŽofie;9".encode("cp1250"))
    assert answer.json is not None
    assert (answer.status_code, answer.json["error_code"]) == (422, "unreadable")
    answer = admin.post(url(games, dry_run="1", group="All", header_row="1"), data=b"name;age\nDora;9")
    assert answer.json is not None
    assert answer.json["groups_new"] == ["All"]
    assert admin.post(url(games), data=b"name;age\nDora;9").json["error_code"] == "columns"  # type: ignore[index]
    assert admin.post(url(games, header_row="99"), data=text).status_code == 422


@pytest.mark.parametrize(
    "body", [b"", b"name;group\n", b"PK\x03\x04xl/", b"\x00" * 50, b"name;group\nEva;A\n" * 700_000]
)
def test_a_bad_file_gets_an_honest_error(app: Flask, games: Games, admin: Script, body: bytes) -> None:
    answer = admin.post(url(games), data=body)
    assert answer.status_code == (413 if len(body) > LARGEST else 422)
    schemas.Error.model_validate_json(answer.data)
    assert people(app) == 3


def test_a_form_without_a_file_says_so(games: Games, admin: Script) -> None:
    answer = admin.post(url(games), **form(b"name;group\nEva;A", name="other"))
    assert answer.json is not None
    assert (answer.status_code, answer.json["error_code"]) == (422, "missing")


def test_only_admins_import_and_only_into_events_that_change(
    app: Flask, games: Games, admin: Script, evaluator: Script, outsider: Script
) -> None:
    for script in (evaluator, outsider):
        assert script.post(url(games), data=FILE.encode()).status_code == 403
    assert admin.post("/api/v1/events/999/import", data=FILE.encode()).status_code == 404
    with app.app_context():
        db.session.get_one(Event, games.event.id).status = EventStatus.ARCHIVED
        db.session.commit()
    assert admin.post(url(games), data=FILE.encode()).status_code == 409
    assert people(app) == 3


def test_the_eleventh_file_in_a_minute_has_to_wait(games: Games, admin: Script) -> None:
    found = [admin.post(url(games, dry_run="1"), data=FILE.encode()).status_code for _ in range(11)]
    assert found == [200] * 10 + [429]
