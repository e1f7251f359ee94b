"""Pages in the reader's language: words, plurals, dates and decimals."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Role
from app.events.kinds import EvaluationType, EventStatus, Formula, Gender
from app.events.models import Event
from app.extensions import db
from app.scoring.actions import Entry, save_records
from app.scoring.models import Source
from tests.conftest import SignIn
from tests.support import make, messages

CZECH = messages.TRANSLATIONS / "cs" / "LC_MESSAGES" / "messages.po"


@pytest.fixture
def games(context: None) -> Event:
    """Something of everything that pages have words for."""
    event = make.event("Hry", starts_on=date(2026, 7, 4))
    make.category(event, "Malí", 6, 10)
    group = make.group(event, "Modří", people=2)
    person = make.participant(group, "Jana Nová", "101", Gender.F, 8)
    admin = make.user(Role.ADMIN, "Olga")
    make.assign(admin, group)
    sprint, _throw, _climb = (
        make.activity(event, kind)
        for kind in (EvaluationType.TIME_LOW, EvaluationType.NUMERIC_HIGH, EvaluationType.BOOLEAN)
    )
    make.activity(event, EvaluationType.SCORE_SET, mark_count=3, formula=Formula.SUM)
    save_records(event, [Entry(person, sprint, ("1:23.45",))], by=admin, source=Source.HAND)
    db.session.commit()
    return event


@pytest.fixture
def boss(games: Event, sign_in: SignIn) -> FlaskClient:
    return sign_in(make.user(Role.SUPER_ADMIN, "Věra"))


def test_the_language_is_as_chosen_else_as_the_browser_asks(client: FlaskClient) -> None:
    asked = {"Accept-Language": "cs-CZ,cs;q=0.9,en;q=0.5"}
    assert '<html lang="cs"' in client.get("/sign-in", headers=asked).text
    assert '<html lang="en"' in client.get("/sign-in", headers={"Accept-Language": "fr"}).text
    client.set_cookie("language", "en")
    assert '<html lang="en"' in client.get("/sign-in", headers=asked).text
    client.set_cookie("language", "cs")
    page = client.get("/sign-in").text
    assert '<html lang="cs"' in page
    assert "Přihlásit se" in page


def test_no_page_says_anything_in_english_to_a_czech_reader(boss: FlaskClient, games: Event) -> None:
    pages = addresses(games)
    english = {address: boss.get(address) for address in pages}
    assert {answer.status_code for answer in english.values()} == {200}
    boss.set_cookie("language", "cs")
    texts = {str(m.id) for m in messages.catalogue(CZECH) if m.id and not m.pluralizable and m.string != m.id}
    left = {address: texts & set(words(boss.get(address).text)) for address in pages}
    assert {address: found for address, found in left.items() if found} == {}
    assert sum(len(texts & set(words(answer.text))) for answer in english.values()) > 200, "they are looked for in vain"


def addresses(event: Event) -> list[str]:
    here = f"/events/{event.id}"
    group, activity, category = event.groups[0], event.activities[0], event.categories[0]
    person = group.participants[-1]
    of_event = ["", "/edit", "/groups", "/activities", "/activities/new", "/categories", "/participants"]
    of_event += ["/participants/new", "/evaluators", "/imports", "/board", f"/groups/{group.id}"]
    of_event += [f"/activities/{one.id}" for one in event.activities]
    of_event += [f"/categories/{category.id}", f"/participants/{person.id}"]
    sheets = [f"/sheets/{group.id}/{one.id}" for one in event.activities]
    sheets += ["/sheets", f"/sheets/{group.id}/{activity.id}/{person.id}/history"]
    return [
        "/boards",
        "/account",
        "/account/sign-in",
        "/account/tokens",
        "/people",
        "/events",
        "/events/new",
        *sheets,
        *(here + rest for rest in of_event),
    ]


def words(page: str) -> list[str]:
    reader = Reader()
    reader.feed(page)
    return [" ".join(text.split()) for text in reader.texts]


CODES = {"value", "name", "id", "class", "href", "fill", "stroke", "autocapitalize"}
"""What no reader sees. Drawings have fill="none", fields autocapitalize="none", and "none" is a text too."""


class Reader(HTMLParser):
    """What a page says between its tags, and in what its elements are called."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value for name, value in attrs if value and name not in CODES]


@pytest.mark.parametrize(("people", "said"), [(1, "jeden člověk"), (2, "2 lidé"), (4, "4 lidé"), (5, "5 lidí")])
def test_czech_has_three_forms_of_a_number(context: None, sign_in: SignIn, people: int, said: str) -> None:
    event = make.event(status=EventStatus.DRAFT)
    make.group(event, people=people)
    browser = in_czech(sign_in(make.user(Role.ADMIN)))
    assert said in browser.get(f"/events/{event.id}").text


def test_dates_are_written_as_the_reader_writes_them(boss: FlaskClient, games: Event) -> None:
    assert "Saturday, July 4, 2026" in boss.get(f"/events/{games.id}").text
    page = in_czech(boss).get(f"/events/{games.id}").text
    assert "sobota 4. července 2026" in page.replace("\u00a0", " ")


def test_decimals_have_the_readers_mark(boss: FlaskClient, games: Event) -> None:
    sheet = f"/sheets/{games.groups[0].id}/{games.activities[0].id}"
    assert 'value="1:23.45"' in boss.get(sheet).text
    assert 'value="1:23,45"' in in_czech(boss).get(sheet).text
    assert "1:23,45" in boss.get(f"/events/{games.id}/board").text


def test_how_long_ago_is_said_in_czech(boss: FlaskClient) -> None:
    assert "právě teď" in in_czech(boss).get("/account/sign-in").text


def test_what_is_refused_is_refused_in_czech(boss: FlaskClient, games: Event) -> None:
    here = f"/events/{games.id}"
    answer = in_czech(boss).post(
        f"{here}/participants", data={"age": "sto", "born": "včera", "gender": "?", "group_id": "-"}
    )
    errors = re.findall(r'class="field__error">.*?</svg>\s*([^<]+)', answer.text, re.DOTALL)
    assert answer.status_code == 422
    assert {error.strip().replace("\u00a0", " ") for error in errors} == {
        "Tohle prosím vyplňte.",
        "Tohle není celé číslo.",
        "Věk je celé číslo od 0 do 130.",
        "Tohle není datum.",
        "Tuto možnost tu vybrat nejde.",
    }


def test_a_refused_value_and_an_error_for_scripts_are_czech_too(boss: FlaskClient, games: Event) -> None:
    sheet = f"/sheets/{games.groups[0].id}/{games.activities[0].id}"
    person = games.groups[0].participants[0]
    answer = in_czech(boss).post(
        f"{sheet}/{person.id}", data={f"value-{person.id}-1": "rychle", f"version-{person.id}": 0}
    )
    assert answer.status_code == 422
    assert "Tohle není čas." in answer.text
    error = boss.get("/api/v1/events/77", headers={"Accept": "application/json"})
    assert error.get_json()["detail"] == "Pošlete token, který ještě platí."


def in_czech(browser: FlaskClient) -> FlaskClient:
    browser.set_cookie("language", "cs")
    return browser
