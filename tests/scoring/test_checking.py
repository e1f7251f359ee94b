"""A second person types the values again, blind; what agrees is checked, what differs is settled."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts import actions as accounts
from app.accounts.models import Role, User
from app.audit import broken_rows
from app.events.kinds import ActivityState, Checking, EvaluationType
from app.events.models import Activity, Event, Group, Participant
from app.extensions import db
from app.leaderboards.cache import STALE
from app.scoring.checking.models import SecondEntry
from app.scoring.models import Record
from tests.conftest import SignIn
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")

FIRST = "73.19"
"""A value that stands nowhere by chance."""


@dataclass
class Day:
    """A jump of two people that is checked; Petra writes, Tom checks, Ivan is the admin."""

    event: Event
    group: Group
    jump: Activity
    eva: Participant
    jan: Participant
    petra_user: User
    tom_user: User
    petra: FlaskClient
    tom: FlaskClient
    ivan: FlaskClient

    @property
    def sheet(self) -> str:
        return f"/sheets/{self.group.id}/{self.jump.id}"

    def write(self, browser: FlaskClient, who: Participant, *texts: str, version: int = 0) -> TestResponse:
        form = {f"value-{who.id}-{place}": text for place, text in enumerate(texts, start=1)}
        headers = {"HX-Request": "true"}
        return browser.post(f"{self.sheet}/{who.id}", data={**form, f"version-{who.id}": version}, headers=headers)

    def check(self, browser: FlaskClient, who: Participant, *texts: str) -> TestResponse:
        form = {f"value-{who.id}-{place}": text for place, text in enumerate(texts, start=1)}
        return browser.post(f"{self.sheet}/check", data=form)

    def record(self, who: Participant) -> Record:
        db.session.expire_all()
        return db.session.scalars(select(Record).where(Record.participant_id == who.id)).one()


@pytest.fixture
def day(sign_in: SignIn) -> Day:
    return start(sign_in)


def start(sign_in: SignIn, kind: EvaluationType = EvaluationType.NUMERIC_HIGH, marks: int = 1) -> Day:
    event = make.event()
    group = make.group(event, "Foxes")
    jump = make.activity(event, kind, "Jump", mark_count=marks)
    jump.checking = Checking.REQUIRED
    petra, tom, ivan = make.user(name="Petra"), make.user(name="Tom"), make.user(Role.ADMIN, "Ivan")
    for evaluator in (petra, tom):
        make.assign(evaluator, group)
    people = make.participant(group, "Eva"), make.participant(group, "Jan")
    return Day(event, group, jump, *people, petra, tom, sign_in(petra), sign_in(tom), sign_in(ivan))


def test_the_same_again_is_checked_with_both_names(day: Day) -> None:
    day.write(day.petra, day.eva, FIRST)
    assert day.check(day.tom, day.eva, "73,190").status_code == 303
    record = day.record(day.eva)
    assert (record.updated_by_name, record.checked_by_name) == ("Petra", "Tom")
    assert FIRST in day.tom.get(day.sheet).text
    assert "1 of 1 checked" in day.ivan.get(f"/events/{day.event.id}/progress").text
    assert list(broken_rows()) == []


def test_the_second_person_never_receives_what_the_first_one_wrote(app: Flask, day: Day) -> None:
    day.write(day.petra, day.eva, FIRST)
    day.write(day.petra, day.jan, "73.18")
    day.check(day.tom, day.eva, "12")
    day.write(day.tom, day.jan, "5")
    day.write(day.tom, day.jan, "5", version=1)
    seen = [*everything_for(app, day, day.tom)]
    assert len(seen) > 25
    leaks = [address for address, text in seen if "73.1" in text or "73,1" in text or "7319" in text]
    assert leaks == []


def everything_for(app: Flask, day: Day, browser: FlaskClient) -> Iterator[tuple[str, str]]:
    """Every answer to every address, headers and all, that an evaluator can ask for; and what writing is answered."""
    values = {
        "event_id": day.event.id,
        "group_id": day.group.id,
        "activity_id": day.jump.id,
        "participant_id": day.eva.id,
    }
    token = accounts.create_token(day.tom_user, "script")[1]
    db.session.commit()
    for rule in app.url_map.iter_rules():
        is_elsewhere = rule.endpoint.partition(".")[0] == "styleguide"
        if is_elsewhere or "GET" not in (rule.methods or set()) or not set(rule.arguments) <= set(values):
            continue
        with app.test_request_context():
            address = app.url_map.bind("").build(rule.endpoint, {name: values[name] for name in rule.arguments})
        for headers in ({}, {"HX-Request": "true"}, {"Authorization": f"Bearer {token}"}):
            answer = browser.get(address, headers=headers)
            yield address, f"{answer.headers}{answer.get_data().decode(errors='replace')}"
    for text in ("1", "DNF", "x"):
        for answer in (
            day.write(browser, day.eva, text),
            day.write(browser, day.eva, text, version=1),
            day.check(browser, day.eva, text),
            browser.post(day.sheet, data={f"value-{day.eva.id}-1": text, f"version-{day.eva.id}": "0"}),
            browser.post(
                f"/api/v1/events/{day.event.id}/records",
                json={"records": [{"participant": day.eva.id, "activity": day.jump.id, "value": text, "version": 1}]},
                headers={"Authorization": f"Bearer {token}"},
            ),
        ):
            yield f"writing {text}", f"{answer.headers}{answer.get_data().decode(errors='replace')}"


def whole(answer: TestResponse) -> str:
    return f"{answer.headers}{answer.get_data().decode(errors='replace')}"


def test_the_person_who_wrote_it_cannot_check_it(day: Day) -> None:
    day.write(day.petra, day.eva, FIRST)
    assert day.check(day.petra, day.eva, FIRST).status_code == 403
    assert day.petra.get(f"{day.sheet}/check").status_code == 403
    assert day.record(day.eva).checked_at is None


def test_a_colleague_cannot_write_over_what_is_to_be_checked(day: Day) -> None:
    day.write(day.petra, day.eva, FIRST)
    answer = day.write(day.tom, day.eva, "5", version=1)
    assert answer.status_code == 422
    assert "Type it again where values are checked." in answer.text
    assert str(day.record(day.eva).amount) == FIRST


def test_what_differs_comes_back_with_the_cells_that_do_and_no_others(sign_in: SignIn) -> None:
    day = start(sign_in, EvaluationType.SCORE_SET, 3)
    day.write(day.petra, day.eva, "4.11", "4.22", "4.33")
    answer = day.check(day.tom, day.eva, "4.11", "4.29", "4.33")
    assert answer.status_code == 409
    assert f'type="hidden" name="value-{day.eva.id}-1"' in answer.text
    assert f'id="value-{day.eva.id}-2" name="value-{day.eva.id}-2" value="4.29"' in answer.text
    assert "4.22" not in answer.text
    assert day.check(day.tom, day.eva, "4.11", "4.22", "4.33").status_code == 303
    assert day.record(day.eva).checked_by_name == "Tom"


def test_a_changed_value_is_unchecked_again(day: Day) -> None:
    day.write(day.petra, day.eva, FIRST)
    day.check(day.tom, day.eva, FIRST)
    assert day.write(day.petra, day.eva, "70", version=1).status_code == 200
    assert day.record(day.eva).checked_at is None
    assert "Foxes" in day.ivan.get(f"/events/{day.event.id}/checks").text


@pytest.mark.parametrize(
    ("way", "amount", "checked_by"),
    [("first", FIRST, "Ivan"), ("second", "12", "Tom"), ("third", "12", "Tom"), ("third", "50", "")],
)
def test_an_admin_settles_by_choosing_or_by_typing_it_a_third_time(
    day: Day, way: str, amount: str, checked_by: str
) -> None:
    day.write(day.petra, day.eva, FIRST)
    day.check(day.tom, day.eva, "12")
    queue = day.ivan.get(f"/events/{day.event.id}/checks").text
    assert f"Petra: <strong>{FIRST}</strong>" in queue
    assert "Tom: <strong>12</strong>" in queue
    url = f"/events/{day.event.id}/checks/{day.record(day.eva).id}/{way}"
    assert day.ivan.post(url, data={"value-1": amount}).status_code == 303
    record = day.record(day.eva)
    assert (str(record.amount), record.checked_by_name) == (amount, checked_by)
    assert day.ivan.post(url, data={"value-1": amount}).status_code == 409
    assert db.session.query(SecondEntry).count() in {0, 1}
    assert "Tom: " not in day.ivan.get(f"/events/{day.event.id}/checks").text


def test_who_typed_the_second_one_settles_nothing_and_is_shown_nothing(day: Day) -> None:
    day.write(day.petra, day.eva, FIRST)
    day.check(day.ivan, day.eva, "12")
    assert FIRST not in day.ivan.get(f"/events/{day.event.id}/checks").text
    url = f"/events/{day.event.id}/checks/{day.record(day.eva).id}/second"
    assert day.ivan.post(url).status_code == 403


def test_the_public_sees_what_is_checked_on_every_way_out(app: Flask, day: Day) -> None:
    day.write(day.petra, day.eva, FIRST)
    ways = ("board", "board/live?language=en", "board.csv")
    outside = [app.test_client().get(f"/events/{day.event.id}/{way}").text for way in ways]
    files = [day.ivan.get(f"/events/{day.event.id}/{way}").text for way in ("export/results.csv", "print/results")]
    assert all(FIRST not in text for text in outside + files)
    assert "One value waits to be checked." in outside[0]
    day.check(day.tom, day.eva, FIRST)
    time.sleep(STALE)
    assert all(FIRST in app.test_client().get(f"/events/{day.event.id}/{way}").text for way in ways)


def test_where_checking_is_optional_the_board_marks_what_is_unchecked(app: Flask, day: Day) -> None:
    day.jump.checking = Checking.OPTIONAL
    db.session.commit()
    day.write(day.petra, day.eva, FIRST)
    day.write(day.petra, day.jan, "80")
    day.check(day.tom, day.jan, "80")
    page = app.test_client().get(f"/events/{day.event.id}/board").text
    assert page.count("unchecked") == 1
    assert FIRST in page


def test_nothing_is_checked_once_it_is_locked_or_where_checking_is_off(day: Day) -> None:
    day.write(day.petra, day.eva, FIRST)
    day.jump.state = ActivityState.LOCKED
    db.session.commit()
    assert day.check(day.tom, day.eva, FIRST).status_code == 409
    day.jump.state, day.jump.checking = ActivityState.OPEN, Checking.OFF
    db.session.commit()
    assert day.check(day.tom, day.eva, FIRST).status_code == 409


def test_what_waits_to_be_checked_is_not_published(day: Day) -> None:
    day.write(day.petra, day.eva, FIRST)
    form = {"activities": [day.jump.id], "reason": "Done."}
    assert day.ivan.post(f"/events/{day.event.id}/results/locked", data=form).status_code == 303
    answer = day.ivan.post(f"/events/{day.event.id}/results/published", data=form)
    assert answer.status_code == 409
    assert "there are values that nobody has checked" in answer.text
