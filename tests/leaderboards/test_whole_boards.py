"""Overall and team boards over HTTP: where they stand, what they show, and who sees it."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from app.accounts.models import User
from app.events.actions import save_overall
from app.events.kinds import ActivityState, Checking, CutBy, EvaluationType, Gender
from app.events.models import Activity, Event
from app.extensions import db
from app.leaderboards import cache
from app.leaderboards.overall_rules import Method, Missing, Rule, Scheme, TieBreak
from app.leaderboards.schemes import number_in, scheme_rules, team_rules
from app.leaderboards.teams import TeamScheme
from app.scoring.actions import Entry, save_records
from app.scoring.models import Source
from tests.conftest import SignIn
from tests.support import make

from .conftest import Games, Score
from .reading import chips, rows, text

PLACES = Scheme(Method.PLACES)


@pytest.fixture
def run(games: Games) -> Activity:
    return make.activity(games.event, EvaluationType.TIME_LOW, name="Run")


def rank(games: Games, admin: User, scheme: Scheme, teams: TeamScheme | None = None) -> None:
    event = db.session.get_one(Event, games.event.id)
    rules = {"overall_rules": scheme_rules(scheme), "team_rules": team_rules(teams) if teams else None}
    save_overall(event, rules, {}, by=admin)  # type: ignore[arg-type]
    db.session.commit()


def made_anew() -> None:
    """Wait until a board may be made again: a view is at most every so often, whoever asks."""
    time.sleep(cache.REBUILD_EVERY_MS / 1000 + 0.05)


def table(client: FlaskClient, games: Games, query: str = "activity=overall") -> list[tuple[str, str, str]]:
    """Place, name and total."""
    return [(row[0], row[1], row[-1]) for row in rows(client.get(f"{games.url}?{query}"), cells=None)]


def test_an_event_without_rules_has_no_overall_board(client: FlaskClient, games: Games, score: Score) -> None:
    score(games.sprint, {games.eva: "7"})
    assert "Overall" not in client.get(games.url).text
    assert client.get(f"{games.url}?activity=overall").status_code == 404
    assert client.get(f"{games.url}?activity=teams").status_code == 404


@pytest.mark.both_databases
def test_totals_of_all_activities_with_what_each_gave(
    client: FlaskClient, games: Games, score: Score, admin: User, run: Activity
) -> None:
    score(games.sprint, {games.eva: "7.5", games.jan: "6", games.ota: "9"})
    score(run, {games.eva: "59", games.jan: "1:01", games.ota: "DNF"})
    rank(games, admin, PLACES)
    page = client.get(f"{games.url}?activity=overall")
    assert rows(page, cells=None) == [
        ("1", "Eva", "Foxes", "2", "1", "3"),
        ("2", "Ota", "Foxes", "1", "3", "4"),
        ("3", "Jan", "Foxes", "3", "2", "5"),
    ]
    assert "The sum of the places; lower is better." in page.text


def test_a_save_is_seen_on_the_overall_board(
    client: FlaskClient, games: Games, score: Score, admin: User, run: Activity
) -> None:
    score(games.sprint, {games.eva: "7", games.jan: "6"})
    rank(games, admin, PLACES)
    live = f"{games.url}/live?activity=overall&language=en"
    tag = client.get(live).headers["ETag"]
    assert client.get(live, headers={"If-None-Match": tag}).status_code == 304
    score(run, {games.jan: "50"})
    made_anew()
    answer = client.get(live, headers={"If-None-Match": tag})
    assert [row[:2] for row in rows(answer)] == [("1", "Eva"), ("1", "Jan")]
    assert answer.headers["ETag"] != tag


def test_a_category_is_placed_among_itself_alone(
    client: FlaskClient, games: Games, score: Score, admin: User, run: Activity
) -> None:
    make.category(games.event, "Cubs", 8, 10)
    girl = make.participant(games.eva.group, "Iva", gender=Gender.F, age=9)
    other = make.participant(games.eva.group, "Ada", gender=Gender.F, age=8)
    boy = make.participant(games.eva.group, "Petr", gender=Gender.M, age=10)
    score(games.sprint, {girl: "4", boy: "5", other: "6"})
    score(run, {girl: "50", boy: "40", other: "60"})
    rank(games, admin, PLACES)
    assert table(client, games) == [("1", "Petr", "3"), ("2", "Ada", "4"), ("3", "Iva", "5")]
    found = chips(client.get(f"{games.url}?activity=overall"))
    page = client.get(found["Female · Cubs 2"])
    assert [(row[0], row[1], row[-1]) for row in rows(page, cells=None)] == [("1", "Ada", "3"), ("1", "Iva", "3")]


def test_teams_are_placed_by_their_best_people(client: FlaskClient, games: Games, score: Score, admin: User) -> None:
    owls = make.group(games.event, "Owls")
    ula, uri = make.participant(owls, "Ula"), make.participant(owls, "Uri")
    score(games.sprint, {games.eva: "10", games.jan: "3", games.ota: "2", ula: "9", uri: "8"})
    rank(games, admin, Scheme(Method.VALUES), TeamScheme(best=2))
    page = client.get(f"{games.url}?activity=teams")
    assert rows(page) == [("1", "Owls", "2 of 2", "17"), ("2", "Foxes", "2 of 3", "13")]
    why = client.get(f"{games.url}?why=teams-{games.eva.group_id}").text
    assert "Ota, does not count" in text(why)
    assert "was better: Owls 17" in text(why)


def test_a_scheme_that_fits_no_more_says_so_instead_of_a_wrong_order(
    client: FlaskClient, games: Games, score: Score, admin: User
) -> None:
    score(games.sprint, {games.eva: "7"})
    rank(games, admin, Scheme(Method.VALUES), TeamScheme())
    make.activity(games.event, EvaluationType.TIME_LOW, name="Run")
    games.event.revision = 99
    db.session.commit()
    for whole in ("overall", "teams"):
        page = client.get(f"{games.url}?activity={whole}&page=1")
        assert "do not fit" in page.text
        assert rows(page) == []
    assert client.get(f"{games.url}.csv").status_code == 200


def test_what_waits_to_be_checked_counts_for_nothing_yet(
    client: FlaskClient, games: Games, score: Score, admin: User, run: Activity
) -> None:
    run.checking = Checking.REQUIRED
    score(games.sprint, {games.eva: "7", games.jan: "6"})
    score(run, {games.jan: "48.11"})
    rank(games, admin, PLACES)
    page = client.get(f"{games.url}?why=overall-{games.jan.id}")
    assert "48.11" not in page.text
    assert "One value waits to be checked." in page.text


def test_what_is_not_rounded_says_that_it_goes_on(client: FlaskClient, games: Games, score: Score, admin: User) -> None:
    score(games.sprint, {games.eva: "3", games.jan: "1"})
    rank(games, admin, Scheme(Method.PERCENT))
    assert table(client, games) == [("1", "Eva", "100"), ("2", "Jan", "33.3333…")]
    rank(games, admin, Scheme(Method.PERCENT, decimals=1))
    made_anew()
    assert table(client, games) == [("1", "Eva", "100.0"), ("2", "Jan", "33.3")]


def test_times_that_are_added_up_are_shown_as_times(
    client: FlaskClient, games: Games, score: Score, admin: User, run: Activity
) -> None:
    second = make.activity(games.event, EvaluationType.TIME_LOW, name="Second run")
    score(run, {games.eva: "59.5", games.jan: "60"})
    score(second, {games.eva: "61", games.jan: "59.4"})
    games.sprint.weight = Decimal(0)
    rank(games, admin, Scheme(Method.VALUES))
    assert table(client, games) == [("1", "Jan", "1:59.40"), ("2", "Eva", "2:00.50")]


def test_files_hold_the_overall_places_and_the_teams(
    client: FlaskClient, games: Games, score: Score, admin: User, run: Activity
) -> None:
    score(games.sprint, {games.eva: "7", games.jan: "6"})
    score(run, {games.eva: "59", games.jan: "58"})
    rank(games, admin, Scheme(Method.POINTS, (Decimal(5), Decimal(3)), best=1), TeamScheme())
    lines = client.get(f"{games.url}.csv").text.splitlines()
    assert "1,Gold,Overall,,All,Eva,Foxes,,5" in lines
    assert "1,Gold,Overall,,All,Jan,Foxes,,5" in lines
    assert lines[-1] == "1,Gold,Teams,,,,Foxes,,10"


# Why this place ---------------------------------------------------------------------------------------------------


def told(client: FlaskClient, games: Games, query: str) -> str:
    page = client.get(f"{games.url}?{query}").text
    assert 'id="why"' in page, "nothing is explained"
    return text(page.split('id="why"')[1].split("</section>")[0].replace("<", " <"))


def test_why_in_one_activity(client: FlaskClient, games: Games, score: Score) -> None:
    score(games.sprint, {games.eva: "7.5", games.jan: "7", games.ota: "7"})
    page = told(client, games, f"why={games.sprint.id}-{games.ota.id}")
    assert "Ota: place 2" in page
    assert "7.0 the result; higher is better" in page
    assert "1 was better: Eva 7.5" in page
    assert "= the same as Jan; nothing parts equal results, so they share the place" in page


def test_why_of_a_score_set_lists_its_marks(client: FlaskClient, games: Games, admin: User, score: Score) -> None:
    jump = make.activity(games.event, EvaluationType.SCORE_SET, name="Jump", mark_count=3)
    save_records(games.event, [Entry(games.eva, jump, ("4.2", "DNF", "4.5"))], by=admin, source=Source.HAND)
    db.session.commit()
    page = told(client, games, f"why={jump.id}-{games.eva.id}")
    assert "4.5 3 marks: the best of them, higher is better 4.2 mark 1 DNF mark 2 4.5 mark 3" in page


def test_why_overall_goes_from_value_to_place_to_score(
    client: FlaskClient, games: Games, score: Score, admin: User, run: Activity
) -> None:
    score(games.sprint, {games.eva: "7.5", games.jan: "7", games.ota: "9"})
    score(run, {games.eva: "61.2", games.jan: "60"})
    run.weight = Decimal(2)
    rank(games, admin, Scheme(Method.PLACES, ties=(Rule(TieBreak.COUNTBACK),)))
    page = told(client, games, f"why=overall-{games.ota.id}")
    assert "Throw 9 place 1 1" in page
    assert "Run – 3 × 2 = 6 nothing there: the worst counts" in page
    assert "7 the sum of the places; lower is better" in page


def test_why_equal_totals_are_parted(
    client: FlaskClient, games: Games, score: Score, admin: User, run: Activity
) -> None:
    games.eva.extra, games.jan.extra = {"Body weight": "61,5 kg"}, {"Body weight": "61.25"}
    score(games.sprint, {games.eva: "7.5", games.jan: "7.5", games.ota: "1"})
    rank(games, admin, Scheme(Method.POINTS, (Decimal(3),), ties=(Rule(TieBreak.NUMBER, "Body weight"),)))
    assert table(client, games) == [("1", "Jan", "3"), ("2", "Eva", "3"), ("3", "Ota", "0")]
    page = told(client, games, f"why=overall-{games.eva.id}")
    assert "the same total as Jan; what parts them is Body weight, lower first: 61.25 against 61.5" in page


def test_the_page_follows_whose_place_is_explained(client: FlaskClient, games: Games, score: Score) -> None:
    people = [make.participant(games.eva.group) for _ in range(101)]
    score(games.sprint, {person: str(number) for number, person in enumerate(people)})
    page = client.get(f"{games.url}?why={games.sprint.id}-{people[0].id}")
    assert [row[0] for row in rows(page)] == ["101"]
    assert 'aria-current="true"' in page.text.split("<tbody>")[1]


@pytest.mark.parametrize("why", ["999", "x", "overall-1", "7-7-7", "-1", "99999999999"])
def test_a_place_that_nobody_has_is_not_explained(client: FlaskClient, games: Games, score: Score, why: str) -> None:
    score(games.sprint, {games.eva: "7"})
    answer = client.get(f"{games.url}?why={why}")
    assert answer.status_code == 404 or 'id="why"' not in answer.text


# Who goes on ------------------------------------------------------------------------------------------------------


def test_who_goes_on_is_marked_in_words_while_it_is_sure_and_while_it_is_not(
    client: FlaskClient, games: Games, score: Score
) -> None:
    games.sprint.cut_by, games.sprint.cut_amount = CutBy.PLACE, Decimal(2)
    score(games.sprint, {games.eva: "7.5", games.jan: "7"})
    assert [row[1] for row in rows(client.get(games.url))] == ["Eva sure to go on", "Jan in question"]
    games.sprint.state = ActivityState.LOCKED
    games.sprint.revision, games.event.revision = 99, 99
    db.session.commit()
    assert [row[1] for row in rows(client.get(f"{games.url}?activity={games.sprint.id}"))] == [
        "Eva goes on",
        "Jan goes on",
    ]


@pytest.mark.parametrize(
    ("written", "number"),
    [("82.5", "82.5"), ("82,5", "82.5"), (" 82,50 kg ", "82.50"), ("", None), ("heavy", None), ("nan", None)],
)
def test_a_number_known_of_somebody_is_read_exactly(written: str, number: str | None) -> None:
    assert number_in(written) == (None if number is None else Decimal(number))


def test_who_lacks_an_activity_may_have_no_place(
    client: FlaskClient, games: Games, score: Score, admin: User, run: Activity
) -> None:
    score(games.sprint, {games.eva: "7.5", games.jan: "7"})
    score(run, {games.jan: "60"})
    rank(games, admin, Scheme(Method.PLACES, missing=Missing.OUT))
    assert table(client, games) == [("1", "Jan", "3"), ("–", "Eva", "–")]
    assert "too few activities have a number (1), so without a place" in told(
        client, games, f"why=overall-{games.eva.id}"
    )


def test_somebody_signed_in_sees_the_same_overall_board(
    client: FlaskClient, sign_in: SignIn, games: Games, score: Score, admin: User
) -> None:
    score(games.sprint, {games.eva: "7"})
    rank(games, admin, PLACES)
    address = f"{games.url}?why=overall-{games.eva.id}"
    mine = sign_in(admin).get(address)
    assert rows(mine) == rows(client.get(address))
    assert "Overall · Summer games" in mine.text
