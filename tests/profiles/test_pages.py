"""A player's page over HTTP: what it shows, to whom, and that it keeps what boards keep."""

from __future__ import annotations

import time
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Audience, Role, User
from app.accounts.profile import change
from app.database import locked, now
from app.events.kinds import Checking, EventStatus, Visibility
from app.events.models import Activity, Event, Participant
from app.extensions import db
from app.leaderboards.freezing.actions import freeze
from app.profiles.actions import tie
from app.profiles.models import How
from app.scoring.actions import Entry, save_records
from app.scoring.models import Source
from tests.conftest import AppFactory, SignIn
from tests.support import make

PAGE = "/players/eva-novotna?new"
"""With a query, nobody is shown what was made for others a moment ago."""

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def owner() -> User:
    return make.user(Role.SUPER_ADMIN, "Olga Owner")


@pytest.fixture
def eva() -> User:
    made = make.user(Role.PLAYER, "Eva Novotná")
    made.visible_to = Audience.EVERYONE
    db.session.commit()
    return made


def won(
    eva: User, owner: User, name: str = "Summer games", value: str = "12.5", rivals: tuple[str, ...] = ("11", "10")
) -> tuple[Event, Activity, Participant]:
    """An event in which she did this, tied to her."""
    event = make.event(name)
    group, activity = make.group(event, "Red"), make.activity(event, name="Long jump")
    people = [make.participant(group, "Eva N."), *(make.participant(group) for _rival in rivals)]
    score(event, activity, dict(zip(people, (value, *rivals), strict=True)), owner)
    tie(people[0], eva, How.ADMIN, by=owner)
    db.session.commit()
    return event, activity, people[0]


def score(event: Event, activity: Activity, values: dict[Participant, str], by: User) -> None:
    entries = [Entry(person, activity, (value,), confirmed=True) for person, value in values.items()]
    save_records(event, entries, by=by, source=Source.HAND)
    db.session.commit()


@pytest.mark.both_databases
def test_a_page_says_where_somebody_competed_and_how_they_were_placed(
    client: FlaskClient, owner: User, eva: User
) -> None:
    won(eva, owner)
    page = client.get(PAGE)
    assert page.status_code == 200
    for text in ("Eva Novotná", "Summer games", "as Eva N.", "Long jump", "of 3", "12.5"):
        assert text in page.text


def test_a_page_is_seen_by_whom_its_owner_lets_see_it(
    client: FlaskClient, sign_in: SignIn, owner: User, eva: User
) -> None:
    won(eva, owner)
    seen = {}
    for audience in Audience:
        eva.visible_to = audience
        db.session.commit()
        who = {"nobody": client, "somebody": sign_in(make.user(Role.PLAYER)), "herself": sign_in(eva)}
        seen[audience] = [name for name, browser in who.items() if browser.get(PAGE).status_code == 200]
        listed = [name for name, browser in who.items() if "Eva Novotná" in browser.get("/players?q=novotna").text]
        assert [name for name in listed if name not in seen[audience]] == []
        for path in ("badge.svg", "card.png", "hue.css"):
            assert (client.get(f"/players/eva-novotna/{path}").status_code == 200) == ("nobody" in seen[audience])
    assert seen == {
        Audience.EVERYONE: ["nobody", "somebody", "herself"],
        Audience.SIGNED_IN: ["somebody", "herself"],
        Audience.ONLY_ME: ["herself"],
    }


@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.LINK])
def test_an_event_that_is_not_for_everybody_is_on_nobodys_page(
    sign_in: SignIn, owner: User, eva: User, visibility: Visibility
) -> None:
    event, _activity, _person = won(eva, owner)
    event.visibility = visibility
    db.session.commit()
    assert "Summer games" not in sign_in(eva).get(PAGE).text


