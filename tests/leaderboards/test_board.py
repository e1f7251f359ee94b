from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient

from app.accounts.models import User
from app.events.kinds import ActivityState, EvaluationType, EventStatus, Gender, TieBreak, Visibility
from app.events.marking import Criterion, Marking
from app.extensions import db
from app.scoring.actions import Entry, save_records
from app.scoring.models import Source
from bench import data
from tests.conftest import SignIn
from tests.support import make

from .conftest import Games, Score
from .reading import chips, live_address, rows


def test_equals_share_a_place_and_those_without_a_result_come_last(
    client: FlaskClient, games: Games, score: Score
) -> None:
    late = make.participant(games.eva.group, "Ida")
    score(games.sprint, {games.eva: "7.5", games.jan: "DNF", games.ota: "7.5", late: "7"})
    assert rows(client.get(games.url)) == [
        ("1", "Eva", "Foxes", "7.5"),
        ("1", "Ota", "Foxes", "7.5"),
        ("3", "Ida", "Foxes", "7.0"),
        ("–", "Jan", "Foxes", "DNF"),
    ]


def test_the_first_three_places_are_medals(client: FlaskClient, games: Games, score: Score) -> None:
    score(games.sprint, {games.eva: "3", games.jan: "2", games.ota: "2"})
    page = client.get(games.url).text
    assert page.count('class="place--1"') == 1
    assert page.count('class="place--2"') == 2
    assert 'class="place--3"' not in page


def test_times_are_shown_as_times_with_the_readers_decimal_mark(
    client: FlaskClient, games: Games, score: Score
) -> None:
    run = make.activity(games.event, EvaluationType.TIME_LOW, name="Run")
    score(run, {games.eva: "83.4", games.jan: "59"})
    url = f"{games.url}?activity={run.id}"
    assert [row[3] for row in rows(client.get(url))] == ["0:59.00", "1:23.40"]
    assert [row[3] for row in rows(client.get(url, headers={"Accept-Language": "cs"}))] == ["0:59,00", "1:23,40"]


def test_a_cleared_value_leaves_the_board(client: FlaskClient, games: Games, score: Score) -> None:
    score(games.sprint, {games.eva: "7", games.jan: "6"})
    score(games.sprint, {games.eva: ""})
    assert [row[:2] for row in rows(client.get(games.url))] == [("1", "Jan")]


def test_each_bucket_has_a_chip_and_places_of_its_own(client: FlaskClient, games: Games, score: Score) -> None:
    make.category(games.event, "Cubs", 8, 10)
    girl = make.participant(games.eva.group, "Iva", gender=Gender.F, age=9)
    boy = make.participant(games.eva.group, "Petr", gender=Gender.M, age=10)
    score(games.sprint, {girl: "4", boy: "5", games.ota: "6"})
    found = chips(client.get(games.url))
    assert list(found) == ["All together 3", "Female · Cubs 1", "Male · Cubs 1", "Gender not stated · no category 1"]
    assert rows(client.get(found["Female · Cubs 1"])) == [("1", "Iva", "Foxes", "4")]


def test_age_is_counted_on_the_day_of_the_event(client: FlaskClient, games: Games, score: Score) -> None:
    make.category(games.event, "Cubs", 8, 10)
    make.category(games.event, "Wolves", 11, 13)
    games.eva.born = date(2015, 7, 4)  # turns eleven on the day
    games.jan.born = date(2015, 7, 5)
    score(games.sprint, {games.eva: "4", games.jan: "5"})
    assert list(chips(client.get(games.url))) == ["All together 2", "Cubs 1", "Wolves 1"]


def test_a_groups_own_places_are_a_click_away(client: FlaskClient, games: Games, score: Score) -> None:
    owl = make.participant(make.group(games.event, "Owls"), "Ula")
    score(games.sprint, {games.eva: "4", owl: "9"})
    page = client.get(f"{games.url}?bucket=group-{games.eva.group_id}")
    assert rows(page) == [("1", "Eva", "Foxes", "4")]
    assert "1 of 3" in page.text
    assert "2 of 4" in page.text


def test_an_open_activity_is_provisional_until_it_is_locked(client: FlaskClient, games: Games, score: Score) -> None:
    score(games.sprint, {games.eva: "4"})
    assert "Provisional" in client.get(games.url).text
    games.sprint.state = ActivityState.LOCKED
    games.sprint.revision, games.event.revision = 99, 99
    db.session.commit()
    assert "Provisional" not in client.get(f"{games.url}?activity={games.sprint.id}&page=1").text


def test_an_archived_event_is_final_and_asks_for_nothing_more(client: FlaskClient, games: Games) -> None:
    games.event.status = EventStatus.ARCHIVED
    page = client.get(games.url).text
    assert "Provisional" not in page
    assert "hx-get" not in page


def test_a_long_board_comes_in_pages_of_a_hundred(client: FlaskClient, games: Games, score: Score) -> None:
    people = [make.participant(games.eva.group) for _ in range(101)]
    score(games.sprint, {person: str(number) for number, person in enumerate(people)})
    first, second = client.get(games.url), client.get(f"{games.url}?page=2")
    assert [row[0] for row in rows(first)] == [str(place) for place in range(1, 101)]
    assert [row[0] for row in rows(second)] == ["101"]
    assert "page=2" in first.text
    assert rows(client.get(f"{games.url}?page=7")) == rows(second)
    assert "page=2" in live_address(second)


