"""What only the organiser knows: groups for those without, groups and people that may be the same."""

from __future__ import annotations

import re

import pytest

from app.events.importing.headers import REASON
from tests.events.importing.conftest import PIECE, Desk, last_import, rows, words, work
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")


def questions(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'name="(same_\w+)"', page)))


def answer_all(desk: Desk, url: str) -> str:
    """Say of everything that is asked that it is one and the same; the page after that."""
    data = dict.fromkeys(questions(desk.browser.get(url).text), "same")
    return desk.browser.post(url, data=data, headers=PIECE).text


def apply(desk: Desk, url: str) -> None:
    desk.confirm(url)
    work()


def test_rows_without_a_group_come_into_the_one_that_is_chosen(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red\nJan;\nOta; ")
    assert "The group is missing." in desk.browser.get(url).text
    page = desk.browser.post(url, data={"group": " Blue\0 team "}, headers=PIECE).text
    assert rows(page)[1] == "3 Jan new in Blue team"
    apply(desk, url)
    assert [(one.display_name, one.group.name) for one in desk.people()] == [
        *(("Eva", "Red"), ("Jan", "Blue team"), ("Ota", "Blue team")),
    ]


def test_a_file_without_groups_comes_into_one(desk: Desk) -> None:
    url = desk.preview("name;age\nEva;9\nJan;8")
    assert "or one group for everybody" in desk.browser.get(url).text
    desk.browser.post(url, data={"group": "Everybody"})
    apply(desk, url)
    assert [group.name for group in desk.groups()] == ["Everybody"]
    assert desk.browser.post(url, data={"group": "x" * 81}).status_code == 409


def test_a_name_of_a_group_that_is_too_long_is_refused_and_kept(desk: Desk) -> None:
    answer = desk.browser.post(desk.preview("name;age\nEva;9"), data={"group": "x" * 81})
    assert answer.status_code == 422
    assert "x" * 81 in answer.text


def test_groups_nearly_the_same_stay_two_until_somebody_says_otherwise(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red team\nJan;Red  Team.\nOta;Group 1\nIva;Group 2")
    page = desk.browser.get(url).text
    assert "Is the group “Red Team.” the same as “Red team”? Yes No, another one" in rows(page)[1]
    assert "to decide 1" in words(page)
    assert "checked" not in page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert len(questions(page)) == 1
    assert "4 new groups" in words(page)
    assert "3 new groups" in words(answer_all(desk, url))
    apply(desk, url)
    assert [group.name for group in desk.groups()] == ["Red team", "Group 1", "Group 2"]


def test_a_group_may_nearly_be_one_that_is_there(desk: Desk) -> None:
    make.group(desk.event, "Midland University")
    url = desk.preview("name;group\nEva;Midland Univerzity\nJan;Midland University B")
    assert len(questions(desk.browser.get(url).text)) == 1
    answer_all(desk, url)
    apply(desk, url)
    assert [group.name for group in desk.groups()] == ["Midland University", "Midland University B"]


def test_unanswered_questions_block_nothing(desk: Desk) -> None:
    apply(desk, desk.preview("name;group\nEva;Red team\nEva;Red Team."))
    assert desk.written() == (2, 2)


def test_somebody_who_is_in_already_is_asked_about_and_then_changed(desk: Desk) -> None:
    make.participant(make.group(desk.event, "Red"), "Jana Nováková")
    url = desk.preview("id;name;group;age\n7;NOVAKOVA Jana;Red;12")
    page = desk.browser.get(url).text
    assert "Looks like Jana Nováková, Red, who is in already. Same person Two people" in rows(page)[0]
    page = answer_all(desk, url)
    assert "Name: Jana Nováková → NOVAKOVA Jana Number: nothing → 7" in rows(page)[0]
    apply(desk, url)
    [jana] = desk.people()
    assert (jana.external_id, jana.age) == ("7", 12)


def test_one_person_twice_in_a_file_comes_in_once(desk: Desk) -> None:
    url = desk.preview("name;group;born\nEva Malá;Red;1. 2. 2014\nEva Mala;Blue;\nEva Malá;Red;2. 2. 2014")
    page = desk.browser.get(url).text
    assert len(questions(page)) == 2
    assert "Looks like row 2: Eva Malá, Red, 2014-02-01." in rows(page)[1]
    page = answer_all(desk, url)
    assert "This is the same person as in row 2." in rows(page)[1]
    apply(desk, url)
    assert len(desk.people()) == 2


@pytest.mark.parametrize(
    "row", ["8;Eva Malá;Red;;", ";Eva Malá;Red;2. 2. 2014;", ";Eva Malá;Red;;M", ";محمد علي;Red;;"]
)
def test_what_contradicts_is_not_asked_about(desk: Desk, row: str) -> None:
    desk.bring_in("id;name;group;born;gender\n7;Eva Malá;Blue;1. 2. 2014;F\n9;علي حسن;Blue;;")
    assert questions(desk.browser.get(desk.preview(f"id;name;group;born;gender\n{row}")).text) == []


def test_an_answer_is_kept_while_other_choices_change(desk: Desk) -> None:
    url = desk.preview("name;group;note\nEva;Red team;x\nJan;Red Team.;y")
    answer_all(desk, url)
    page = desk.browser.post(url, data={"column_2": "ignore"}, headers=PIECE).text
    assert "1 new group" in words(page)
    assert len(last_import().options["same"]) == 1
    key = questions(page)[0]
    assert "2 new groups" in words(desk.browser.post(url, data={key: "different"}, headers=PIECE).text)
    assert last_import().options["same"] == []
    assert desk.browser.post(url, data={key: "maybe"}).status_code == 422


def test_rows_to_decide_can_be_looked_at_alone_and_lose_their_count_as_they_are_decided(desk: Desk) -> None:
    url = desk.preview("name;group\nIva;Blue\nEva;Red team\nJan;Red Team.\nOta;Reds team")
    page = desk.browser.get(f"{url}?only=asked").text
    assert [row.split()[1] for row in rows(page)] == ["Jan", "Ota"]
    assert "Undecided, two stay two." in page
    first, second = questions(page)
    page = desk.browser.post(f"{url}?only=asked", data={first: "different"}, headers=PIECE).text
    assert "to decide 1" in words(page)
    assert len(rows(page)) == 2
    page = desk.browser.post(f"{url}?only=asked", data={second: "same"}, headers=PIECE).text
    assert "to decide 0" in words(page)
    assert "Undecided" not in page
    assert page.count("checked") == 2


# Refused rows -----------------------------------------------------------------------------------------------------


def test_refused_rows_are_mended_and_brought_back(desk: Desk) -> None:
    url = desk.preview("id,name,group,age\n1,Eva,Red,9\n2,=Jan,Red,old\n3,,Red,9\n")
    apply(desk, url)
    assert f'href="{url}/refused.csv"' in desk.browser.get(url).text
    answer = desk.browser.get(f"{url}/refused.csv")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    file = answer.data.decode("utf-8-sig")
    answer.close()
    assert file.splitlines() == [
        f"id,name,group,age,{REASON}",
        "2,'=Jan,Red,old,age: An age is a whole number from 0 to 130.",
        "3,,Red,9,name: The name is missing.",
    ]
    desk.bring_in(file.replace("old", "8").replace("3,,", "3,Ota,"))
    assert [one.display_name for one in desk.people()] == ["Eva", "=Jan", "Ota"]
    assert [one.extra for one in desk.people()] == [{}, {}, {}]


def test_refused_rows_of_a_file_that_is_gone_are_not_found(desk: Desk) -> None:
    url = desk.preview("who;where\nEva;Red")
    assert desk.browser.get(f"{url}/refused.csv").status_code == 404
