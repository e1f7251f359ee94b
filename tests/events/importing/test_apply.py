"""What is written once it is confirmed: all of it or nothing, once, and only what was looked at."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select, text

from app import assets, audit, processes
from app.audit.models import AuditEntry
from app.database import now
from app.events.importing import jobs as importing_jobs
from app.events.kinds import EventStatus, Gender
from app.events.models import Import, Participant
from app.extensions import db
from app.jobs.models import Job, JobState
from app.jobs.runner import BACKOFF, run_job
from tests.conftest import AppFactory, StartWorker
from tests.events.importing.conftest import PIECE, Desk, last_import, start_list, words, work
from tests.support import make
from tests.support.statements import counted

pytestmark = pytest.mark.usefixtures("context")

REAL = Path(__file__).parents[3] / "../shared/data/powerlifting/start_list_semicolon_cp1250.csv"

PEOPLE = (
    "Číslo;Jméno;Pohlaví;Kategorie;Barva;Věk;Narození;Tričko\n"
    "101;Anežka Dvořáková;Ž;Blue team;modrá;12;12. 4. 2014;S\n"
    "102;Matěj Krejčí;M;Red team;;;;\n"
    ";=1+1;;blue TEAM;;;;@SUM(A1)\n"
)


def last_job() -> Job:
    return db.session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()


# What is written --------------------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_people_and_their_groups_stand_in_the_order_of_the_file(desk: Desk) -> None:
    page = words(desk.bring_in(PEOPLE))
    assert "The people are in" in page
    assert "New 3 Changed 0 Unchanged 0 Left out 0 New groups 2" in page
    blue, red = desk.groups()
    assert (blue.name, blue.name_key, blue.identifier, blue.colour) == ("Blue team", "blue team", "modrá", 1)
    assert (red.name, red.identifier, red.colour) == ("Red team", "", 2)
    anezka, matej, formula = desk.people()
    assert (anezka.external_id, anezka.gender, anezka.age, anezka.born) == ("101", Gender.F, 12, date(2014, 4, 12))
    assert (anezka.group_id, anezka.extra) == (blue.id, {"Tričko": "S"})
    assert (matej.display_name, matej.gender, matej.age, matej.born, matej.extra) == (
        *("Matěj Krejčí", Gender.M, None, None, {}),
    )
    assert (formula.display_name, formula.external_id, formula.group_id) == ("=1+1", None, blue.id)
    assert formula.extra == {"Tričko": "@SUM(A1)"}


def test_what_comes_later_stands_after_what_is_there_and_colours_go_round(desk: Desk) -> None:
    group = make.group(desk.event, "Red")
    make.participant(group, "Eva", external_id="7")
    desk.bring_in("name;group\n" + "\n".join(f"P{n};G{n}" for n in range(12)) + "\nLast;red")
    assert [one.name for one in desk.groups()] == ["Red", *(f"G{n}" for n in range(12))]
    assert [one.display_name for one in desk.people()] == ["Eva", *(f"P{n}" for n in range(12)), "Last"]
    assert desk.people()[-1].group_id == group.id
    colours = [one.colour for one in desk.groups()][1:]
    assert sorted(colours[:10]) == list(range(1, 11))
    assert colours[10:] == colours[:2]


@pytest.mark.both_databases
def test_a_second_import_updates_by_number_and_adds_the_rest(desk: Desk) -> None:
    desk.bring_in(PEOPLE)
    eva_before = desk.people()[0].id
    page = words(desk.bring_in("id;name;group;T-shirt\n101;Anežka Malá;Green team;M\n104;Ota;Red team;"))
    assert "New 1 Changed 1 Unchanged 0 Left out 0 New groups 1" in page
    anezka = desk.people()[0]
    assert (anezka.id, anezka.display_name, anezka.age) == (eva_before, "Anežka Malá", 12)
    assert anezka.extra == {"Tričko": "S", "T-shirt": "M"}
    assert [one.name for one in desk.groups()] == ["Blue team", "Red team", "Green team"]
    assert anezka.group_id == desk.groups()[2].id
    assert desk.people()[-1].display_name == "Ota"


def test_refused_rows_are_left_out_and_named(desk: Desk) -> None:
    page = words(desk.bring_in("name;group;age\nEva;Red;9\n;Red;9\nJan;Red;old\n"))
    assert "Left out 2" in page
    assert "Rows 3, 4." in page
    assert [one.display_name for one in desk.people()] == ["Eva"]


def test_a_running_event_takes_latecomers(desk: Desk) -> None:
    desk.event.status = EventStatus.ACTIVE
    desk.bring_in("name;group\nEva;Red")
    assert desk.written() == (1, 1)


def test_another_event_is_left_alone(desk: Desk) -> None:
    other = make.participant(make.group(make.event("Other"), "Red"), "Eva", external_id="101")
    desk.bring_in("id;name;group\n101;Jan;Red")
    assert desk.written() == (1, 1)
    assert db.session.get_one(Participant, other.id).display_name == "Eva"


def test_one_entry_of_the_audit_log_tells_all_of_it_and_boards_are_told(desk: Desk) -> None:
    desk.bring_in("id;name;group;born\n7;Eva;Red;12. 4. 2014")
    eva = desk.people()[0]
    activity = make.activity(desk.event)
    before = desk.event.revision, activity.revision
    desk.bring_in("id;name;group;born\n7;Eva;Blue;13. 4. 2014\n8;Jan;Red;\n;;Red;")
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.actor_name, entry.subject_id) == ("import.apply", "Věra", last_import().id)
    assert entry.payload is not None
    assert entry.payload["counts"] == {"new": 1, "changed": 1, "unchanged": 0, "refused": 1}
    assert entry.payload["changes"] == {
        str(eva.id): {"group_name": ["Red", "Blue"], "born": ["2014-04-12", "2014-04-13"]}
    }
    assert entry.payload["participants"] == [desk.people()[1].id]
    assert entry.payload["groups"] == [desk.groups()[1].id]
    assert (desk.event.revision, activity.revision) == (before[0] + 1, before[1] + 1)
    assert list(audit.broken_rows()) == []


@pytest.mark.both_databases
def test_applying_costs_the_same_statements_for_1_and_1200_people(desk: Desk) -> None:
    worker: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def cost(content: str) -> int:
        desk.confirm(desk.preview(content))
        with counted(worker) as sent:
            work()
        return len(sent)

    few = cost(start_list(1))
    assert cost(start_list(1200).replace("P0;Person 0", "P0;Somebody")) <= few + 1
    assert desk.written() == (7, 1200)


@pytest.mark.skipif(not REAL.exists(), reason="needs ../shared/data")
@pytest.mark.both_databases
def test_a_real_start_list_comes_in_whole_and_only_once(desk: Desk) -> None:
    assert "New 1,222" in words(desk.bring_in(REAL.read_bytes()))
    assert desk.written() == (57, 1222)
    assert "Everything is unchanged" in desk.browser.get(desk.preview(REAL.read_bytes())).text


# Once, and only what was looked at --------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_a_job_that_runs_twice_writes_once(desk: Desk) -> None:
    desk.bring_in("name;group\nEva;Red")
    job = last_job()
    assert run_job(job.id) is False
    importing_jobs.apply_import(*job.arguments)
    db.session.commit()
    assert desk.written() == (1, 1)
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "import.apply")) == 1


def test_pressing_the_button_twice_promises_one_job(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    page = desk.browser.get(url).text
    for _ in range(2):
        assert desk.confirm(url, page).status_code == 303
    work()
    desk.confirm(url, page)
    assert db.session.scalar(select(func.count()).select_from(Job)) == 1
    assert desk.written() == (1, 1)


@pytest.mark.both_databases
def test_of_two_imports_at_once_the_second_finds_its_preview_outdated(make_app: AppFactory, desk: Desk) -> None:
    urls = [desk.preview(start_list(200)) for _ in range(2)]
    for url in urls:
        desk.confirm(url)
    ids = db.session.scalars(select(Job.id)).all()
    db.session.commit()
    apps = [make_app(), make_app()]

    def run(app: Flask, job_id: int) -> bool:
        with app.app_context():
            return run_job(job_id)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, apps, ids)) == [True, True]
    assert desk.written() == (7, 200)
    pages = [words(desk.browser.get(url).text) for url in urls]
    assert sorted("The people are in" in page for page in pages) == [False, True]
    assert sum("changed after you looked, so nothing was written" in page for page in pages) == 1


def test_a_preview_that_the_event_outran_is_shown_anew_instead_of_written(desk: Desk) -> None:
    url = desk.preview("id;name;group\n7;Eva;Red")
    page = desk.browser.get(url).text
    make.participant(make.group(desk.event, "Red"), "Eva", external_id="7")
    desk.confirm(url, page)
    work()
    page = words(desk.browser.get(url).text)
    assert "changed after you looked, so nothing was written. Below is what would happen now." in page
    assert "unchanged" in page
    assert desk.written() == (1, 1)
    assert last_import().applied_at is None


def test_options_changed_in_another_window_are_not_applied_behind_ones_back(desk: Desk) -> None:
    url = desk.preview("name;team;club\nEva;Red;Sokol")
    page = desk.browser.get(url).text
    desk.browser.post(url, data={"column_1": "metadata", "column_2": "group_name"})
    desk.confirm(url, page)
    work()
    assert desk.written() == (0, 0)
    assert "nothing was written" in desk.browser.get(url).text
    desk.confirm(url)
    work()
    assert [one.name for one in desk.groups()] == ["Sokol"]


@pytest.mark.parametrize("fingerprint", [None, "", "0" * 64])
def test_without_knowing_what_was_looked_at_nothing_is_written(desk: Desk, fingerprint: str | None) -> None:
    url = desk.preview("name;group\nEva;Red")
    desk.browser.post(f"{url}/apply", data={"fingerprint": fingerprint} if fingerprint is not None else {})
    work()
    assert desk.written() == (0, 0)
    assert desk.browser.post(f"{url}/apply", data={"fingerprint": "x" * 65}).status_code == 422


def test_an_event_archived_meanwhile_is_left_as_it_is(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    desk.confirm(url)
    desk.event.status = EventStatus.ARCHIVED
    db.session.commit()
    work()
    assert "The event was archived in the meantime" in desk.browser.get(url).text
    assert desk.written() == (0, 0)


def test_a_file_lost_meanwhile_writes_nothing(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    desk.confirm(url)
    assets.delete(last_import().file)
    work()
    assert "Choose it again." in desk.browser.get(url).text
    assert desk.written() == (0, 0)


# All or nothing ---------------------------------------------------------------------------------------------------


@contextmanager
def nobody_called_jan() -> Iterator[None]:
    """The database refuses one row of many."""
    db.session.execute(
        text(
            "CREATE TRIGGER no_jan BEFORE INSERT ON participants WHEN NEW.display_name = 'Jan' "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    )
    db.session.commit()
    yield
    db.session.execute(text("DROP TRIGGER no_jan"))
    db.session.commit()


def test_where_one_row_fails_nothing_is_written_and_it_can_be_tried_again(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red\nJan;Blue")
    desk.confirm(url)
    with nobody_called_jan():
        work()
        assert desk.written() == (0, 0)
        assert "It broke off, and nothing is written. It is tried again" in words(desk.browser.get(url).text)
        for _ in BACKOFF:
            work()
    assert last_job().state is JobState.FAILED
    assert "broke off, and nothing was written. Please try again." in words(desk.browser.get(url).text)
    assert "nothing written" in desk.browser.get(desk.url).text
    desk.confirm(url)
    work()
    assert desk.written() == (2, 2)
    assert "The people are in" in desk.browser.get(url).text


# Following it -----------------------------------------------------------------------------------------------------


def test_the_page_asks_again_by_itself_until_it_is_done(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    answer = desk.confirm(url)
    assert (answer.status_code, answer.location) == (303, url)
    page = desk.browser.get(url).text
    assert "Waiting for its turn. Nothing is written yet." in page
    assert f'hx-get="{url}" hx-trigger="click, every 500ms"' in page
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page
    assert desk.browser.get(url, headers=PIECE).text.lstrip().startswith('<div id="import"')
    assert "on its way" in desk.browser.get(desk.url).text
    work()
    piece = desk.browser.get(url, headers=PIECE).text
    assert "The people are in" in piece
    assert "every 500ms" not in piece


def test_without_a_worker_the_page_says_what_it_waits_for(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    desk.confirm(url)
    last_job().created_at = now() - timedelta(minutes=1)
    page = desk.browser.get(url).text
    assert "This waits for the worker, which does not answer." in page
    assert "every 3s" in page


def test_with_redis_away_it_is_promised_all_the_same(make_app: AppFactory, desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    page = desk.browser.get(url).text
    away = make_app(redis_url="redis://127.0.0.1:1/0").test_client()
    with desk.browser.session_transaction() as mine, away.session_transaction() as session:
        session["_user_id"] = mine["_user_id"]
    fingerprint = page.partition('name="fingerprint" value="')[2][:64]
    assert away.post(f"{url}/apply", data={"fingerprint": fingerprint}).status_code == 303
    assert "Waiting for its turn." in away.get(url).text
    work()
    assert desk.written() == (1, 1)


def test_a_real_worker_does_it(desk: Desk, start_worker: StartWorker) -> None:
    url = desk.preview(start_list(300))
    start_worker()
    desk.confirm(url)
    assert processes.wait_until(lambda: "The people are in" in desk.browser.get(url).text, 30)
    assert desk.written() == (7, 300)


def test_while_it_is_on_its_way_nothing_about_it_can_be_changed(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    desk.confirm(url)
    assert desk.browser.post(url, data={"delimiter": ","}).status_code == 409
    work()
    assert desk.browser.post(url, data={"delimiter": ","}).status_code == 409


# Discarding -------------------------------------------------------------------------------------------------------


def test_a_discarded_import_takes_its_file_along(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    key = last_import().file
    answer = desk.browser.post(f"{url}/delete", follow_redirects=True)
    assert "The import of list.csv is discarded." in answer.text
    assert desk.browser.get(url).status_code == 404
    with pytest.raises(assets.MissingFile):
        assets.read(key)
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.event_id == desk.event.id)).all()
    assert actions == ["import.create", "import.delete"]


def test_an_import_discarded_while_it_waits_is_never_written(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    desk.confirm(url)
    desk.browser.post(f"{url}/delete")
    work()
    assert last_job().state is JobState.DONE
    assert desk.written() == (0, 0)


def test_files_are_not_kept_for_longer_than_a_month(desk: Desk) -> None:
    desk.bring_in("name;group\nEva;Red")
    old = last_import()
    url = desk.preview("name;group\nJan;Red")
    key, old.created_at = old.file, now() - timedelta(days=31)
    db.session.commit()
    assert importing_jobs.remove_old_files() == 1
    assert importing_jobs.remove_old_files() == 0
    with pytest.raises(assets.MissingFile):
        assets.read(key)
    assert "The people are in" in desk.browser.get(f"/imports/{old.id}").text
    assert "Import 1 person" in desk.browser.get(url).text
    assert db.session.scalar(select(func.count()).select_from(Import)) == 2
