"""What the preview says before anything is written, and how its reading of the file is changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from app import assets
from app.events.importing.headers import Field
from app.events.kinds import EventStatus
from tests.events.importing.conftest import PIECE, Desk, last_import, rows, start_list, words, work
from tests.support import make
from tests.support.statements import counted

pytestmark = pytest.mark.usefixtures("context")

REAL = Path(__file__).parents[3] / "../shared/data/powerlifting/start_list_semicolon_cp1250.csv"

LIST = (
    "Číslo;Jméno;Pohlaví;Kategorie;Narození;Tričko\n"
    "101;Anežka Dvořáková;Ž;Blue team;12. 4. 2014;S\n"
    "102;Matěj Krejčí;M;Red team;3. 11. 2013;M\n"
    "103;Jana Nováková;Ž;red team;9. 1. 2015;S\n"
    "131;Tomáš Wolf;M;Green team;31. 2. 2014;L\n"
    "102;Petr Druhý;M;;3. 11. 2013;M\n"
)


def selected(page: str) -> list[str]:
    """The choices that stand selected, in the order of the page."""
    return [part.split(">")[1].split("<")[0] for part in page.split("<option selected")[1:]]


# What it says -----------------------------------------------------------------------------------------------------


def test_every_row_says_what_happens_to_it_in_words(desk: Desk) -> None:
    page = desk.browser.get(desk.preview(LIST)).text
    assert rows(page) == [
        "2 101 Anežka Dvořáková Ž Blue team 12. 4. 2014 S new",
        "3 102 Matěj Krejčí M Red team 3. 11. 2013 M new",
        "4 103 Jana Nováková Ž red team 9. 1. 2015 S new in Red team",
        "5 131 Tomáš Wolf M Green team 31. 2. 2014 L left out Narození: There is no 31 February. This row is left out.",
        "6 102 Petr Druhý M 3. 11. 2013 M left out"
        " Kategorie: The group is missing. Číslo: This number is already in row 3.",
    ]
    assert '<span class="is-wrong">31. 2. 2014</span>' in page


def test_it_counts_what_would_happen_and_names_the_groups_that_would_be_new(desk: Desk) -> None:
    page = words(desk.browser.get(desk.preview(LIST)).text)
    assert "all rows 5 new 3 left out 2" in page
    assert "2 new groups Blue team Red team" in page
    assert "Import 3 people, leave out 2" in page
    assert desk.written() == (0, 0)


def test_it_tells_how_the_file_was_read(desk: Desk) -> None:
    page = desk.browser.get(desk.preview("Jméno;Skupina;Váha\nŽofie;Tým Šípek;43,6".encode("cp1250"))).text
    assert selected(page) == [
        *("semicolon", "Windows-1250", "headers in row 1", "decimal comma", "Name", "Group", "Note"),
    ]
    assert "decimal point" in selected(desk.browser.get(desk.preview("name,group,kg\nEva,A,43.6")).text)


def test_a_known_number_shows_old_and_new_field_by_field(desk: Desk) -> None:
    desk.bring_in("id;name;group;age;born;T-shirt;bus\n7;Eva Malá;Red;12;2014-04-12;S;1")
    page = desk.browser.get(desk.preview("id;name;group;age;born;T-shirt;bus\n7;Eva Velká;Blue;;12. 5. 2014;M;1")).text
    [row] = rows(page)
    assert row.endswith(
        "changed Name: Eva Malá → Eva Velká Group: Red → Blue Born: Apr 12, 2014 → May 12, 2014 T-shirt: S → M"
    )
    assert "Import 1 person" in page


def test_what_was_not_known_before_was_nothing(desk: Desk) -> None:
    desk.bring_in("id;name;group\n7;Eva;Red")
    [row] = rows(desk.browser.get(desk.preview("id;name;group;age;gender\n7;Eva;Red;12;F")).text)
    assert row.endswith("changed Gender: nothing → F Age: nothing → 12")


def test_the_same_file_again_changes_nothing_and_says_so(desk: Desk) -> None:
    desk.bring_in("id;name;group\n7;Eva;Red\n;Jan;Red")
    page = desk.browser.get(desk.preview("id;name;group\n7;Eva;Red\n;Jan;Red")).text
    assert "Everything is unchanged" in page
    assert "/apply" not in page


def test_a_file_of_refused_rows_only_cannot_be_confirmed(desk: Desk) -> None:
    page = desk.browser.get(desk.preview("name;group\n;Red\nEva;")).text
    assert "There is nobody to write" in page
    assert "/apply" not in page


def test_an_archived_event_shows_no_button(desk: Desk) -> None:
    url = desk.preview(LIST)
    desk.event.status = EventStatus.ARCHIVED
    assert "/apply" not in desk.browser.get(url).text
    assert desk.browser.post(url, data={"delimiter": ","}).status_code == 409
    assert desk.browser.post(f"{url}/apply").status_code == 409


HOSTILE = "<img src=x onerror=alert(1)>"


def test_what_stands_in_a_file_is_shown_and_never_obeyed(desk: Desk) -> None:
    text = f"id;name;group;{HOSTILE};age\n1;{HOSTILE};{HOSTILE}G;{HOSTILE};1\n2;{HOSTILE};A;x;{HOSTILE}\n"
    desk.bring_in(f"id;name;group;{HOSTILE}\n1;Eva;A;x")
    answer = desk.upload(text, f"{HOSTILE}.csv")
    pages = [desk.browser.get(answer.location).text]
    desk.confirm(answer.location)
    pages.append(desk.browser.get(answer.location).text)
    work()
    pages += [desk.browser.get(answer.location).text, desk.browser.get(desk.url).text]
    pages.append(desk.browser.post(f"{answer.location}/delete", follow_redirects=True).text)
    assert not any("<img" in page for page in pages)
    assert all("&lt;img" in page for page in pages)


# Changing it ------------------------------------------------------------------------------------------------------


def test_another_meaning_of_a_column_changes_the_plan_and_is_kept(desk: Desk) -> None:
    url = desk.preview("name;team;club\nEva;Red;Sokol\nJan;Blue;Sokol")
    answer = desk.browser.post(url, data={"column_1": "metadata", "column_2": "group_name"})
    assert (answer.status_code, answer.location) == (303, url)
    page = desk.browser.get(url).text
    assert "1 new group" in words(page)
    assert selected(page)[4:] == ["Name", "Note", "Group"]
    assert last_import().options["fields"] == {"name": "display_name", "team": "metadata", "club": "group_name"}


def test_with_scripts_the_piece_alone_comes_back(desk: Desk) -> None:
    url = desk.preview("name;group;age\nEva;Red;x")
    answer = desk.browser.post(url, data={"column_2": "ignore"}, headers=PIECE)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div id="import"')
    assert rows(answer.text) == ["2 Eva Red x new"]
    assert answer.vary.find("HX-Request") >= 0


def test_a_column_that_is_missing_or_chosen_twice_is_asked_for(desk: Desk) -> None:
    url = desk.preview("who;where\nEva;Red")
    page = words(desk.browser.get(url).text)
    assert "Choose the column with the names. Choose the column with the groups, or one group for everybody." in page
    assert "/apply" not in page
    both = {"column_0": "display_name", "column_1": "display_name"}
    page = words(desk.browser.post(url, data=both, headers=PIECE).text)
    assert "Only one column can be “Name”." in page
    right = {"column_0": "display_name", "column_1": "group_name"}
    assert "Import 1 person" in desk.browser.post(url, data=right, headers=PIECE).text


def test_another_delimiter_reads_the_file_anew_and_columns_are_guessed_again(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    page = desk.browser.post(url, data={"delimiter": ",", "column_0": "display_name"}, headers=PIECE).text
    assert selected(page) == ["comma", "UTF-8", "headers in row 1", "decimal comma or point", "Note"]
    page = desk.browser.post(url, data={"delimiter": ";", "column_0": "metadata"}, headers=PIECE).text
    assert selected(page)[4:] == ["Name", "Group"]


def test_an_encoding_that_cannot_be_is_refused_beside_its_choice(desk: Desk) -> None:
    url = desk.preview("Jméno;Skupina\nŽofie;Šípek".encode("cp1250"))
    answer = desk.browser.post(url, data={"encoding": "utf-8"}, headers=PIECE)
    assert answer.status_code == 422
    assert "The file cannot be read as utf-8. Choose another encoding." in answer.text
    assert 'aria-describedby="encoding-error"' in answer.text
    assert selected(answer.text)[1] == "UTF-8"
    assert selected(desk.browser.get(url).text)[1] == "Windows-1250"


@pytest.mark.parametrize(
    "tampered",
    [{"encoding": "rot13"}, {"encoding": "base64_codec"}, {"delimiter": "ab"}, {"delimiter": ""}, {"column_0": "id"}],
)
def test_a_choice_that_is_not_offered_is_refused(desk: Desk, tampered: dict[str, str]) -> None:
    url = desk.preview("name;group\nEva;Red")
    before = last_import().options
    assert desk.browser.post(url, data=tampered).status_code == 422
    assert last_import().options == before


def test_columns_that_are_not_there_are_passed_over(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    assert desk.browser.post(url, data={"column_99": "age", "column_²": "age"}).status_code == 303
    assert set(last_import().options["fields"]) == {"name", "group"}


def test_a_file_that_is_gone_can_be_chosen_again(desk: Desk) -> None:
    url = desk.preview("name;group\nEva;Red")
    assets.delete(last_import().file)
    assert "Choose it again." in desk.browser.get(url).text
    answer = desk.browser.post(url, data={"delimiter": ","}, headers=PIECE)
    assert answer.status_code == 422
    assert "Choose it again." in answer.text


# Many rows --------------------------------------------------------------------------------------------------------


def test_a_hundred_rows_are_shown_at_a_time(desk: Desk) -> None:
    url = desk.preview(start_list(250))
    assert len(rows(desk.browser.get(url).text)) == 100
    last = desk.browser.get(f"{url}?page=3").text
    assert rows(last)[0].startswith("202 P200 Person 200")
    assert len(rows(last)) == 50
    assert "201 to 250 of 250" in words(last)
    assert rows(desk.browser.get(f"{url}?page=99").text) == rows(last)
    assert desk.browser.get(f"{url}?page=x&only=x").status_code == 200


def test_rows_can_be_narrowed_to_one_verdict(desk: Desk) -> None:
    url = desk.preview(start_list(150) + "\n" + "\n".join(f"Q{n};;A;1" for n in range(120)))
    page = desk.browser.get(f"{url}?only=refused").text
    assert all("The name is missing." in row for row in rows(page))
    assert "only=refused" in page.partition('rel="next"')[0].rpartition("<a")[2]
    assert len(rows(desk.browser.get(f"{url}?only=refused&page=2").text)) == 20
    assert len(rows(desk.browser.get(f"{url}?only=changed").text)) == 100
    answer = desk.browser.post(f"{url}?only=refused&page=2", data={"column_3": "ignore"})
    assert answer.location == f"{url}?only=refused&page=2"


@pytest.mark.both_databases
def test_a_preview_costs_the_same_few_statements_for_1_and_300_people(app: Flask, desk: Desk) -> None:
    desk.bring_in(start_list(1))
    small = desk.preview(start_list(1))
    with counted(app) as few:
        desk.browser.get(small)
    desk.bring_in(start_list(300))
    large = desk.preview(start_list(300))
    with counted(app) as many:
        desk.browser.get(large)
    assert len(many) == len(few) <= 5


@pytest.mark.skipif(not REAL.exists(), reason="needs ../shared/data")
def test_a_real_start_list_is_read_as_it_is(desk: Desk) -> None:
    page = desk.browser.get(desk.preview(REAL.read_bytes())).text
    assert selected(page)[:2] == ["semicolon", "Windows-1250"]
    assert selected(page)[3:] == ["decimal comma", "Number", "Name", "Gender", "Group", "Note", "Note"]
    assert "Import 1,222 people" in page
    assert "57 new groups" in words(page)
    assert rows(page)[0] == "2 L0001 Rosa van Dijk Ž F-C 44 Midland University 43,6 new"


def test_every_meaning_is_offered_for_every_column(desk: Desk) -> None:
    page = desk.browser.get(desk.preview("name;group\nEva;Red")).text
    assert all(page.count(f'value="{field.value}"') == 2 for field in Field)


def test_values_that_look_wrong_are_listed_once_for_the_whole_file(desk: Desk) -> None:
    make.activity(desk.event, name="Sprint")
    desk.event.status = EventStatus.ACTIVE
    lines = [f"{number};Person {number};Blue;{10 + number / 10}" for number in range(12)]
    page = desk.browser.get(desk.preview("\n".join(["Číslo;Jméno;Kategorie;Sprint", *lines, "99;Slow;Blue;109"]))).text
    assert "One value looks wrong. It is written as it is when you confirm." in page
    assert "Row 14: Sprint: Ten times the others: 10.9 rather than 109?" in page
