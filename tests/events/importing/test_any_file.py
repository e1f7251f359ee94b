"""One list of 120 people in 25 files of every shape, and 25 files that are none."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO

import pytest
from sqlalchemy import func, select

from app.config import Settings
from app.events.models import Import
from app.extensions import db
from tests.events.importing.conftest import Desk, words
from tests.support.workbooks import Cell, ods, xlsx, zipped

pytestmark = pytest.mark.usefixtures("context")

FIRST = ("Anežka", "Jiří", "Žofie", "Matěj", "Šárka", "Tomáš", "Kateřina", "Ondřej", "Zdeňka", "Lukáš")
LAST = ("Dvořák", "Říha", "Müller", "Wójcik", "Šťastný", "Kôň", "Beneš", "Čáp", "Urban", "Vlček", "Žák", "Ježek")
TEAMS = ("Žlutí", "Šedí", "Modří", "Červení", "Bílí", "Černí")
PEOPLE = [
    (
        100 + number,
        FIRST[number % 10],
        LAST[number // 10],
        "ŽM"[number % 2],
        TEAMS[number % 6],
        date(2010, 1, 3) + timedelta(days=number * 17),
        30 + number / 4,
    )
    for number in range(120)
]


def rows(*, two_names: bool = False, mark: str = "", born: str = "{0.day}. {0.month}. {0.year}") -> list[list[Cell]]:
    """With a decimal mark, all is text; without one, numbers and days are what they are."""
    names = ["Příjmení", "Jméno"] if two_names else ["Jméno a příjmení"]
    table: list[list[Cell]] = [["Startovní číslo", *names, "Pohlaví", "Družstvo", "Narození", "Váha"]]
    for number, first, last, gender, team, day, weight in PEOPLE:
        name = [last, first] if two_names else [f"{first} {last}"]
        if mark:
            table.append([str(number), *name, gender, team, born.format(day), f"{weight:g}".replace(".", mark)])
        else:
            table.append([float(number), *name, gender, team, day, weight])
    return table


def text(
    delimiter: str = ";",
    encoding: str = "utf-8",
    newline: str = "\r\n",
    above: str = "",
    **how: str | bool,
) -> bytes:
    file = StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator=newline).writerows(rows(**{"mark": ",", **how}))  # type: ignore[arg-type]
    return (above + file.getvalue()).encode(encoding)


TITLE: list[list[Cell]] = [["Letní hry v Dolní Lhotě, start 9:00"], []]
NOTES: list[list[Cell]] = [["Pokyny"], ["Vyplňte list vedle."]]

GOOD: dict[str, Callable[[], bytes]] = {
    "semicolons in utf-8": text,
    "commas in utf-8": lambda: text(","),
    "tabs in utf-8": lambda: text("\t"),
    "bars in utf-8": lambda: text("|"),
    "utf-8 with a mark": lambda: text(encoding="utf-8-sig"),
    "utf-16": lambda: text(encoding="utf-16"),
    "utf-16 without a mark": lambda: text("\t", encoding="utf-16-le"),
    "cp1250": lambda: text(encoding="cp1250"),
    "cp1250 with commas": lambda: text(",", encoding="cp1250"),
    "latin-2": lambda: text(encoding="iso-8859-2"),
    "latin-2 with tabs": lambda: text("\t", encoding="iso-8859-2"),
    "decimal points": lambda: text(mark="."),
    "decimal points and commas": lambda: text(",", mark="."),
    "days as computers write them": lambda: text(born="{0}"),
    "days with slashes": lambda: text(",", born="{0.day}/{0.month}/{0.year}"),
    "two columns of names": lambda: text(two_names=True),
    "two columns of names in cp1250": lambda: text("\t", "cp1250", two_names=True),
    "headers in row 3": lambda: text(above="Letní hry 2026\r\n\r\n"),
    "headers in row 3 under a title with commas": lambda: text(",", above='"Hry, léto, 2026"\n;\n', newline="\n"),
    "old line ends": lambda: text(newline="\n", encoding="cp1250"),
    "xlsx": lambda: xlsx({"List1": rows()}),
    "xlsx with a merged title and headers in row 3": lambda: xlsx({"Hry": [*TITLE, *rows(two_names=True)]}),
    "xlsx with notes on the first sheet": lambda: xlsx({"Pokyny": NOTES, "Lidé": rows(mark=",")}),
    "ods": lambda: ods({"List1": rows()}),
    "ods with a title, notes and two columns of names": lambda: ods({"A": NOTES, "B": [*TITLE, *rows(two_names=True)]}),
}


@pytest.mark.parametrize("kind", GOOD)
def test_the_same_people_come_out_of_every_file(desk: Desk, kind: str) -> None:
    assert len(GOOD) == 25
    desk.bring_in(GOOD[kind]())
    groups = {group.id: group.name for group in desk.groups()}
    assert [
        (
            person.external_id,
            person.display_name,
            str(person.gender),
            groups[person.group_id],
            person.born,
            person.extra["Váha"].replace(",", "."),
        )
        for person in desk.people()
    ] == [
        (str(number), f"{first} {last}", {"Ž": "F", "M": "M"}[gender], team, day, f"{weight:g}")
        for number, first, last, gender, team, day, weight in PEOPLE
    ]


def cut(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


def far_cell() -> bytes:
    return xlsx({"A": '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'})


def bomb() -> bytes:
    return xlsx({"A": '<row r="1"><c r="A1" t="inlineStr"><is><t>' + "x" * 300_000_000 + "</t></is></c></row>"})


def repeating() -> bytes:
    """A small file in which a hundred thousand cells share one very long text."""
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 100_000))
    return xlsx({"A": cells}, shared=f"<sst><si><t>{'x' * 32_000}</t></si></sst>")


DAMAGED = "This spreadsheet is damaged or cut short."
FAR_MORE = "far more than a list of people"
BROKEN: dict[str, tuple[Callable[[], bytes], str]] = {
    "binary": (lambda: os.urandom(3000) + bytes(100), "This is not a text file."),
    "empty": (lambda: b"", "The file is empty."),
    "blank rows": (lambda: b"\r\n;;;\r\n\r\n", "The file is empty."),
    "headers only": (lambda: b"name;group\r\n", "There is nobody in the file"),
    "quotation marks unbalanced": (lambda: b'name;group\nEva;A\n"Jan;B\nOta;C', "Row 3 cannot be read"),
    "NUL bytes": (lambda: b"name;group\nE\0va;A\n", "This is not a text file."),
    "300 columns": (lambda: b";".join(b"c%d" % n for n in range(300)) + b"\n1", "more than 200 columns"),
    "200,000 rows": (lambda: b"name;group\n" + b"Eva;A\n" * 200_000, "more than 10000 rows"),
    "too many bytes": (lambda: b"name;group\n" + b"Eva;A\n" * 900_000, "larger than 5 MB"),
    "half a character of utf-16": (lambda: text(encoding="utf-16")[:-1], "cannot be read as utf-16"),
    "a very long cell": (lambda: b"name;group\n" + b"x" * 200_000 + b";A\n", "a cell is far too long"),
    "a very long header": (lambda: b"x" * 500 + b";group\nEva;A\n", "A header is very long."),
    "xlsx cut short": (lambda: cut(xlsx({"A": rows()}), 0.5), DAMAGED),
    "xlsx without its end": (lambda: cut(xlsx({"A": rows()}), 0.99), DAMAGED),
    "xlsx with nothing in it": (lambda: xlsx({"A": []}), "The file is empty."),
    "xlsx with headers only": (lambda: xlsx({"A": rows()[:1]}), "There is nobody in the file"),
    "xlsx of 300 columns": (
        lambda: xlsx({"A": '<row r="1">' + "<c><v>1</v></c>" * 300 + '</row><row r="2"><c><v>1</v></c></row>'}),
        "more than 200 columns",
    ),
    "xlsx of 200,000 rows": (lambda: xlsx({"A": "<row><c><v>1</v></c></row>" * 200_000}), "more than 10000 rows"),
    "xlsx that is a zip bomb": (bomb, FAR_MORE),
    "xlsx with a cell far away": (far_cell, FAR_MORE),
    "xlsx that repeats one long text": (repeating, FAR_MORE),
    "xlsx of formulas that were never calculated": (
        lambda: xlsx({"A": '<row r="1"><c r="A1"><f>1+1</f></c></row><row r="2"><c r="A2"><f>A1</f></c></row>'}),
        "The file is empty.",
    ),
    "ods cut short": (lambda: cut(ods({"A": rows()}), 0.7), DAMAGED),
    "ods that is not XML": (
        lambda: zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a><b></a>"}),
        DAMAGED,
    ),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + os.urandom(200), "a file of the kind PNG."),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_gets_a_clear_message_and_writes_nothing(desk: Desk, settings: Settings, kind: str) -> None:
    assert len(BROKEN) == 25
    make, message = BROKEN[kind]
    answer = desk.upload(make())
    assert answer.status_code == 422
    assert message in words(answer.text)
    assert 'aria-invalid="true"' in answer.text
    assert not [path for path in settings.files.rglob("*") if path.is_file()]
    assert db.session.scalar(select(func.count()).select_from(Import)) == 0
    assert desk.written() == (0, 0)


def test_formulas_come_in_as_the_values_they_had(desk: Desk) -> None:
    body = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c><c r="B1" t="inlineStr"><is><t>group</t></is></c>'
        '<c r="C1" t="inlineStr"><is><t>age</t></is></c></row><row r="2"><c r="A2" t="str"><f>B2&amp;"x"</f>'
        '<v>محمد علي</v></c><c r="B2" t="inlineStr"><is><t>=1+1</t></is></c><c r="C2"><f>6+6</f><v>12</v></c></row>'
    )
    desk.bring_in(xlsx({"A": body}))
    assert [(one.display_name, one.age) for one in desk.people()] == [("محمد علي", 12)]
    assert [one.name for one in desk.groups()] == ["=1+1"]


def test_the_sheet_and_the_row_of_the_headers_can_be_chosen(desk: Desk) -> None:
    other: list[list[Cell]] = [["old list"], ["who", "where"], ["name", "group"], ["Jan", "Blue"]]
    url = desk.preview(xlsx({"New": [["name", "group"], ["Eva", "Red"]], "Old": other}))
    page = desk.browser.get(url).text
    assert '<option selected value="New">' in page
    page = desk.browser.post(url, data={"sheet": "Old"}, headers={"HX-Request": "true"}).text
    assert "headers in row 3" in page.partition("<option selected")[2]
    assert words(page).count("Jan") == 1
    page = desk.browser.post(url, data={"header_row": "2"}, headers={"HX-Request": "true"}).text
    assert "who" in words(page)
    assert desk.browser.post(url, data={"header_row": "9"}).status_code == 422
    assert desk.browser.post(url, data={"sheet": "None"}).status_code == 422