def test_an_event_without_activities_or_results_says_what_comes(client: FlaskClient, games: Games) -> None:
    assert "Nobody has a result here yet" in client.get(games.url).text
    bare = make.event("Bare")
    assert "No activities yet" in client.get(f"/events/{bare.id}/board").text


@pytest.mark.parametrize("address", ["/events/999/board", "/events/99999999999999999999/board"])
def test_a_board_that_is_not_there_is_not_found(client: FlaskClient, games: Games, address: str) -> None:
    assert client.get(address).status_code == 404
    assert client.get(f"{games.url}?activity=999").status_code == 404


@pytest.mark.parametrize("query", ["activity=x", "bucket=<b>", "page=-1", "page=0", "page=x", "bucket=m-77"])
def test_an_address_that_makes_no_sense_shows_a_board_nevertheless(
    client: FlaskClient, games: Games, score: Score, query: str
) -> None:
    score(games.sprint, {games.eva: "4"})
    assert "All together" in client.get(f"{games.url}?{query}").text or rows(client.get(f"{games.url}?{query}"))


def test_names_are_text_and_never_markup(client: FlaskClient, games: Games, score: Score) -> None:
    games.event.name = "<b>Games</b>"
    score(games.sprint, {make.participant(games.eva.group, "<script>alert(1)</script>"): "4"})
    page = client.get(games.url).text
    assert "<b>Games" not in page
    assert "<script>alert" not in page


def test_strangers_share_a_page_and_whoever_is_signed_in_gets_their_own(
    client: FlaskClient, sign_in: SignIn, games: Games, score: Score, admin: User
) -> None:
    score(games.sprint, {games.eva: "4"})
    mine, theirs = sign_in(admin).get(games.url), client.get(games.url)
    assert admin.name in mine.text
    assert admin.name not in theirs.text
    assert "csrf" not in theirs.text
    assert rows(mine) == rows(theirs)
    assert "ETag" not in mine.headers


def test_a_page_is_kept_apart_by_language_and_theme(client: FlaskClient, games: Games) -> None:
    assert 'data-theme="auto"' in client.get(games.url).text
    client.set_cookie("theme", "dark")
    client.set_cookie("language", "cs")
    page = client.get(games.url)
    assert 'lang="cs" data-theme="dark"' in page.text
    assert {"Cookie", "Accept-Language"} <= set(page.vary)


def test_everybody_finds_public_boards_and_staff_their_own(
    client: FlaskClient, sign_in: SignIn, games: Games, admin: User
) -> None:
    mine, other = make.event("Ours", visibility=Visibility.PRIVATE), make.event("Hidden", visibility=Visibility.LINK)
    helper = make.user()
    make.assign(helper, make.group(mine))
    assert names(client) == ["Summer games"]
    assert set(names(sign_in(helper))) == {"Ours", "Summer games"}
    assert {mine.name, other.name} <= set(names(sign_in(admin)))


def names(browser: FlaskClient) -> list[str]:
    page = browser.get("/boards").text
    return [name for name in ("Summer games", "Ours", "Hidden") if f"<strong>{name}</strong>" in page]


def test_of_many_groups_the_progress_shows_those_where_most_is_missing(
    client: FlaskClient, games: Games, score: Score
) -> None:
    groups = [make.group(games.event, people=2) for _ in range(14)]
    done = {person: "1" for group in groups[:4] for person in group.participants}
    score(games.sprint, done)
    page = client.get(f"{games.url}?bucket=group-{groups[0].id}").text
    shown = [group for group in groups if f'aria-label="{group.name}"' in page]
    assert page.count('class="meter"') == 12
    assert shown[0] is groups[0]
    assert set(groups[4:]) <= set(shown)
    assert "The 12 of 15 groups where most is missing." in page


@pytest.mark.parametrize("language", ["en", "cs"])
def test_a_page_of_a_hundred_rows_weighs_at_most_30_kb(client: FlaskClient, context: None, language: str) -> None:
    event = data.event(1000)
    page = client.get(f"/events/{event.id}/board?page=10", headers={"Accept-Language": language})
    assert len(rows(page)) == 100
    assert len(page.data) <= 30_000


@pytest.mark.both_databases
def test_those_without_a_result_stand_in_the_order_of_what_breaks_ties(
    client: FlaskClient, games: Games, admin: User
) -> None:
    marking = Marking(criteria=(Criterion("Snatch"), Criterion("Jerk")), tie_break=TieBreak.NEXT)
    lift = make.activity(games.event, EvaluationType.SCORE_SET, "Lift", marking=marking)
    entries = [Entry(games.eva, lift, ("DNF", "5")), Entry(games.jan, lift, ("DNF", "7"))]
    save_records(games.event, entries, by=admin, source=Source.HAND)
    db.session.commit()
    found = [row[1] for row in rows(client.get(f"{games.url}?activity={lift.id}"))]
    assert found == ["Jan", "Eva"]
