"""Taken away, brought in, taken away again: the same, to the byte."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Integer, delete, func, select
from werkzeug.test import TestResponse

from app import assets
from app.accounts.invitations.models import Invitation
from app.accounts.models import Role, User
from app.accounts.pictures import for_print
from app.audit import broken_rows
from app.audit.models import AuditEntry
from app.bundles.archive import packed, unpacked
from app.bundles.models import BundleImport
from app.bundles.reading import contents_of
from app.bundles.tables import CARRIED, LEFT_BEHIND, belonging_to_events, columns, is_json, refers_to, table
from app.bundles.writing import bundle_of
from app.database import locked, now
from app.diplomas import fonts, items, layouts, uploads
from app.diplomas.kinds import Basis, FileKind
from app.diplomas.models import AwardRule, DiplomaTemplate
from app.diplomas.queries import files as diploma_files
from app.diplomas.queries import layout_of
from app.diplomas.starters import STARTERS
from app.events.kinds import Checking, EvaluationType
from app.events.marking import Marking
from app.events.models import Activity, Event, EventEvaluator, Participant
from app.extensions import db
from app.jobs.models import Job
from app.jobs.runner import run_job
from app.leaderboards.screens.actions import add_image
from app.scoring.actions import Entry, save_records
from app.scoring.checking.actions import check
from app.scoring.flags.actions import raise_flag
from app.scoring.models import Record, RecordChange, Source
from app.tournaments import actions as tournaments
from app.tournaments.seeding import Method
from tests.conftest import SignIn
from tests.support import make
from tests.support.pictures import picture

pytestmark = pytest.mark.usefixtures("context")


def upload(browser: FlaskClient, data: bytes, name: str = "event.zip") -> TestResponse:
    head = f'--laurel\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = b"".join([head.encode(), data, b"\r\n--laurel--\r\n"])
    return browser.post("/bundles", data=body, content_type="multipart/form-data; boundary=laurel")


def work() -> None:
    for job_id in db.session.scalars(select(Job.id).where(Job.kind == "import_bundle").order_by(Job.id)).all():
        run_job(job_id)
    db.session.expire_all()


def bring_in(browser: FlaskClient, data: bytes, **form: str) -> Event:
    url = upload(browser, data).location
    browser.post(f"{url}/apply", data={"invite": "y", **form})
    work()
    answer = browser.get(url)
    assert answer.status_code == 303, answer.text
    return db.session.get_one(Event, int(answer.location.rpartition("/")[2]))


def take(browser: FlaskClient, event: Event) -> bytes:
    data: bytes = browser.get(f"/events/{event.id}/export/event.zip").data
    return data


def what_there_is(data: bytes) -> bytes:
    return zipfile.ZipFile(BytesIO(data)).read("event.json")


def a_day_of_everything(owner: User) -> Event:
    """An event with something in every table that goes along."""
    event = make.event("Závod č. 1")
    foxes, bears = make.group(event, "Foxes"), make.group(event, "Bears")
    make.category(event, "Young", 6, 9)
    eva, jan, gone = make.participant(foxes, "Eva", "7"), make.participant(bears, "Jan"), make.participant(bears, "Jan")
    eva.extra, gone.merged_into_id, gone.withdrawn_at = {"club": "Sokol"}, jan.id, now()
    run = make.activity(event, EvaluationType.TIME_LOW, "Run")
    jump = make.activity(event, EvaluationType.SCORE_SET, "Jump", marking=Marking(each=3))
    run.checking = Checking.REQUIRED
    event.freezes = {str(run.id): {"at": "2026-07-04T13:00:00+00:00"}, "event": {"at": "2026-07-04T14:00:00+00:00"}}
    helper, other = make.user(name="Hynek", email="hynek@example.org"), make.user(name="Olga", email="olga@example.org")
    make.assign(helper, foxes)
    db.session.add(EventEvaluator(event_id=event.id, user_id=other.id))
    db.session.commit()
    for time in ("1:23,4", "1:22,4"):
        save_records(event, [Entry(eva, run, (time,))], by=helper, source=Source.HAND)
    save_records(
        event, [Entry(jan, jump, ("3.5", None, "DNF")), Entry(eva, jump, ("4", "", ""))], by=helper, source=Source.HAND
    )
    check(event, run, [Entry(eva, run, ("1:25",))], by=other)
    raise_flag(event, run, eva, "The wind", picture(), by=other)
    db.session.commit()
    tournaments.save_rules(locked(Event, event.id), "taiko", 2, Method.Z_SUM, by=other)
    tournaments.add_map(event, "NM1", 101, "Artist - Song [Hard]", Decimal("1.5"), by=other)
    db.session.commit()
    add_diplomas(event, run, owner)
    add_image(event, "Lhota", picture(), by=owner)
    db.session.commit()
    return event


def add_diplomas(event: Event, run: Activity, owner: User) -> None:
    """A template with a drawing behind it, a logo and a font, changed twice and once taken back; and who gets it."""
    template = layouts.create_from_starter(event, "Winners", STARTERS["laurel"], "en", by=owner)
    logo = layouts.add_file(event, FileKind.PICTURE, "logo.png", for_print(picture(), 200), by=owner)
    data = (fonts.FOLDER / "Inter_700Bold.ttf").read_bytes()
    font = layouts.add_file(event, FileKind.FONT, uploads.font(data), data, by=owner)
    db.session.commit()

    def add_font(plain: dict[str, Any]) -> None:
        plain["fonts"] = [{"family": font.name, "file": font.key}]

    def add_logo(plain: dict[str, Any]) -> None:
        items.add(plain, "picture", file=logo.key)

    layouts.change(event, template, add_font, "font", by=owner)
    db.session.commit()
    layouts.change(event, template, add_logo, "logo", by=owner)
    db.session.commit()
    layouts.undo(event, template, by=owner)
    db.session.add(AwardRule(event_id=event.id, template_id=template.id, basis=Basis.ACTIVITY, activity_id=run.id))
    db.session.commit()


@pytest.fixture
def owner(context: None) -> User:
    return make.user(Role.ADMIN, "Otto")


@pytest.mark.both_databases
def test_what_is_brought_in_is_what_was_taken_away(owner: User, sign_in: SignIn) -> None:
    browser = sign_in(owner)
    event = a_day_of_everything(owner)
    data = take(browser, event)
    tables = json.loads(what_there_is(data))["tables"]
    assert [name for name in CARRIED if not tables[name]["rows"]] == [], "the event has something of everything"
    copy = bring_in(browser, data)
    assert copy.id != event.id
    assert what_there_is(take(browser, copy)) == what_there_is(data)
    run = copy.activities[0]
    template = db.session.scalars(select(DiplomaTemplate).where(DiplomaTemplate.event_id == copy.id)).one()
    assert layouts.redo(copy, template, by=owner)
    for key in layout_of(template).template.files:
        assert assets.read(key), "its drawing, its logo and its font are files of this installation"
    assert not layout_of(template).template.files & {file.key for file in diploma_files(event)}
    assert copy.freezes[str(run.id)] == {"at": "2026-07-04T13:00:00+00:00"}, "what was frozen there is frozen here"
    record = db.session.scalars(
        select(Record).join(Participant).where(Participant.event_id == copy.id, Participant.display_name == "Eva")
    ).first()
    assert record is not None
    assert (record.updated_by_name, record.updated_by_id) == ("Hynek", None), "whose it was is only a name here"


@pytest.mark.both_databases
def test_into_an_empty_installation(
    owner: User, sign_in: SignIn, make_app: Callable[..., Flask], tmp_path: object
) -> None:
    browser = sign_in(owner)
    data = take(browser, a_day_of_everything(owner))
    db.session.execute(delete(Event))
    db.session.execute(delete(User).where(User.id != owner.id))
    db.session.commit()
    copy = bring_in(browser, data)
    assert what_there_is(take(browser, copy)) == what_there_is(data)
    assert db.session.scalars(select(User.email)).all() == [owner.email], "nobody has got an account"
    asked = db.session.scalars(select(Invitation.email).order_by(Invitation.email)).all()
    assert asked == ["hynek@example.org", "olga@example.org"]
    assert list(broken_rows()) == []


def test_the_log_comes_along_as_a_file_and_is_not_ours(owner: User, sign_in: SignIn) -> None:
    browser = sign_in(owner)
    event = a_day_of_everything(owner)
    theirs = db.session.scalar(select(func.count()).where(AuditEntry.event_id == event.id))
    copy = bring_in(browser, take(browser, event))
    first = db.session.scalars(select(AuditEntry).where(AuditEntry.event_id == copy.id).order_by(AuditEntry.sequence))
    assert next(first).action == "bundle.import"
    [log] = json.loads(browser.get(f"/events/{copy.id}/export/origin.json").data)
    assert len(log["entries"]) == theirs
    again = contents_of(unpacked(take(browser, copy)))
    assert [origin.event_id for origin in again.origins] == [event.id, copy.id]
    assert all(origin.unbroken for origin in again.origins)
    assert list(broken_rows()) == []


def test_an_altered_log_is_told_of(owner: User, sign_in: SignIn) -> None:
    browser = sign_in(owner)
    bundle = bundle_of(a_day_of_everything(owner), by=owner)
    bundle.logs[0]["entries"][1]["payload"] = {"value": "forged"}
    page = browser.get(upload(browser, packed(bundle)).location).text
    assert "it was altered on the way" in page


def test_photos_come_along(owner: User, sign_in: SignIn) -> None:
    browser = sign_in(owner)
    copy = bring_in(browser, take(browser, a_day_of_everything(owner)))
    flag = db.session.execute(select(table("flags")).where(table("flags").c.event_id == copy.id)).one()
    assert browser.get(f"/events/{copy.id}/flags/{flag.id}/photo").data == picture()


def test_the_demo_is_the_same_after_its_journey(app: Flask, owner: User, sign_in: SignIn) -> None:
    db.session.execute(delete(User))
    db.session.commit()
    app.test_cli_runner().invoke(args=["demo", "load"])
    browser = sign_in(make.user(Role.ADMIN))
    events = db.session.scalars(select(Event)).all()
    assert len(events) >= 3
    for event in events:
        data = take(browser, event)
        assert what_there_is(take(browser, bring_in(browser, data))) == what_there_is(data)


def test_who_does_not_want_them_leaves_the_evaluators_out(owner: User, sign_in: SignIn) -> None:
    browser = sign_in(owner)
    url = upload(browser, take(browser, a_day_of_everything(owner))).location
    assert "hynek@example.org" in browser.get(url).text
    browser.post(f"{url}/apply")
    work()
    copy = int(browser.get(url).location.rpartition("/")[2])
    assert not db.session.scalar(select(func.count()).where(EventEvaluator.event_id == copy))


def test_asked_twice_it_is_made_once(owner: User, sign_in: SignIn) -> None:
    browser = sign_in(owner)
    url = upload(browser, take(browser, a_day_of_everything(owner))).location
    for _ in range(2):
        browser.post(f"{url}/apply")
    work()
    work()
    assert db.session.scalar(select(func.count(Event.id))) == 2
    assert browser.post(f"{url}/apply").status_code == 409
    kept = db.session.scalars(select(BundleImport)).one()
    assert kept.file == "", "the uploaded file is full of people, and is gone"
    assert assets.read(kept.logs)


def test_a_discarded_bundle_leaves_nothing(owner: User, sign_in: SignIn) -> None:
    browser = sign_in(owner)
    url = upload(browser, take(browser, make.event())).location
    kept = db.session.scalars(select(BundleImport)).one().file
    assert browser.post(f"{url}/delete").location.endswith("/bundles")
    assert db.session.scalars(select(BundleImport)).all() == []
    with pytest.raises(assets.MissingFile):
        assets.read(kept)


def test_what_nobody_brings_in_is_forgotten(owner: User, sign_in: SignIn) -> None:
    from app.bundles.jobs import remove_old_bundles

    upload(sign_in(owner), take(sign_in(owner), make.event()))
    kept = db.session.scalars(select(BundleImport)).one()
    assert remove_old_bundles() == 0
    kept.created_at -= timedelta(days=8)
    assert remove_old_bundles() == 1


# What a neighbour may forget --------------------------------------------------------------------------------------


def test_every_table_of_an_event_goes_along_or_says_why_not() -> None:
    assert belonging_to_events() == set(CARRIED) | set(LEFT_BEHIND)
    assert not set(CARRIED) & set(LEFT_BEHIND)


NUMBERS = {
    *{"age", "age_from", "age_to", "colour", "decimal_places", "least_players", "mark_count", "position", "version"},
    "beatmap_id",
    *{"photo_days", "places"},
    *{"redo", "revision", "undo"},
}
"""What is counted, osu!'s own number of a map, and revisions inside one template; others may be the number of a row."""


