"""Taking an import back as a whole, and results that came with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app import audit
from app.accounts.models import Role
from app.audit.models import AuditEntry
from app.events.kinds import ActivityState, EvaluationType, EventStatus, Formula, Missing
from app.events.marking import Criterion, Marking
from app.events.models import Activity
from app.extensions import db
from app.scoring.models import Record, RecordChange, Source
from tests.conftest import SignIn
from tests.events.conftest import write
from tests.events.importing.conftest import PIECE, Desk, last_import, rows, words, work
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def running(desk: Desk) -> Desk:
    desk.event.status = EventStatus.ACTIVE
    db.session.commit()
    return desk


def values(activity: Activity) -> dict[str, str]:
    found = db.session.scalars(select(Record).where(Record.activity_id == activity.id))
    return {one.participant.display_name: str(one.amount) for one in found}


# Results ----------------------------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_a_column_that_is_called_like_an_activity_holds_its_results(running: Desk) -> None:
    run = make.activity(running.event, EvaluationType.TIME_LOW, "60 m sprint")
    page = running.browser.get(
        running.preview("id;name;group;60 M Sprint\n1;Eva;Red;8,52\n2;Jan;Red;x\n3;Ota;Red;")
    ).text
    assert "Results: 60 m sprint" in page
    assert "60 M Sprint: " in words(page)
    assert "left out" in rows(page)[1]
    running.bring_in("id;name;group;60 M Sprint\n1;Eva;Red;8,52\n3;Ota;Red;")
    assert values(run) == {"Eva": "8.52"}
    change = db.session.scalars(select(RecordChange)).one()
    assert (change.source, change.by_name) == (Source.IMPORT, "Věra")
    assert list(audit.broken_rows()) == []


def test_a_result_that_stands_already_is_shown_with_what_it_would_become(running: Desk) -> None:
    jump = make.activity(running.event, name="Jump")
    eva = make.participant(make.group(running.event, "Red"), "Eva", external_id="1")
    write("3.5", eva, jump, running.admin)
    page = running.browser.get(running.preview("id;name;group;Jump\n1;Eva;Red;3,75")).text
    assert rows(page)[0].endswith("changed Jump: 3.5 → 3.75")
    assert "Everything is unchanged" in running.browser.get(running.preview("id;name;group;Jump\n1;Eva;Red;3,50")).text
    running.bring_in("id;name;group;Jump\n1;Eva;Red;3,75")
    assert values(jump) == {"Eva": "3.75"}


ATTEMPTS = "id;name;group;Squat1Kg;Squat 2;Squat, attempt 3 (kg);Best3SquatKg;Squat\n"


@pytest.mark.both_databases
def test_attempts_come_in_as_columns_of_their_own(running: Desk) -> None:
    squat = make.activity(running.event, EvaluationType.SCORE_SET, "Squat", mark_count=3)
    squat.unit = "kg"
    db.session.commit()
    url = running.preview(f"{ATTEMPTS}1;Eva;Red;132,5;-140;good;142,5;9\n2;Jan;Red;100;DNF;;100;9")
    page = running.browser.get(url).text
    assert "Squat, attempt 3 (kg): This is not a number." in words(page)
    assert f'value="activity:{squat.id}:2">Results: Squat, attempt 2<' in page
    assert page.count('<option selected value="activity:') == 3
    running.bring_in(f"{ATTEMPTS}1;Eva;Red;132,5;-140;142,5;142,5;9\n2;Jan;Red;100;DNF;;100;9")
    assert values(squat) == {"Eva": "142.5", "Jan": "100"}
    assert [one.extra for one in running.people()] == [
        {"Best3SquatKg": "142,5", "Squat": "9"},
        {"Best3SquatKg": "100", "Squat": "9"},
    ]


@pytest.mark.both_databases
def test_people_go_with_the_results_that_came_with_them(running: Desk) -> None:
    jump, run = make.activity(running.event, name="Jump"), make.activity(running.event, name="Run")
    running.bring_in("id;name;group;Jump;Run\n1;Eva;Red;3;9\n2;Jan;Red;4;8\n3;Ota;Blue;5;\n4;Iva;Blue;;")
    _eva, jan, ota, _iva = running.people()
    write("4.5", jan, jump, running.admin)
    run.state = ActivityState.LOCKED
    write("6", ota, jump, running.admin)
    write("5", ota, jump, running.admin)
    db.session.commit()
    url = f"/imports/{last_import().id}"
    page = words(running.browser.get(f"{url}/undo").text)
    assert "People removed 1" in page
    assert "Eva: has a result that changed or is locked" in page, "her run is locked"
    run.state = ActivityState.OPEN
    db.session.commit()
    page = words(running.browser.get(f"{url}/undo").text)
    assert "People removed 2" in page
    assert "Jan: has results, or a history of them" in page
    take_back(running.browser, url)
    assert [one.display_name for one in running.people()] == ["Jan", "Ota"]
    assert values(jump) == {"Jan": "4.5", "Ota": "None"}
    assert list(audit.broken_rows()) == []


@pytest.mark.both_databases
def test_an_attempt_that_the_file_does_not_mention_stays_and_is_put_back_alone(running: Desk) -> None:
    squat = make.activity(running.event, EvaluationType.SCORE_SET, "Squat", mark_count=3)
    running.bring_in("id;name;group;Squat 1;Squat 2\n1;Eva;Red;100;110")
    page = running.browser.get(running.preview("id;name;group;Squat 2;Squat 3\n1;Eva;Red;115;120")).text
    assert rows(page)[0].endswith("Squat, attempt 2: 110 → 115 Squat, attempt 3: nothing → 120")
    running.bring_in("id;name;group;Squat 2;Squat 3\n1;Eva;Red;115;120")
    assert marks(squat) == ["100", "115", "120"]
    running.browser.post(f"/imports/{last_import().id}/undo")
    assert marks(squat) == ["100", "110", "None"]


def marks(activity: Activity) -> list[str]:
    [record] = db.session.scalars(select(Record).where(Record.activity_id == activity.id))
    db.session.refresh(record)
    return [str(mark.amount) for mark in record.marks]


def test_marks_of_criteria_are_found_by_their_names_and_refused_beyond_what_is_allowed(running: Desk) -> None:
    dance = make.activity(running.event, EvaluationType.SCORE_SET, "Dance", mark_count=2, formula=Formula.SUM)
    criteria = (Criterion("Technique", high=Decimal(10)), Criterion("Style"))
    dance.rules = Marking(criteria=criteria, missing=Missing.REMOVED).rules()
    db.session.commit()
    page = running.browser.get(running.preview("name;group;technique;Dance: style\nEva;Red;11;9\nJan;Red;9,5;8")).text
    assert "Results: Dance, Technique" in page
    assert "technique: A mark here is at most 10." in rows(page)[0]
    running.bring_in("name;group;technique;Dance: style\nEva;Red;10;9\nJan;Red;9,5;8")
    assert values(dance) == {"Eva": "19", "Jan": "17.5"}


def test_the_sign_before_decimals_can_be_changed_and_what_it_makes_of_a_number_is_shown(running: Desk) -> None:
    make.activity(running.event, name="Score")
    url = running.preview("name;group;Score\nEva;Red;1.234")
    assert rows(running.browser.get(url).text)[0].endswith("new")
    page = running.browser.post(url, data={"decimals": "comma"}, headers=PIECE).text
    assert rows(page)[0].endswith("Score: nothing → 1234")
    assert running.browser.post(url, data={"decimals": "dash"}).status_code == 422


def test_a_result_changed_after_the_look_is_not_overwritten(running: Desk) -> None:
    jump = make.activity(running.event, name="Jump")
    eva = make.participant(make.group(running.event, "Red"), "Eva", external_id="1")
    url = running.preview("id;name;group;Jump\n1;Eva;Red;3,75")
    running.confirm(url)
    write("4", eva, jump, running.admin)
    work()
    assert "nothing was written" in running.browser.get(url).text
    assert values(jump) == {"Eva": "4"}


def test_results_are_taken_only_where_they_are_taken_by_hand(desk: Desk) -> None:
    make.activity(desk.event, name="Jump")
    text = "name;group;Jump\nEva;Red;3"
    assert "Results: Jump" not in desk.browser.get(desk.preview(text)).text
    desk.event.status = EventStatus.ACTIVE
    url = desk.preview(text)
    assert "Results: Jump" in desk.browser.get(url).text
    desk.confirm(url)
    db.session.query(Activity).update({"state": ActivityState.LOCKED})
    work()
    assert "nothing was written" in desk.browser.get(url).text
    assert desk.written() == (0, 0)


# Taking it back ---------------------------------------------------------------------------------------------------


def take_back(browser: FlaskClient, url: str) -> str:
    answer = browser.post(f"{url}/undo")
    assert (answer.status_code, answer.location) == (303, url)
    return words(browser.get(url).text)


@pytest.mark.both_databases
def test_people_groups_and_changes_are_taken_back(desk: Desk) -> None:
    desk.bring_in("id;name;group;born;shirt\n1;Eva;Red;1. 2. 2014;S")
    before = desk.event.revision
    desk.bring_in("id;name;group;born;shirt\n1;Eva Malá;Blue;2. 2. 2014;M\n2;Jan;Blue;;\n3;Ota;Red;;")
    url = f"/imports/{last_import().id}"
    page = words(desk.browser.get(f"{url}/undo").text)
    assert "People removed 2 People put back as they were 1 Groups removed 1 Results put back 0" in page
    assert "stays" not in page
    assert "This import is taken back" in take_back(desk.browser, url)
    [eva] = desk.people()
    assert (eva.display_name, eva.group.name, str(eva.born), eva.extra) == ("Eva", "Red", "2014-02-01", {"shirt": "S"})
    assert [group.name for group in desk.groups()] == ["Red"]
    assert desk.event.revision == before + 2
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.actor_name) == ("import.undo", "Věra")
    assert list(audit.broken_rows()) == []
    assert "taken back" in desk.browser.get(desk.url).text


def test_what_was_touched_since_stays_and_says_why(running: Desk) -> None:
    running.bring_in("id;name;group\n1;Eva;Red")
    running.bring_in("id;name;group\n1;Eva Malá;Red\n2;Jan;Blue\n3;Ota;Green\n4;Iva;White")
    url = f"/imports/{last_import().id}"
    eva, jan, ota, _iva = running.people()
    write("3", jan, make.activity(running.event), running.admin)
    eva.display_name = "Eva Velká"
    make.participant(ota.group, "Petr")
    make.assign(make.user(), _iva.group)
    page = words(running.browser.get(f"{url}/undo").text)
    assert "Jan: has results, or a history of them" in page
    assert "Eva Velká: was changed since" in page
    assert "Blue: is a group with people in it Green: is a group with people in it" in page
    assert "White: is a group with an evaluator" in page
    take_back(running.browser, url)
    assert [one.display_name for one in running.people()] == ["Eva Velká", "Jan", "Petr"]


@pytest.mark.both_databases
def test_results_are_put_back_unless_they_changed_since(running: Desk) -> None:
    jump = make.activity(running.event, name="Jump")
    group = make.group(running.event, "Red")
    people = [make.participant(group, name, external_id=name) for name in ("Eva", "Jan", "Ota")]
    for person in people[:2]:
        write("3", person, jump, running.admin)
    running.bring_in("id;name;group;Jump\nEva;Eva;Red;4\nJan;Jan;Red;5\nOta;Ota;Red;6")
    write("7", people[1], jump, running.admin)
    url = f"/imports/{last_import().id}"
    page = words(running.browser.get(f"{url}/undo").text)
    assert "Results put back 2" in page
    assert "Jan: has a result that changed or is locked" in page
    take_back(running.browser, url)
    assert values(jump) == {"Eva": "3", "Jan": "7", "Ota": "None"}


def test_an_import_is_taken_back_once_and_only_after_it_was_made(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    assert desk.browser.get(f"{url}/undo").status_code == 303
    assert desk.browser.post(f"{url}/undo").status_code == 303
    desk.confirm(url)
    work()
    for _ in range(2):
        take_back(desk.browser, url)
    assert desk.written() == (0, 0)
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action == "import.undo")).all()
    assert len(actions) == 1
    assert desk.browser.post(url, data={"delimiter": ","}, headers=PIECE).status_code == 409


def test_only_admins_take_back(desk: Desk, sign_in: SignIn) -> None:
    desk.bring_in("name;group\nEva;Red")
    url = f"/imports/{last_import().id}"
    helper = sign_in(make.user(Role.EVALUATOR))
    for method, path in (("GET", "undo"), ("POST", "undo"), ("GET", "refused.csv")):
        assert helper.open(f"{url}/{path}", method=method).status_code == 403
    desk.event.status = EventStatus.ARCHIVED
    assert desk.browser.post(f"{url}/undo").status_code == 409
    assert desk.written() == (1, 1)


LIST = "id;name;group;age\n1;Eva;Red;8\n2;Jan;Blue;9"


@pytest.mark.both_databases
def test_what_was_taken_back_comes_in_again_from_the_same_file(desk: Desk) -> None:
    desk.bring_in(LIST)
    first = f"/imports/{last_import().id}"
    take_back(desk.browser, first)
    assert desk.written() == (0, 0)
    assert "New 2 Changed 0" in words(desk.bring_in(LIST))
    take_back(desk.browser, first)
    assert desk.written() == (2, 2), "the first import is taken back already"
    assert [(one.display_name, one.group.name) for one in desk.people()] == [("Eva", "Red"), ("Jan", "Blue")]


def test_of_two_imports_either_can_be_taken_back_and_the_other_loses_nothing_of_its_own(desk: Desk) -> None:
    desk.bring_in(LIST)
    first = f"/imports/{last_import().id}"
    desk.bring_in("id;name;group;age\n1;Eva;Red;10\n3;Ota;Blue;7")
    second = f"/imports/{last_import().id}"
    take_back(desk.browser, first)
    assert [(one.display_name, one.group.name) for one in desk.people()] == [("Ota", "Blue")]
    take_back(desk.browser, second)
    assert desk.people() == []
    assert list(audit.broken_rows()) == []


def test_who_withdrew_since_is_taken_back_with_the_rest(desk: Desk) -> None:
    desk.bring_in(LIST)
    eva = desk.people()[0]
    make.withdrawn(eva)
    take_back(desk.browser, f"/imports/{last_import().id}")
    assert desk.written() == (0, 0)


def test_taking_back_that_breaks_off_takes_nothing_back(desk: Desk) -> None:
    desk.bring_in(LIST)
    url = f"/imports/{last_import().id}"
    with blue_for_ever(), pytest.raises(IntegrityError):
        take_back(desk.browser, url)
    db.session.rollback()
    assert desk.written() == (2, 2)
    assert desk.browser.get(f"{url}/undo").status_code == 200
    take_back(desk.browser, url)
    assert desk.written() == (0, 0)


@contextmanager
def blue_for_ever() -> Iterator[None]:
    """The database refuses the last of many deletions."""
    db.session.execute(
        text("CREATE TRIGGER blue BEFORE DELETE ON groups WHEN OLD.name = 'Blue' BEGIN SELECT RAISE(ABORT, 'no'); END")
    )
    db.session.commit()
    yield
    db.session.rollback()
    db.session.execute(text("DROP TRIGGER blue"))
    db.session.commit()


@pytest.mark.both_databases
def test_a_sheet_open_while_its_people_are_taken_back_writes_nothing(running: Desk, sign_in: SignIn) -> None:
    running.bring_in(LIST)
    eva, run = running.people()[0], make.activity(running.event, name="Run")
    other = sign_in(make.user(Role.ADMIN))
    sheet, value = f"/sheets/{eva.group_id}/{run.id}/{eva.id}", {f"value-{eva.id}-1": "7", f"version-{eva.id}": "0"}
    take_back(running.browser, f"/imports/{last_import().id}")
    assert other.post(sheet, data=value).status_code == 404
    assert db.session.scalars(select(Record)).all() == []
