"""An evaluator's sheet over HTTP: what is saved, refused, in conflict, and who may write at all."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import Role, User
from app.database import is_sqlite
from app.events.kinds import ActivityState, EvaluationType, EventStatus, Formula
from app.events.models import Activity, Event, Group, Participant
from app.extensions import db
from app.scoring.models import Mark, Record, RecordChange
from tests.conftest import SignIn
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")

PIECE = {"HX-Request": "true"}


@dataclass
class Day:
    """A running event with one group of three, a sprint, and an evaluator of that group."""

    event: Event
    group: Group
    activity: Activity
    people: list[Participant]
    petra: User
    browser: FlaskClient

    @property
    def url(self) -> str:
        return f"/sheets/{self.group.id}/{self.activity.id}"

    def type(self, who: int, *texts: str, version: int = 0, browser: FlaskClient | None = None) -> TestResponse:
        """Save one row as the page does: typed, then left."""
        person = self.people[who].id
        form = {f"value-{person}-{place}": text for place, text in enumerate(texts, start=1)}
        form[f"version-{person}"] = str(version)
        return (browser or self.browser).post(f"{self.url}/{person}", data=form, headers=PIECE)

    def record(self, who: int) -> Record:
        return db.session.scalars(select(Record).where(Record.participant_id == self.people[who].id)).one()


@pytest.fixture
def day(sign_in: SignIn) -> Day:
    return start_day(sign_in, EvaluationType.TIME_LOW)


def start_day(sign_in: SignIn, kind: EvaluationType, mark_count: int = 1, formula: Formula = Formula.BEST) -> Day:
    event = make.event()
    group = make.group(event, "Blue team")
    people = [make.participant(group, name) for name in ("Anežka Dvořáková", "Matěj Krejčí", "Jan Novák")]
    activity = make.activity(event, kind, "60 m sprint", mark_count=mark_count, formula=formula)
    petra = make.user(Role.EVALUATOR, "Petra")
    make.assign(petra, group)
    return Day(event, group, activity, people, petra, sign_in(petra))


# Saving ---------------------------------------------------------------------------------------------------------


def test_a_typed_time_is_saved_with_its_history_and_comes_back_as_a_clock_reads_it(day: Day) -> None:
    answer = day.type(0, "83,4")
    assert answer.status_code == 200
    assert 'data-shown="[&#34;1:23.40&#34;]"' in answer.text
    assert (str(day.record(0).amount), day.record(0).version) == ("83.4", 1)
    [change] = db.session.scalars(select(RecordChange))
    assert (change.old, change.new, change.by_name, change.source.value) == ([None], ["83.4"], "Petra", "hand")


def test_only_the_state_of_the_row_is_sent_back_and_the_boards_are_told(day: Day) -> None:
    answer = day.type(0, "83.4")
    assert answer.headers["HX-Trigger"] == "scores-changed"
    assert answer.text.lstrip().startswith("<div")
    assert "row__field" not in answer.text


def test_a_refused_time_says_why_beside_its_cell_and_nothing_is_written(day: Day) -> None:
    answer = day.type(0, "1:83")
    assert answer.status_code == 422
    assert "After minutes, seconds go up to 59." in answer.text
    assert db.session.scalars(select(Record)).all() == []


def test_saving_the_same_again_writes_nothing(day: Day) -> None:
    day.type(0, "83.4")
    answer = day.type(0, "1:23,40", version=1)
    assert answer.status_code == 200
    assert "HX-Trigger" not in answer.headers
    assert db.session.query(RecordChange).count() == 1


@pytest.mark.parametrize("status", ["DNS", "dnf", " DSQ "])
def test_a_status_may_stand_instead_of_a_value(day: Day, status: str) -> None:
    assert day.type(0, status).status_code == 200
    assert (day.record(0).amount, str(day.record(0).status)) == (None, status.strip().upper())


def test_a_wrong_score_can_be_cleared_and_the_history_keeps_it(day: Day) -> None:
    day.type(0, "83.4")
    assert day.type(0, "", version=1).status_code == 200
    assert (day.record(0).value, day.record(0).version) == (None, 2)
    history = day.browser.get(f"{day.url}/{day.people[0].id}/history")
    assert "1:23.40" in history.text
    assert history.text.count("Petra · by hand") == 2


def test_decimals_read_as_the_language_writes_them(day: Day) -> None:
    day.type(0, "83.4")
    day.browser.set_cookie("language", "cs")
    assert 'value="1:23,40"' in day.browser.get(day.url).text


# Conflicts ------------------------------------------------------------------------------------------------------


def test_a_stale_save_overwrites_nobody_and_shows_both_values_with_who_and_when(day: Day, sign_in: SignIn) -> None:
    tom = make.user(Role.EVALUATOR, "Tom")
    make.assign(tom, day.group)
    day.type(1, "1:19.85", browser=sign_in(tom))
    answer = day.type(1, "1:18.95")
    assert answer.status_code == 409
    assert "Tom changed Matěj Krejčí just now" in answer.text
    assert "1:19.85" in answer.text
    assert "1:18.95" in answer.text
    assert str(day.record(1).amount) == "79.85"


def test_mine_is_written_over_theirs_only_on_the_version_that_was_shown(day: Day, sign_in: SignIn) -> None:
    tom = sign_in(make.user(Role.ADMIN, "Tom"))
    day.type(1, "1:19.85", browser=tom)
    day.type(1, "1:18.95")
    assert day.type(1, "1:18.95", version=1).status_code == 200
    assert day.type(1, "1:19.00", version=1, browser=tom).status_code == 409
    assert str(day.record(1).amount) == "78.95"


def test_theirs_is_taken_by_asking_for_the_row_as_it_stands(day: Day, sign_in: SignIn) -> None:
    day.type(1, "1:19.85", browser=sign_in(make.user(Role.ADMIN)))
    answer = day.browser.get(f"{day.url}/{day.people[1].id}", headers=PIECE)
    assert "data-replace" in answer.text
    assert "1:19.85" in answer.text


def test_two_who_type_the_same_do_not_disagree(day: Day, sign_in: SignIn) -> None:
    day.type(1, "1:19.85", browser=sign_in(make.user(Role.ADMIN)))
    assert day.type(1, "79,85").status_code == 200
    assert day.record(1).version == 1


def test_a_form_that_lost_its_version_overwrites_nothing(day: Day) -> None:
    day.type(0, "83.4")
    form = {f"value-{day.people[0].id}-1": "99"}
    answer = day.browser.post(f"{day.url}/{day.people[0].id}", data=form, headers=PIECE)
    assert answer.status_code == 409


# Without JavaScript ---------------------------------------------------------------------------------------------


def whole_sheet(day: Day, *texts: str, versions: tuple[int, ...] = (0, 0, 0)) -> TestResponse:
    form: dict[str, str] = {}
    for person, text, version in zip(day.people, texts, versions, strict=True):
        form |= {f"value-{person.id}-1": text, f"version-{person.id}": str(version)}
    return day.browser.post(day.url, data=form)


def test_the_whole_sheet_is_one_form(day: Day) -> None:
    answer = whole_sheet(day, "80", "1:19.85", "")
    assert answer.status_code == 303
    assert "2 of 3 done" in day.browser.get(answer.location).text


def test_what_is_fine_is_saved_and_the_rest_comes_back_as_typed(day: Day) -> None:
    answer = whole_sheet(day, "80", "1:99", "oops")
    assert answer.status_code == 422
    assert 'value="1:99"' in answer.text
    assert 'value="oops"' in answer.text
    assert str(day.record(0).amount) == "80"
    assert db.session.query(Record).count() == 1


def test_a_conflict_in_the_form_is_shown_in_its_row(day: Day, sign_in: SignIn) -> None:
    day.type(1, "1:19.85", browser=sign_in(make.user(Role.ADMIN, "Tom")))
    answer = whole_sheet(day, "80", "1:18.95", "")
    assert answer.status_code == 409
    assert "Tom changed Matěj Krejčí" in answer.text
    assert str(day.record(0).amount) == "80"


def test_a_row_saved_without_a_script_leads_back_to_the_sheet(day: Day) -> None:
    person = day.people[0].id
    form = {f"value-{person}-1": "80", f"version-{person}": "0"}
    assert day.browser.post(f"{day.url}/{person}", data=form).location == day.url


# Several marks --------------------------------------------------------------------------------------------------


def test_the_best_of_several_attempts_counts_and_each_is_kept(sign_in: SignIn) -> None:
    day = start_day(sign_in, EvaluationType.SCORE_SET, mark_count=3)
    day.type(0, "3.98", "DNF", "4,12")
    assert str(day.record(0).amount) == "4.12"
    assert [str(mark.amount or mark.status) for mark in day.record(0).marks] == ["3.98", "DNF", "4.12"]


def test_an_attempt_that_is_cleared_counts_no_more(sign_in: SignIn) -> None:
    day = start_day(sign_in, EvaluationType.SCORE_SET, mark_count=2, formula=Formula.SUM)
    day.type(0, "4", "5")
    day.type(0, "4", "", version=1)
    assert str(day.record(0).amount) == "4"
    assert [mark.value and mark.value.amount for mark in db.session.scalars(select(Mark).order_by(Mark.position))][
        1
    ] is None


def test_a_tick_is_a_choice_of_two_words(sign_in: SignIn) -> None:
    day = start_day(sign_in, EvaluationType.BOOLEAN)
    day.type(0, "1")
    page = day.browser.get(day.url).text
    assert 'type="radio"' in page
    assert page.count(" checked>") == 3


# Who, and when --------------------------------------------------------------------------------------------------


def test_an_evaluator_of_another_group_does_not_see_the_sheet(day: Day, sign_in: SignIn) -> None:
    other = make.user()
    make.assign(other, make.group(day.event))
    stranger = sign_in(other)
    assert stranger.get(day.url).status_code == 404
    assert day.type(0, "80", browser=stranger).status_code == 404
    assert db.session.query(Record).count() == 0


def test_a_player_and_a_stranger_are_not_let_in(day: Day, sign_in: SignIn, client: FlaskClient) -> None:
    assert sign_in(make.user(Role.PLAYER)).get(day.url).status_code == 403
    assert client.get(day.url).status_code == 303


def test_an_admin_may_score_any_group(day: Day, sign_in: SignIn) -> None:
    assert day.type(0, "80", browser=sign_in(make.user(Role.ADMIN))).status_code == 200


def test_somebody_of_another_group_cannot_be_scored_through_this_sheet(day: Day) -> None:
    outsider = make.participant(make.group(day.event))
    form = {f"value-{outsider.id}-1": "80", f"version-{outsider.id}": "0"}
    assert day.browser.post(f"{day.url}/{outsider.id}", data=form, headers=PIECE).status_code == 404
    day.browser.post(day.url, data=form)
    assert db.session.query(Record).count() == 0


@pytest.mark.parametrize("status", [EventStatus.DRAFT, EventStatus.ARCHIVED])
def test_only_an_active_event_takes_scores(day: Day, status: EventStatus) -> None:
    day.event.status = status
    db.session.commit()
    answer = day.type(0, "80")
    assert answer.status_code == 409
    assert "does not take scores now" in answer.text
    assert db.session.query(Record).count() == 0


def test_a_locked_activity_takes_nothing_and_says_so(day: Day) -> None:
    day.activity.state = ActivityState.LOCKED
    db.session.commit()
    answer = day.type(0, "80")
    assert answer.status_code == 409
    assert "This activity is locked, so nothing was saved." in answer.text
    assert "read only" in day.browser.get(day.url).text


# The list of sheets ---------------------------------------------------------------------------------------------


def test_an_evaluators_home_lists_the_sheets_of_their_group_with_progress(day: Day) -> None:
    make.group(day.event, "Red team")
    day.type(0, "80")
    page = day.browser.get("/sheets").text
    assert "60 m sprint" in page
    assert "1 of 3" in page
    assert "Red team" not in page


def test_who_has_nothing_to_score_is_told_what_to_wait_for(sign_in: SignIn) -> None:
    assert "Nothing to score now" in sign_in(make.user()).get("/sheets").text


def test_an_admin_sees_every_group_of_running_events(day: Day, sign_in: SignIn) -> None:
    make.group(day.event, "Red team")
    make.group(make.event("Last year", EventStatus.ARCHIVED), "Grey team")
    page = sign_in(make.user(Role.ADMIN)).get("/sheets").text
    assert "Red team" in page
    assert "Grey team" not in page


# What it costs --------------------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_saving_a_sheet_of_thirty_rows_takes_at_most_eleven_statements_and_one_write(
    sign_in: SignIn, statements: list[str], app_commits: list[str]
) -> None:
    event = make.event()
    group = make.group(event, people=30)
    activity = make.activity(event)
    people = db.session.scalars(select(Participant.id)).all()
    evaluator = make.user()
    make.assign(evaluator, group)
    browser = sign_in(evaluator)
    form = {f"value-{person}-1": str(person) for person in people} | {f"version-{person}": "0" for person in people}
    db.session.commit()
    statements.clear()
    app_commits.clear()
    assert browser.post(f"/sheets/{group.id}/{activity.id}", data=form).status_code == 303
    assert len(statements) <= 11, statements
    assert len(app_commits) == (2 if is_sqlite() else 1)  # On SQLite, the first ends the reading.
    assert db.session.query(RecordChange).count() == 30


@pytest.mark.parametrize("people", [1, 300])
def test_a_sheet_takes_four_statements_however_long_it_is(sign_in: SignIn, statements: list[str], people: int) -> None:
    event = make.event()
    group = make.group(event, people=people)
    activity = make.activity(event)
    browser = sign_in(make.user(Role.ADMIN))
    db.session.commit()
    statements.clear()
    assert browser.get(f"/sheets/{group.id}/{activity.id}").status_code == 200
    assert len(statements) == 4, statements


@pytest.mark.parametrize("groups", [1, 30])
def test_the_list_of_sheets_takes_the_same_statements_for_any_number_of_groups(
    sign_in: SignIn, statements: list[str], groups: int
) -> None:
    event = make.event()
    for _ in range(groups):
        make.group(event, people=1)
    make.activity(event)
    browser = sign_in(make.user(Role.ADMIN))
    db.session.commit()
    statements.clear()
    browser.get("/sheets")
    assert len(statements) == 7, statements