def test_a_draft_is_on_nobodys_page(client: FlaskClient, owner: User, eva: User) -> None:
    event, _activity, _person = won(eva, owner)
    event.status = EventStatus.DRAFT
    db.session.commit()
    assert "Summer games" not in client.get(PAGE).text


@pytest.mark.both_databases
def test_a_frozen_board_keeps_its_secret_on_the_page_and_in_the_pictures(
    client: FlaskClient, owner: User, eva: User
) -> None:
    event, activity, person = won(eva, owner, value="9")
    assert "9" in client.get(PAGE).text
    freeze(locked(Event, event.id), None, now() - timedelta(seconds=0.001), by=owner)
    db.session.commit()
    before = client.get("/players/eva-novotna/badge.svg").text
    score(event, activity, {person: "77.25"}, owner)
    page = client.get(PAGE).text
    assert "77.25" not in page
    assert "frozen" in page
    assert client.get("/players/eva-novotna/badge.svg").text == before


def test_what_nobody_has_checked_is_withheld(client: FlaskClient, owner: User, eva: User) -> None:
    event = make.event()
    activity = make.activity(event, name="Long jump")
    activity.checking = Checking.REQUIRED
    person = make.participant(make.group(event), "Eva N.")
    tie(person, eva, How.ADMIN, by=owner)
    db.session.commit()
    score(event, activity, {person: "33.75"}, owner)
    page = client.get(PAGE).text
    assert "33.75" not in page
    assert "Nothing is on the board yet." in page


def test_a_save_is_on_the_page_at_once(client: FlaskClient, owner: User, eva: User) -> None:
    event, activity, person = won(eva, owner)
    assert "of 3" in client.get(PAGE).text
    score(event, activity, {person: "8.25"}, owner)
    page = client.get(PAGE).text
    assert "8.25" in page
    assert "12.5" not in page


def test_the_way_over_time_is_a_chart_that_says_its_places(client: FlaskClient, owner: User, eva: User) -> None:
    won(eva, owner)
    assert "Over time" not in client.get(PAGE).text
    event, _activity, _person = won(eva, owner, "Winter games", "9")
    event.starts_on = date(2027, 1, 9)
    db.session.commit()
    page = client.get(PAGE).text
    assert "7/2026 place 1 of 3, 1/2027 place 3 of 3" in page
    assert "<polyline" in page


def test_an_old_name_leads_to_the_new_one(client: FlaskClient, eva: User) -> None:
    change(eva, {"username": "evicka"}, by=eva)
    db.session.commit()
    answer = client.get("/players/eva-novotna")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/players/evicka")
    assert client.get("/players/EVICKA").headers["Location"] == "/players/evicka"


def test_whoever_has_a_name_now_comes_before_who_had_it(client: FlaskClient, eva: User) -> None:
    change(eva, {"username": "evicka"}, by=eva)
    other = make.user(Role.PLAYER, "Eva Other")
    change(other, {"username": "eva-novotna", "visible_to": Audience.EVERYONE}, by=other)
    db.session.commit()
    assert "Eva Other" in client.get(PAGE).text


@pytest.mark.parametrize("who", ["nobody-at-all", "shut"])
def test_nobody_has_a_page_who_is_not_there(client: FlaskClient, eva: User, who: str) -> None:
    if who == "shut":
        eva.active, eva.username = False, "shut"
        db.session.commit()
    assert client.get(f"/players/{who}").status_code == 404


@pytest.mark.both_databases
def test_players_are_found_by_name_without_its_accents(client: FlaskClient, eva: User) -> None:
    assert "Eva Novotná" in client.get("/players?q=Novotn%C3%A1").text
    assert "Eva Novotná" in client.get("/players?q=novotna").text
    assert "Nobody is called that" in client.get("/players?q=Adam").text
    assert client.get("/players?page=99").status_code == 200


def test_a_name_is_never_markup(client: FlaskClient, owner: User, eva: User) -> None:
    change(eva, {"nickname": "<script>x</script>&"}, by=eva)
    won(eva, owner)
    for path in ("", "/badge.svg"):
        text = client.get(f"/players/eva-novotna{path}").text
        assert "<script>x" not in text
        assert "&lt;script&gt;x" in text


