"""Writing: a sheet of 30 rows at once, and an import of 10,000, beside plain transactions that write the same."""

from __future__ import annotations

import csv
import gc
import io
import logging
from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

import structlog
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app import create_app
from app.accounts.actions import create_user, open_session
from app.accounts.models import Role, User
from app.audit.models import AuditEntry
from app.database import now
from app.events.importing import actions, jobs, queries
from app.events.importing.reading import read_table
from app.events.models import Activity, Event
from app.extensions import db
from app.scoring.models import Mark, Record, RecordChange
from bench import data
from bench.harness import Place, Turn, compare, computing, head, place

SAVES = 20
PEOPLE = 10_000
PLAIN_INSERT = """
    INSERT INTO participants (event_id, group_id, display_name, external_id, gender, born, extra, position)
    VALUES (:event, :group, :name, 'x' || :id, :gender, :born, '{}', :position)
"""
numbers = count(1)


def main() -> None:
    with place() as here:
        app = create_app(replace(here.settings, extra={"WTF_CSRF_ENABLED": False}))
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        with app.app_context():
            user = create_user("admin@example.org", "Admin", Role.ADMIN, "correct horse battery", by=None)
            event = data.event(30)
            db.session.commit()
        head("Writing, CPU of one sheet and of one imported row")
        sheet(here, app, user, event)
        importing(app, user)


def sheet(here: Place, app: Flask, user: User, event: Event) -> None:
    """Laurel's share includes the request: session, form, rights, parsing, audit."""
    with app.app_context():
        browser, cookie = signed_in(app, user)
        event = db.session.get_one(Event, event.id)
        group, activity = event.groups[0], event.activities[0]
        ids = [person.id for person in group.participants]
        url = f"/sheets/{group.id}/{activity.id}"
        activity_id, event_id = activity.id, event.id
        db.session.remove()
    version = count(1)

    def ours() -> int:
        for _save in range(SAVES):
            at, value = next(version), next(numbers)
            form = {f"version-{one}": str(at) for one in ids} | {f"value-{one}-1": str(value) for one in ids}
            answer = browser.post(url, data=form, headers={"Cookie": cookie})
            assert answer.status_code == 303, answer.status_code
        return SAVES

    twin_event, twin_activity, twin_ids = twin_rows(here, event_id, activity_id)

    def twin() -> int:
        with app.app_context():
            for _save in range(SAVES):
                plain_save(twin_event, twin_activity, twin_ids, next(numbers), user.id)
        return SAVES

    compare("sheet of 30 saved at once", computing(ours), computing(twin), "0.33 (3 x)")


def twin_rows(here: Place, event_id: int, activity_id: int) -> tuple[int, int, list[int]]:
    """Another activity of the same people, so that the two do not meet."""
    with here.app().app_context():
        activity = db.session.get_one(Event, event_id).activities[1]
        people = [person.id for group in db.session.get_one(Event, event_id).groups for person in group.participants]
        assert activity.id != activity_id
        return event_id, activity.id, people


def plain_save(event_id: int, activity_id: int, ids: list[int], value: int, user_id: int) -> None:
    at, by = now(), {"by_id": user_id, "by_name": "Admin"}
    record = upsert(Record)
    stored = record.on_conflict_do_update(
        index_elements=["activity_id", "participant_id"],
        set_={name: record.excluded[name] for name in ("amount", "version", "updated_at")},
    ).returning(Record.id)
    rows = [
        {
            "activity_id": activity_id,
            "participant_id": one,
            "amount": value,
            "status": None,
            "version": 2,
            "updated_at": at,
            "updated_by_id": user_id,
            "updated_by_name": "Admin",
        }
        for one in ids
    ]
    record_ids = list(db.session.scalars(stored, rows))
    mark = upsert(Mark)
    db.session.execute(
        mark.on_conflict_do_update(index_elements=["record_id", "position"], set_={"amount": mark.excluded.amount}),
        [{"record_id": one, "position": 1, "amount": value, "status": None} for one in record_ids],
    )
    change = {"version": value + 10, "old": [None], "new": [str(value)], "source": "hand", "at": at, **by}
    db.session.execute(insert(RecordChange), [{"record_id": one, **change} for one in record_ids])
    entry = {"at": at, "actor_id": user_id, "actor_name": "Admin", "action": "records.save", "subject_kind": ""}
    chained = {"sequence": 1_000_000 + value, "payload": {"ids": record_ids}, "payload_hash": "", "hash": str(value)}
    db.session.execute(insert(AuditEntry), [{"event_id": event_id, "previous_hash": "", **entry, **chained}])
    db.session.execute(update(Activity).where(Activity.id == activity_id).values(revision=Activity.revision + 1))
    db.session.commit()


def signed_in(app: Flask, user: User) -> tuple[FlaskClient, str]:
    """A client and its cookie, which stays what it is: none of the pages with what was flashed is looked at here."""
    browser = app.test_client()
    token = open_session(user, address="127.0.0.1", browser="bench")
    db.session.commit()
    with browser.session_transaction() as session:
        session["_user_id"] = token
    cookie = browser.get_cookie("laurel")
    assert cookie
    return app.test_client(use_cookies=False), f"laurel={cookie.value}"


# Import -----------------------------------------------------------------------------------------------------------


def importing(app: Flask, user: User) -> None:
    """What the worker does once somebody has confirmed the preview: read the file, plan, write, commit."""
    file = people_file()
    gc.collect()
    gc.freeze()  # As the worker does before its first job.

    def ours() -> Turn:
        with app.app_context():
            event = data.event(0)
            import_ = actions.create_import(event, "people.csv", file, read_table(file), by=user)
            db.session.commit()
            seen = queries.plan(event, queries.reading(import_)).fingerprint()
            db.session.rollback()

            def work() -> int:
                jobs.apply_import(import_.id, user.id, seen)
                db.session.commit()
                return PEOPLE

            turn = computing(work)()
            assert import_.result
            assert import_.result["new"] == PEOPLE, import_.result
        return turn

    def twin() -> Turn:
        with app.app_context():
            event = data.event(30, with_records=False)
            common = {"event": event.id, "group": event.groups[0].id}

            def work() -> int:
                rows = [
                    {**line, **common, "position": n, "born": date.fromisoformat(line["born"]).isoformat()}
                    for n, line in enumerate(csv.DictReader(io.StringIO(file.decode())))
                ]
                raw: Any = db.session.connection().connection
                raw.cursor().executemany(PLAIN_INSERT, rows)
                db.session.commit()
                return PEOPLE

            return computing(work)()

    compare("import of 10,000 rows", ours, twin, "0.33 (3 x)")


def people_file() -> bytes:
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(["id", "name", "group", "gender", "born"])
    for n in range(PEOPLE):
        lines.writerow([n, f"Person {n}", f"Team {n % 300}", "FM"[n % 2], f"201{n % 8}-0{n % 9 + 1}-1{n % 10}"])
    return text.getvalue().encode()


if __name__ == "__main__":
    main()
