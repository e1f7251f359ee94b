"""What is written once it is confirmed: all of it or nothing, once, and only what was looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from flask import Flask, current_app
from sqlalchemy import event, func, select, text

from app import assets, audit
from app.audit.models import AuditEntry
from app.database import locked
from app.events.importing import actions, queries
from app.events.importing import jobs as importing_jobs
from app.events.kinds import EventStatus, Gender
from app.events.models import Event, Participant
from app.events.revisions import touch
from app.extensions import db
from app.jobs.models import Job, JobState
from app.jobs.runner import BACKOFF, run_job
from tests.conftest import AppFactory
from tests.events.importing.conftest import Desk, last_import, last_job, start_list, words, work
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


# What is written --------------------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_people_and_their_groups_stand_in_the_order_of_the_file(desk: Desk) -> None:
    page = desk.bring_in(PEOPLE)
    assert "The people are in" in page
    assert "New 3 Changed 0 Unchanged 0 Left out 0 New groups 2" in words(page)
    assert f'href="/events/{desk.event.id}/participants"' in page
    assert f'href="/events/{desk.event.id}/groups"' in page
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


def test_planning_holds_nobody_up_and_under_the_lock_is_not_done_again(make_app: AppFactory, desk: Desk) -> None:
    desk.confirm(desk.preview("name;group\nEva;Red"))
    job_id = last_job().id
    db.session.commit()
    sent: list[str] = []
    with make_app().app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
        assert run_job(job_id)
    [planned] = [at for at, statement in enumerate(sent) if "FROM participants JOIN groups" in statement]
    begun = [(at, statement) for at, statement in enumerate(sent) if statement.startswith("BEGIN")]
    assert [statement for at, statement in begun if at < planned][-1] == "BEGIN"
    assert [statement for at, statement in begun if at > planned] == ["BEGIN IMMEDIATE"]
    assert desk.written() == (1, 1)


@pytest.mark.parametrize("same", [True, False])
def test_what_was_planned_before_a_change_is_planned_again_under_the_lock(desk: Desk, same: bool) -> None:
    """Another group changes nothing of this plan, a namesake with the same number does."""
    url = desk.preview("id;name;group\n7;Eva;Red")
    found = re.search(r'name="fingerprint" value="(\w+)"', desk.browser.get(url).text)
    import_ = last_import()
    prepared = queries.prepared(import_, queries.stored_table(import_.file, import_.options))
    group = make.group(desk.event, "Blue")
    if not same:
        make.participant(group, "Eva", external_id="7")
    touch(locked(Event, desk.event.id))
    db.session.commit()
    db.session.refresh(desk.event)
    assert found
    assert not prepared.holds_for(import_)
    table = queries.stored_table(import_.file, import_.options)
    actions.apply_import(import_, table, found[1], by=desk.admin, prepared=prepared)
    db.session.commit()
    assert bool(import_.applied_at) == same
    assert len(desk.people()) == 1


@pytest.mark.parametrize("fingerprint", [None, "", "0" * 64])
def test_without_knowing_what_was_looked_at_nothing_is_written(desk: Desk, fingerprint: str | None) -> None:
    url = desk.preview("name;group\nEva;Red")
    desk.browser.post(f"{url}/apply", data={"fingerprint": fingerprint} if fingerprint is not None else {})
    work()
    assert desk.written() == (0, 0)
    assert desk.browser.post(f"{url}/apply", data={"fingerprint": "x" * 65}).status_code == 422


def test_the_language_of_the_reader_makes_no_difference_to_the_worker(desk: Desk) -> None:
    url = desk.preview("name;group;born\nEva;Red;12. 4. 2014\nJan;Red;31. 2. 2014")
    desk.browser.set_cookie("language", "cs")
    desk.confirm(url)
    work()
    assert [one.display_name for one in desk.people()] == ["Eva"]


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