def test_the_picture_beside_a_link_is_1200_by_630(client: FlaskClient, owner: User, eva: User) -> None:
    won(eva, owner)
    answer = client.get("/players/eva-novotna/card.png")
    assert answer.mimetype == "image/png"
    assert (int.from_bytes(answer.data[16:20]), int.from_bytes(answer.data[20:24])) == (1200, 630)
    assert client.get("/players/eva-novotna/card.png").data == answer.data
    assert 'property="og:image"' in client.get(PAGE).text


@pytest.mark.both_databases
def test_a_page_takes_the_same_few_queries_for_many_results(
    client: FlaskClient, statements: list[str], owner: User, eva: User
) -> None:
    def selects() -> int:
        assert client.get(PAGE).status_code == 200
        db.session.rollback()
        statements.clear()
        assert client.get(PAGE).status_code == 200
        return sum(one.startswith("SELECT") for one in statements)

    won(eva, owner)
    once = selects()
    for number in range(9):
        event, _activity, person = won(eva, owner, f"Games {number}")
        for _more in range(3):
            score(event, make.activity(event), {person: "5"}, owner)
    assert "Games 8" in client.get(PAGE).text
    assert selects() == once <= 5


def test_without_redis_a_page_is_worked_out_each_time(make_app: AppFactory, owner: User, eva: User) -> None:
    won(eva, owner)
    client = make_app(redis_url="redis://127.0.0.1:1/0").test_client()
    for _again in range(2):
        assert "Long jump" in client.get(PAGE).text
    assert client.get("/players/eva-novotna/card.png").status_code == 200


def test_a_value_of_a_whole_number_of_places_is_exact(client: FlaskClient, owner: User, eva: User) -> None:
    won(eva, owner, value=str(Decimal("0.1") + Decimal("0.2")))
    assert "0.3" in client.get(PAGE).text


def test_strangers_share_a_page_for_a_second_and_no_longer(client: FlaskClient, owner: User, eva: User) -> None:
    event, activity, person = won(eva, owner)
    page = client.get("/players/eva-novotna").text
    score(event, activity, {person: "8.25"}, owner)
    assert client.get("/players/eva-novotna").text in {page, client.get(PAGE).text}
    time.sleep(1.05)
    assert "8.25" in client.get("/players/eva-novotna").text


def test_what_strangers_share_is_in_their_language_and_has_nothing_of_anybody(
    client: FlaskClient, sign_in: SignIn, owner: User, eva: User
) -> None:
    won(eva, owner)
    browser = sign_in(eva)
    assert "Edit" in browser.get("/players/eva-novotna").text
    shared = client.get("/players/eva-novotna").text
    assert "Add a diploma" not in shared
    assert "csrf" not in shared
    assert "Hráči" in client.get("/players/eva-novotna", headers={"Accept-Language": "cs"}).text
    assert "Hráči" not in client.get("/players/eva-novotna", headers={"Accept-Language": "en"}).text


def test_a_board_leads_to_a_page_that_everybody_may_see(client: FlaskClient, owner: User, eva: User) -> None:
    event, activity, person = won(eva, owner)
    why = f"/events/{event.id}/board?activity={activity.id}&why={person.id}"
    assert '/players/eva-novotna"' in client.get(why).text
    other = make.participant(event.groups[0], "Jan")
    score(event, activity, {other: "3"}, owner)
    assert "/players/" not in client.get(why.replace(f"why={person.id}", f"why={other.id}")).text.partition("<main")[2]
    eva.visible_to = Audience.SIGNED_IN
    db.session.commit()
    score(event, activity, {other: "4"}, owner)
    time.sleep(1.05)  # A board may be a second old.
    assert "/players/eva" not in client.get(why).text
