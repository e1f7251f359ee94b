from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.events.kinds import Gender
from app.events.models import Category
from app.extensions import db
from tests.events.conftest import log
from tests.support import make

pytestmark = pytest.mark.usefixtures("context")


@pytest.mark.both_databases
def test_a_category_counts_who_competes_in_it(browser: FlaskClient) -> None:
    event = make.event()
    group = make.group(event)
    for age in (7, 8, 10, 11, None):
        make.participant(group, gender=Gender.F, age=age)
    data = {"name": "Girls 8–10", "age_from": "8", "age_to": "10", "gender": "F"}
    assert browser.post(f"/events/{event.id}/categories", data=data).status_code == 303
    page = browser.get(f"/events/{event.id}/categories").text
    assert '<td data-label="Ages">8–10</td>' in page
    assert '<td data-label="Gender">Female</td>' in page
    assert '<td data-label="Participants" class="is-number">2</td>' in page
    assert "3 participants fit no category" in page
    assert log(event) == ["category.create"]


@pytest.mark.parametrize(
    ("age_from", "age_to", "words"),
    [("", "", "all ages"), ("18", "", "18 and over"), ("", "7", "up to 7"), ("8", "8", "8")],
)
def test_an_end_left_empty_is_no_limit(browser: FlaskClient, age_from: str, age_to: str, words: str) -> None:
    event = make.event()
    browser.post(f"/events/{event.id}/categories", data={"name": "C", "age_from": age_from, "age_to": age_to})
    assert f'<td data-label="Ages">{words}</td>' in browser.get(f"/events/{event.id}/categories").text


def test_a_category_that_overlaps_is_refused_with_what_it_overlaps(browser: FlaskClient) -> None:
    event = make.event()
    make.category(event, "Girls 8–10", 8, 10, Gender.F)
    make.category(event, "Boys 8–10", 8, 10, Gender.M)
    data = {"name": "Girls 10+", "age_from": "10", "gender": "F"}
    answer = browser.post(f"/events/{event.id}/categories", data=data)
    assert answer.status_code == 422
    assert "this overlaps with Girls 8–10 (8–10)." in answer.text
    assert 'value="Girls 10+"' in answer.text
    everybody = browser.post(f"/events/{event.id}/categories", data={"name": "Everybody"})
    assert "this overlaps with Girls 8–10 (8–10), Boys 8–10 (8–10)." in everybody.text


@pytest.mark.parametrize(
    ("age_from", "age_to", "message"),
    [
        ("10", "8", "This is below the age it starts from."),
        ("-1", "8", "An age is a whole number from 0 to 130."),
        ("ten", "", "This is not a whole number."),
    ],
)
def test_ages_that_cannot_be_are_refused(browser: FlaskClient, age_from: str, age_to: str, message: str) -> None:
    event = make.event()
    data = {"name": "C", "age_from": age_from, "age_to": age_to}
    answer = browser.post(f"/events/{event.id}/categories", data=data)
    assert answer.status_code == 422
    assert message in answer.text
    assert f'value="{age_from}"' in answer.text


def test_a_category_does_not_overlap_with_itself(browser: FlaskClient) -> None:
    event = make.event()
    category = make.category(event, "Juniors", 8, 10)
    url = f"/events/{event.id}/categories/{category.id}"
    assert 'value="Juniors"' in browser.get(url).text
    data = {"name": "Juniors", "age_from": "8", "age_to": "11"}
    assert browser.post(url, data=data).status_code == 303
    assert (category.age_to, category.gender) == (11, None)
    assert log(event) == ["category.save"]
    assert browser.post(url, data={**data, "name": ""}).status_code == 422


def test_a_category_is_deleted(browser: FlaskClient) -> None:
    event = make.event()
    category = make.category(event, "Juniors", 8, 10)
    assert browser.post(f"/events/{event.id}/categories/{category.id}/delete").status_code == 303
    assert not db.session.scalars(select(Category)).all()
    assert "No categories" in browser.get(f"/events/{event.id}/categories").text
    assert log(event) == ["category.delete"]
