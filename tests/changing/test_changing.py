"""Changes of the plan: a preview equals what happens, and undoing it leaves nothing of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Role
from app.audit import broken_rows
from app.audit.models import AuditEntry
from app.changing.models import PlanChange
from app.events.kinds import ActivityState, Checking, EvaluationType, Formula
from app.events.models import Activity, Event, Group, Participant
from app.extensions import db
from app.scoring.actions import Entry, save_records
from app.scoring.checking.actions import check
from app.scoring.models import Mark, Record, RecordChange, Source
from tests.conftest import SignIn
from tests.support import make

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.both_databases]


@dataclass
class Day:
    """Eva (with a 5 in the jump and three throws) and Ewa (6 in the jump, 9 in the run) in Foxes; Jan in Bears."""

    event: Event
    foxes: Group
    bears: Group
    jump: Activity
    run: Activity
    throw: Activity
    eva: Participant
    ewa: Participant
    jan: Participant
    admin: FlaskClient

    @property
    def url(self) -> str:
        return f"/events/{self.event.id}/changes"

    def preview(self, **wanted: object) -> Any:
        return self.admin.get(f"{self.url}/new", query_string=wanted)

    def do(self, **wanted: object) -> str:
        """As a person does: look at the preview, then send it. What the preview said."""
        page = self.preview(**wanted).text
        found = re.search(r'name="fingerprint" value="(\w+)"', page)
        assert found, re.findall(r"notice__title.*", page)
        answer = self.admin.post(self.url, data={**wanted, "fingerprint": found[1]})
        assert answer.status_code == 303, re.findall(r"notice__title.*", answer.text)
        return str(page)

    def undo(self) -> int:
        made = db.session.scalars(select(PlanChange.id).order_by(PlanChange.id.desc())).first()
        return int(self.admin.post(f"{self.url}/{made}/undo").status_code)

    def write(self, who: Participant, activity: Activity, *texts: str) -> None:
        save_records(self.event, [Entry(who, activity, texts, confirmed=True)], by=make.user(), source=Source.HAND)
        db.session.commit()

    def state(self) -> dict[str, list[str]]:
        """All that counts: people, scoring, and what stands. Not who wrote it, and how often."""
        db.session.expire_all()
        marks = select(Record.activity_id, Record.participant_id, Mark.position, Mark.amount, Mark.status).join(Mark)
        totals = select(Record.activity_id, Record.participant_id, Record.amount, Record.status, Record.checked_by_name)
        return {
            "people": sorted(map(repr, db.session.execute(select(Participant.__table__)).all())),
            "activities": sorted(
                repr((one.id, one.evaluation_type, one.formula, one.higher_is_better, one.rules))
                for one in db.session.scalars(select(Activity))
            ),
            "marks": sorted(repr(row) for row in db.session.execute(marks) if row[3] is not None or row[4]),
            "totals": sorted(repr(row) for row in db.session.execute(totals) if row[2] is not None or row[3]),
        }


@pytest.fixture
def day(sign_in: SignIn) -> Day:
    event = make.event()
    foxes, bears = make.group(event, "Foxes"), make.group(event, "Bears")
    jump, run = make.activity(event, name="Jump"), make.activity(event, EvaluationType.TIME_LOW, "Run")
    throw = make.activity(event, EvaluationType.SCORE_SET, "Throw", mark_count=3, formula=Formula.BEST)
    eva, ewa, jan = make.participant(foxes, "Eva"), make.participant(foxes, "Ewa", "17"), make.participant(bears, "Jan")
    made = Day(event, foxes, bears, jump, run, throw, eva, ewa, jan, sign_in(make.user(Role.ADMIN, "Ivan")))
    made.write(eva, jump, "5")
    made.write(eva, throw, "4", "1", "1")
    made.write(jan, throw, "3", "3", "3")
    made.write(ewa, jump, "6")
    made.write(ewa, run, "9")
    jump.checking = Checking.OPTIONAL
    check(event, jump, [Entry(ewa, jump, ("6",))], by=make.user(name="Tom"))
    db.session.commit()
    return made


def wanted(day: Day, kind: str) -> dict[str, object]:
    """Something to do of every kind."""
    of: dict[str, dict[str, object]] = {
        "add": {"name": "Ota", "group": day.bears.id, "number": "99", "gender": "M", "age": "9"},
        "withdraw": {"one": day.eva.id},
        "quit": {"one": day.eva.id},
        "swap": {"one": day.eva.id, "other": day.jan.id},
        "move": {"one": day.eva.id, "group": day.bears.id},
        "merge": {"one": day.eva.id, "other": day.ewa.id, f"wins-{day.jump.id}": "second"},
        "scoring": {"activity": day.throw.id, "preview": "1", "formula": "SUM", "higher_is_better": "1"},
    }
    return {"kind": kind, **of[kind]}


KINDS = ("add", "withdraw", "quit", "swap", "move", "merge", "scoring")


@pytest.mark.parametrize("kind", KINDS)
def test_the_preview_is_what_happens_and_undoing_it_leaves_nothing_of_it(day: Day, kind: str) -> None:
    before, log = day.state(), db.session.query(AuditEntry).count()
    page = day.do(**wanted(day, kind))
    after = day.state()
    assert after != before
    done = day.admin.get(day.url).text
    assert rows_of(page) == rows_of(done)
    assert day.undo() == 303
    assert day.state() == before
    assert db.session.query(AuditEntry).count() > log + 1
    assert list(broken_rows()) == []


def rows_of(page: str) -> list[str]:
    """The steps as the page lists them: before and after, in one table."""
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    return re.findall(r"<tr><th.*?</tr>", table)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_as_it_was_previewed_is_not_done(day: Day, kind: str) -> None:
    before = day.state()
    answer = day.admin.post(day.url, data={**wanted(day, kind), "fingerprint": "of another day"})
    assert answer.status_code == 409
    assert "Something changed in the meantime. Look again." in answer.text
    assert day.state() == before


def test_a_merge_keeps_the_chosen_value_and_takes_over_what_is_missing(day: Day) -> None:
    page = day.preview(kind="merge", one=day.eva.id, other=day.ewa.id).text
    assert "Both have a value: which one stays?" in page
    day.do(**wanted(day, "merge"))
    assert standing(day.eva, day.jump) == "6"
    assert standing(day.eva, day.run) == "9"
    assert (standing(day.ewa, day.jump), standing(day.ewa, day.run)) == (None, None)
    assert (day.eva.external_id, day.ewa.external_id, day.ewa.merged_into_id) == ("17", None, day.eva.id)
    assert "Ewa" not in day.admin.get(f"/events/{day.event.id}/board?activity={day.jump.id}").text
    kept = db.session.scalars(select(RecordChange.source)).all()
    assert kept.count(Source.PLAN) == 4


def standing(who: Participant, activity: Activity) -> str | None:
    db.session.expire_all()
    found = db.session.scalars(
        select(Record).where(Record.participant_id == who.id, Record.activity_id == activity.id)
    ).one_or_none()
    return None if found is None or found.amount is None else f"{found.amount:f}"


def test_quitting_writes_dns_where_nothing_stands_and_no_more_is_asked_for(day: Day) -> None:
    day.do(**wanted(day, "quit"))
    statuses = db.session.scalars(select(Record.status).where(Record.participant_id == day.eva.id)).all()
    assert [str(status) for status in statuses if status] == ["DNS"]
    assert standing(day.eva, day.jump) == "5"


def test_another_formula_shows_the_places_before_and_after(day: Day) -> None:
    page = day.preview(**wanted(day, "scoring")).text
    places = re.findall(r'<th scope="row">(Eva|Jan)</th>.*?before\'?"?>(\d).*?after"?>.*?(\d)', page)
    assert [(name, old, new) for name, old, new in places] == [("Jan", "2", "1"), ("Eva", "1", "2")]
    day.do(**wanted(day, "scoring"))
    assert (standing(day.jan, day.throw), standing(day.eva, day.throw)) == ("9", "6")


def test_a_type_that_a_value_would_not_fit_is_refused_with_its_name(day: Day) -> None:
    answer = day.preview(kind="scoring", activity=day.jump.id, preview="1", evaluation_type="BOOLEAN")
    assert answer.status_code == 422
    assert "would be no value of that type" in answer.text


def test_values_in_what_is_locked_are_not_moved(day: Day) -> None:
    day.jump.state = ActivityState.LOCKED
    db.session.commit()
    answer = day.preview(**wanted(day, "merge"))
    assert answer.status_code == 422
    assert "Values would change in what is locked: Jump." in answer.text


def test_what_was_changed_since_is_not_undone_in_part(day: Day) -> None:
    day.do(**wanted(day, "merge"))
    day.write(day.eva, day.run, "8")
    before = day.state()
    assert day.undo() == 409
    assert day.state() == before


def test_it_is_undone_once(day: Day) -> None:
    day.do(**wanted(day, "move"))
    assert (day.undo(), day.undo()) == (303, 409)


@pytest.mark.parametrize(
    ("kind", "said", "words"),
    [
        ("add", {"name": "Ota", "number": "17"}, "The number 17 is taken."),
        ("swap", {"other": "one"}, "Choose two different people."),
        ("move", {"group": "foxes"}, "Eva is in this group already."),
        ("withdraw", {"one": "0"}, "Choose who it is about."),
        ("scoring", {"formula": "BEST"}, "That is how it is scored now."),
        ("scoring", {"drop_highest": "3"}, "More marks are dropped than there are."),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(day: Day, kind: str, said: dict[str, str], words: str) -> None:
    ids = {"one": day.eva.id, "foxes": day.foxes.id}
    answer = day.preview(**{**wanted(day, kind), **{name: ids.get(value, value) for name, value in said.items()}})
    assert answer.status_code == 422
    assert words in answer.text


def test_several_chosen_in_a_list_are_moved_and_undone_as_one(day: Day) -> None:
    before = day.state()
    day.do(kind="move", one=f"{day.eva.id},{day.ewa.id},{day.jan.id}", group=day.bears.id)
    assert {day.eva.group_id, day.ewa.group_id, day.jan.group_id} == {day.bears.id}
    assert "Eva, Ewa" in day.admin.get(day.url).text
    assert day.undo() == 303
    assert day.state() == before


def test_a_preview_of_many_costs_as_much_as_of_one(day: Day, statements: list[str]) -> None:
    def cost(people: list[Participant]) -> int:
        db.session.expire_all()
        ids = ",".join(str(person.id) for person in people)
        statements.clear()
        assert day.preview(kind="withdraw", one=ids).status_code == 200
        return len(statements)

    many = [make.participant(day.foxes) for _ in range(20)]
    assert cost(many) == cost(many[:1])


def test_a_row_that_looks_like_anothers_is_merged_all_the_same(day: Day) -> None:
    """The value that moves is the same as the second entry's, which still stands beside it."""
    for turn in range(10):
        day.write(make.participant(day.bears), day.throw, str(turn + 3), "4", "5")
    day.write(day.ewa, day.throw, "8", "7.5", "7")
    day.do(kind="merge", one=day.eva.id, other=day.ewa.id, **{f"wins-{day.throw.id}": "second"})
    hers = select(Record).where(Record.participant_id == day.eva.id, Record.activity == day.throw)
    [record] = db.session.scalars(hers)
    assert str(record.amount) == "8"


def test_a_value_that_was_checked_is_checked_again_by_the_same_when_a_merge_is_undone(day: Day) -> None:
    def checker() -> tuple[int | None, str]:
        db.session.expire_all()
        [record] = db.session.scalars(
            select(Record).where(Record.participant_id == day.ewa.id, Record.activity == day.jump)
        )
        return record.checked_by_id, record.checked_by_name

    tom = checker()
    assert tom[1] == "Tom"
    day.do(**wanted(day, "merge"))
    assert checker() == (None, "")
    day.undo()
    assert checker() == tom