def test_what_holds_the_number_of_a_row_is_known() -> None:
    """A column of JSON, or with whole numbers that are no count, needs a word on what is in it."""
    unclear = [
        f"{name}.{column.name}"
        for name, carried in CARRIED.items()
        for column in columns(name)
        if (is_json(column) and column.name not in {*carried.open_json, *carried.keys, *carried.files})
        or (isinstance(column.type, Integer) and column.name not in NUMBERS and refers_to(column) is None)
    ]
    assert unclear == []


def test_a_row_comes_after_those_that_it_names() -> None:
    order = list(CARRIED)
    late = [
        (name, target)
        for name in order
        for column in columns(name)
        if (target := refers_to(column)) and order.index(target) > order.index(name)
    ]
    assert late == []


def test_what_a_bundle_leaves_out_may_be_empty_or_has_a_default() -> None:
    for name in CARRIED:
        gone = {column.name for column in table(name).columns} - {column.name for column in columns(name)}
        for column in table(name).columns:
            if column.name in gone - {"id", "event_id", "name_key", "link_token"}:
                assert column.nullable or column.default is not None, f"{name}.{column.name}"


def test_history_has_as_many_rows_as_changes(owner: User, sign_in: SignIn) -> None:
    event = a_day_of_everything(owner)
    before = db.session.scalar(select(func.count(RecordChange.id)))
    bring_in(sign_in(owner), take(sign_in(owner), event))
    assert db.session.scalar(select(func.count(RecordChange.id))) == 2 * (before or 0)
