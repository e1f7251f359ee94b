from __future__ import annotations

import csv
from io import StringIO

import pytest
from flask.testing import FlaskClient
from werkzeug.http import parse_options_header

from app.events.kinds import EvaluationType, Gender
from app.spreadsheets import guarded
from tests.support import make

from .conftest import Games, Score

HEADER = "rank,podium,activity,gender,age_category,participant_name,group_name,age,score"


def lines(client: FlaskClient, games: Games) -> list[list[str]]:
    answer = client.get(f"{games.url}.csv")
    assert answer.mimetype == "text/csv"
    first, *rest = csv.reader(StringIO(answer.text, newline=""))
    assert ",".join(first) == HEADER
    return rest


def test_it_holds_every_activity_by_bucket_with_medals_times_and_points(
    client: FlaskClient, games: Games, score: Score
) -> None:
    make.category(games.event, "Cubs", 8, 10)
    run = make.activity(games.event, EvaluationType.TIME_LOW, name="Run")
    girl = make.participant(games.eva.group, "Iva", gender=Gender.F, age=9)
    boy = make.participant(games.eva.group, "Petr", gender=Gender.M, age=10)
    score(games.sprint, {girl: "4,5", games.eva: "3"})
    score(run, {girl: "83", boy: "DNF"})
    assert lines(client, games) == [
        ["1", "Gold", "Throw", "F", "Cubs", "Iva", "Foxes", "9", "4.5"],
        ["1", "Gold", "Throw", "", "Unassigned", "Eva", "Foxes", "", "3"],
        ["1", "Gold", "Run", "F", "Cubs", "Iva", "Foxes", "9", "1:23.00"],
        ["", "", "Run", "M", "Cubs", "Petr", "Foxes", "10", "DNF"],
    ]


def test_it_is_the_same_in_every_language(client: FlaskClient, games: Games, score: Score) -> None:
    tick = make.activity(games.event, EvaluationType.BOOLEAN, name="Swam")
    score(tick, {games.eva: "yes", games.jan: "no"})
    score(games.sprint, {games.eva: "4,5"})
    english = lines(client, games)
    client.set_cookie("language", "cs")
    assert lines(client, games) == english
    assert [line[-1] for line in english] == ["4.5", "1", "0"]
    assert english[0][4] == "All"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x";"y")'])
def test_a_name_is_no_formula(client: FlaskClient, games: Games, score: Score, name: str) -> None:
    for row in (games.eva, games.eva.group, games.sprint):
        setattr(row, "display_name" if row is games.eva else "name", name)
    make.category(games.event, name)
    score(games.sprint, {games.eva: "1"})
    [line] = lines(client, games)
    assert [line[column] for column in (2, 4, 5, 6)] == [f"'{name}"] * 4


def test_a_negative_score_stays_a_number(client: FlaskClient, games: Games, score: Score) -> None:
    score(games.sprint, {games.eva: "-7,5"})
    assert lines(client, games)[0][-1] == "-7.5"
    assert guarded("Eva - Foxes") == "Eva - Foxes"


def test_commas_quotes_and_line_ends_stay_in_their_cell(client: FlaskClient, games: Games, score: Score) -> None:
    games.eva.display_name = 'Eva "the fox", first\nof her name'
    score(games.sprint, {games.eva: "1"})
    assert lines(client, games)[0][5] == games.eva.display_name


def test_a_mark_for_excel_is_added_on_request(client: FlaskClient, games: Games) -> None:
    assert client.get(f"{games.url}.csv").data.startswith(b"rank,")
    assert client.get(f"{games.url}.csv?bom=1").data.startswith(b"\xef\xbb\xbfrank,")


@pytest.mark.parametrize(
    ("name", "file"),
    [("Summer games", "Summer games"), ("Žižkov 2026", "Žižkov 2026"), ('a/b\\c:"d"\r\n', "a b c d"), ("/", "event")],
)
def test_the_file_is_called_like_the_event(client: FlaskClient, games: Games, name: str, file: str) -> None:
    games.event.name = name
    disposition = client.get(f"{games.url}.csv").headers["Content-Disposition"]
    assert parse_options_header(disposition) == ("attachment", {"filename": f"{file}.csv"})


def test_an_event_without_results_is_a_header(client: FlaskClient, games: Games) -> None:
    assert lines(client, games) == []


@pytest.mark.parametrize("people", [1, 300])
def test_it_takes_the_same_statements_however_many_there_are(
    client: FlaskClient, games: Games, score: Score, statements: list[str], people: int
) -> None:
    make.activity(games.event)
    score(games.sprint, {make.participant(games.eva.group): str(number) for number in range(people)})
    statements.clear()
    assert len(lines(client, games)) == people
    assert len(statements) == 7
