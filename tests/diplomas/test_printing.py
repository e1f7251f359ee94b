"""Diplomas from the rules to the paper and back: the list, the run, its files, and the page that verifies."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import assets
from app.audit import broken_rows
from app.database import now
from app.diplomas.kinds import DiplomaState, RunState
from app.diplomas.models import Diploma, PrintRun
from app.diplomas.printing import print_diplomas
from app.events.actions import save_overall
from app.events.kinds import EvaluationType
from app.events.models import Event
from app.extensions import db
from app.jobs import sweep
from app.jobs.models import Job, JobState
from app.jobs.runner import run_job
from app.leaderboards.overall_rules import Method, Scheme
from app.leaderboards.schemes import scheme_rules, team_rules
from app.leaderboards.teams import TeamScheme
from tests.diplomas import reading
from tests.diplomas.world import World, work
from tests.support import make

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]


def texts(pdf: bytes) -> list[str]:
    return [" ".join(run.text for run in page) for page in reading.pages(pdf)]


def test_the_list_says_who_gets_one_and_what_looks_doubtful(world: World) -> None:
    world.rule(world.template())
    page = world.browser.get(f"{world.url}/check").text
    assert page.count('name="award"') == 3
    assert "scoring is still open" in page
    assert "Łukasz Wójcik" in page


def test_what_is_printed_is_the_award_list_name_by_name(world: World) -> None:
    world.rule(world.template())
    world.rule(world.template("stripes"), "everybody")
    run = world.print()
    diplomas = world.diplomas(run)
    assert (run.state, run.total, len(diplomas)) == (RunState.DONE, 9, 9)
    assert [one.place for one in diplomas[:3]] == [1, 2, 2]
    pages = [reading.words(page) for page in reading.pages(assets.read(run.pdf))]
    for diploma, page in zip(diplomas, pages, strict=True):
        for field, text in diploma.says.items():
            assert not text or text.replace(" ", "") in page, (field, text, page)


def test_the_zip_holds_the_single_ones_each_as_it_is_downloaded(world: World) -> None:
    world.rule(world.template())
    run = world.print()
    first = world.diplomas(run)[0]
    files = zipfile.ZipFile(io.BytesIO(world.browser.get(f"{world.url}/runs/{run.id}/diplomas.zip").data))
    assert files.namelist()[0] == "0001 Anežka Růžičková Jump.pdf"
    assert len(files.namelist()) == 3
    assert files.read(files.namelist()[0]) == world.browser.get(f"{world.url}/{first.id}.pdf").data
    assert world.browser.get(f"{world.url}/runs/{run.id}/diplomas.pdf").data == assets.read(run.pdf)


def test_a_list_that_has_changed_meanwhile_is_not_printed(world: World) -> None:
    world.rule(world.template())
    state = world.state()
    world.score(world.people[5], "9")
    answer = world.browser.post(f"{world.url}/runs", data={"state": state})
    assert answer.status_code == 409
    assert "Look at it again" in answer.text
    assert db.session.scalar(select(func.count()).select_from(Diploma)) == 0


def test_after_a_correction_only_what_changed_is_printed_and_supersedes(world: World) -> None:
    world.rule(world.template(), places=2)
    first = {one.participant_id: one for one in world.diplomas(world.print())}
    world.score(world.people[1], "6")
    page = world.browser.get(f"{world.url}/check").text
    old = first[world.people[1].id]
    assert f"supersedes {old.number}" in page
    assert "<del>2nd</del> → <ins>1st</ins>" in page
    assert "Held, and no longer due" in page  # The third, who shared the second place.
    again = world.diplomas(world.print())
    assert [one.says["place"] for one in again] == ["1st", "2nd"]
    assert "superseded" in world.browser.get(f"/d/{old.number}").text
    assert f"/d/{again[0].number}" in world.browser.get(f"/d/{old.number}").text


def test_nothing_is_printed_twice_unless_it_is_chosen(world: World) -> None:
    world.rule(world.template())
    run = world.print()
    answer = world.browser.post(f"{world.url}/runs", data={"state": world.state()})
    assert answer.status_code == 409
    assert "nothing to print" in answer.text
    old = world.diplomas(run)[0]
    (new,) = world.diplomas(world.print(f"{old.award}/{old.subject}"))
    assert (new.says["participant_name"], new.number != old.number) == (old.says["participant_name"], True)


def test_until_it_is_printed_no_number_counts_and_a_cancelled_run_leaves_none(world: World) -> None:
    world.rule(world.template())
    run = world.ask()
    number = world.diplomas(run)[0].number
    assert world.browser.get(f"/d/{number}").status_code == 404
    assert world.browser.post(f"{world.url}/runs/{run.id}/cancel").status_code == 303
    work()
    db.session.expire_all()
    assert (db.session.get_one(PrintRun, run.id).state, world.diplomas(run)) == (RunState.CANCELLED, [])
    assert world.browser.post(f"{world.url}/runs/{run.id}/cancel").status_code == 409


def test_a_second_run_waits_for_the_first(world: World) -> None:
    world.rule(world.template())
    world.ask()
    answer = world.browser.post(f"{world.url}/runs", data={"state": world.state()})
    assert answer.status_code == 409
    assert "being printed already" in answer.text


def test_a_killed_worker_leaves_neither_a_gap_nor_a_double(world: World) -> None:
    world.rule(world.template())
    run = world.ask()
    numbers = [one.number for one in world.diplomas(run)]
    job = db.session.get_one(Job, run.job_id)
    job.state, job.claim, job.leased_until = JobState.RUNNING, "killed", now() - timedelta(seconds=1)
    db.session.commit()
    assert sweep() == 1
    db.session.commit()
    assert run_job(job.id)
    work()
    db.session.expire_all()
    pdf = assets.read(db.session.get_one(PrintRun, run.id).pdf)
    assert [one.number for one in world.diplomas(run)] == numbers
    assert [next(n for n in numbers if n in page) for page in texts(pdf)] == numbers
    print_diplomas(run.id)
    db.session.commit()
    assert assets.read(db.session.get_one(PrintRun, run.id).pdf) == pdf


def test_the_same_run_printed_again_is_the_same_bytes(world: World) -> None:
    world.rule(world.template())
    run = world.print()
    pdf, archive = assets.read(run.pdf), assets.read(run.archive)
    run.state, run.pdf, run.archive = RunState.PENDING, "", ""
    db.session.commit()
    print_diplomas(run.id)
    db.session.commit()
    work()
    db.session.expire_all()
    run = db.session.get_one(PrintRun, run.id)
    assert (assets.read(run.pdf), assets.read(run.archive)) == (pdf, archive)


def test_whoever_follows_the_code_is_told_what_is_printed_and_no_more(world: World, app: Flask) -> None:
    world.rule(world.template("laurel", "cs"))
    diploma = world.diplomas(world.print())[0]
    stranger = app.test_client()
    page = stranger.get(f"/d/{diploma.number}").text
    assert "This diploma is valid" in page
    for text in ("Anežka Růžičková", "Summer games", "Jump", "1.", diploma.number):
        assert text in page
    assert "Foxes" not in page
    assert stranger.get(f"/d/?number={diploma.number.lower().replace('-', ' ')}").location.endswith(diploma.number)


def test_a_revoked_one_says_so(world: World) -> None:
    world.rule(world.template())
    diploma = world.diplomas(world.print())[0]
    assert world.browser.post(f"{world.url}/{diploma.id}/revoke").status_code == 303
    assert "This diploma is revoked" in world.browser.get(f"/d/{diploma.number}").text
    assert world.browser.post(f"{world.url}/{diploma.id}/revoke").status_code == 409
    assert list(broken_rows(world.event.id)) == []


@pytest.mark.parametrize("number", ["0000-0000-0000-0000", "nothing", "ABCD-EFGH-JKMN-PQRS", "x" * 300])
def test_a_made_up_number_is_nobodys(world: World, number: str) -> None:
    assert world.browser.get(f"/d/{number}").status_code == 404


def test_a_diploma_altered_in_the_database_is_not_ours_any_more(world: World) -> None:
    world.rule(world.template())
    diploma = world.diplomas(world.print())[0]
    diploma.says = {**diploma.says, "place": "1st", "participant_name": "Mallory"}
    db.session.commit()
    assert world.browser.get(f"/d/{diploma.number}").status_code == 404


def test_a_number_misread_by_one_letter_is_refused_without_a_look_at_the_rows(
    world: World, statements: list[str]
) -> None:
    world.rule(world.template())
    number = world.diplomas(world.print())[0].number
    wrong = ("A" if number[0] != "A" else "B") + number[1:]
    statements.clear()
    assert world.browser.application.test_client().get(f"/d/{wrong}").status_code == 404
    assert statements == []


def test_the_announcer_reads_from_the_last_place_to_the_first_ties_together(world: World) -> None:
    world.rule(world.template(), places=3)
    page = world.browser.get(f"{world.url}/announcer").text
    assert page.index("Nguyễn") < page.index("Łukasz") < page.index("Anežka")
    (words,) = [reading.words(one) for one in reading.pages(world.browser.get(f"{world.url}/announcer.pdf").data)]
    assert words.index("Łukasz") < words.index("Anežka")


def rank(world: World, scheme: Scheme, teams: TeamScheme | None = None) -> None:
    rules = {"overall_rules": scheme_rules(scheme), "team_rules": team_rules(teams) if teams else None}
    save_overall(db.session.get_one(Event, world.event.id), rules, {}, by=world.admin)  # type: ignore[arg-type]
    db.session.commit()


def test_the_first_over_all_activities_and_the_first_teams_get_theirs(world: World) -> None:
    run = make.activity(world.event, EvaluationType.TIME_LOW, "Run")
    owls = make.group(world.event, "Owls")
    ottokar = make.participant(owls, "Ottokar")
    for person, time in ((world.people[0], "9.05"), (world.people[1], "9.1"), (ottokar, "8.75")):
        world.score(person, time, run)
    world.score(ottokar, "6")
    rank(world, Scheme(Method.PLACES), TeamScheme(best=1))
    template = world.template()
    for basis, places in (("overall", 2), ("overall_category", 1), ("team", 1), ("team_members", 2)):
        world.rule(template, basis, places)
    says = [one.says for one in world.diplomas(world.print())]
    told = [(one["participant_name"], one["place"], one["activity"], one["category"], one["value"]) for one in says]
    assert told[:2] == [
        ("Ottokar", "1st", "Overall", "", "2"),
        ("Anežka Růžičková", "2nd", "Overall", "", "4"),
    ]
    assert ("Owls", "1st", "Teams", "", "2") in told
    assert told[-2:] == [
        ("Ottokar", "1st", "Teams", "Owls", "2"),
        ("Anežka Růžičková", "2nd", "Teams", "Foxes", "4"),
    ]
    page = world.browser.get(f"{world.url}/check").text
    assert page.count("scoring is still open") == page.count('name="award"') == len(says)


def test_a_rule_over_all_activities_says_when_the_event_has_no_ranking(world: World) -> None:
    world.rule(world.template(), "overall")
    page = world.browser.get(f"{world.url}/check").text
    assert page.count('name="award"') == 0
    assert "Overall" in page


def test_from_a_participants_page_their_own_are_printed(world: World) -> None:
    world.rule(world.template())
    person = world.people[1]
    address = f"{world.url}/check?participant={person.id}"
    assert address in world.browser.get(f"/events/{world.event.id}/participants/{person.id}").text
    assert world.browser.get(address).text.count('name="award"') == 1


def test_from_a_boards_row_an_admin_comes_to_the_diplomas_of_whose_place_is_explained(world: World) -> None:
    person = world.people[1]
    board = world.browser.get(f"/events/{world.event.id}/board?why={world.jump.id}-{person.id}")
    assert f"{world.url}/check?participant={person.id}" in board.text
    assert "data-admin" in board.text
    assert "data-admin" not in world.browser.application.test_client().get(f"/events/{world.event.id}/board").text


def test_the_state_of_a_diploma_is_one_of_three_once_it_is_printed(world: World) -> None:
    world.rule(world.template())
    assert {one.state for one in world.diplomas(world.print())} == {DiplomaState.VALID}


@pytest.mark.parametrize("people", [1, 3])
def test_the_list_takes_the_same_statements_however_long_it_is(
    world: World, statements: list[str], people: int
) -> None:
    world.rule(world.template(), places=people)
    statements.clear()
    world.browser.get(f"{world.url}/check")
    assert len(statements) <= 14, "\n".join(statements)
