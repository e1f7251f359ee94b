from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.accounts.models import User
from app.audit import record
from app.database import locked
from app.events.kinds import Visibility
from app.events.models import Event
from app.events.revisions import touch
from app.extensions import db
from tests.conftest import SignIn
from tests.support import make

from .conftest import Games, Score, games_with
from .reading import addresses_on, rows


@pytest.fixture
def private(context: None) -> Games:
    return games_with(Visibility.PRIVATE)


@pytest.fixture
def by_link(context: None) -> Games:
    return games_with(Visibility.LINK)


def addresses(games: Games) -> list[str]:
    return [games.url, games.live_url, f"{games.url}.csv"]


def statuses(browser: FlaskClient, games: Games, query: str = "") -> list[int]:
    joined = [f"{url}{'&' if '?' in url else '?'}{query}" for url in addresses(games)]
    return [browser.get(url).status_code for url in joined]


def test_a_private_board_is_there_for_its_staff_alone(
    client: FlaskClient, sign_in: SignIn, private: Games, admin: User
) -> None:
    helper, outsider = make.user(), make.user()
    make.assign(helper, private.eva.group)
    assert statuses(sign_in(admin), private) == [200] * 3
    assert statuses(sign_in(helper), private) == [200] * 3
    assert statuses(sign_in(outsider), private) == [404] * 3
    assert statuses(client, private) == [404] * 3


def test_bytes_kept_for_staff_never_reach_a_stranger(
    client: FlaskClient, sign_in: SignIn, private: Games, admin: User, score: Score
) -> None:
    score(private.sprint, {private.eva: "4"})
    kept = sign_in(admin).get(private.live_url)
    assert kept.headers["Cache-Control"] == "private, no-cache"
    for url in addresses(private):
        answer = client.get(url, headers={"If-None-Match": kept.headers["ETag"]})
        assert answer.status_code == 404
        assert "Foxes" not in answer.text


def test_a_link_opens_a_board_and_every_address_on_it_keeps_the_link(
    client: FlaskClient, by_link: Games, score: Score
) -> None:
    make.activity(by_link.event, name="Jump")
    make.category(by_link.event, "Everybody", 1)
    score(by_link.sprint, {by_link.eva: "4", make.participant(by_link.eva.group, age=9): "5"})
    link = f"link={by_link.event.link_token}"
    page = client.get(f"{by_link.url}?{link}")
    assert page.headers["Cache-Control"] == "private, no-cache"
    found = [address for address in addresses_on(page) if "flag" not in address]
    assert len(found) == 8  # two activities, three chips, a group, the file, the poll
    assert all(link in address and client.get(address).status_code == 200 for address in found)


@pytest.mark.parametrize("link", ["", "wrong", "ž"])
def test_a_wrong_link_opens_nothing(client: FlaskClient, by_link: Games, link: str) -> None:
    assert statuses(client, by_link, f"link={by_link.event.link_token}") == [200] * 3
    assert statuses(client, by_link, f"link={link}") == [404] * 3


def test_a_link_opens_no_private_board(client: FlaskClient, private: Games) -> None:
    assert statuses(client, private, f"link={private.event.link_token}") == [404] * 3


def test_staff_see_a_board_by_link_without_it_and_it_is_not_given_away(
    sign_in: SignIn, by_link: Games, admin: User
) -> None:
    page = sign_in(admin).get(by_link.url)
    assert page.status_code == 200
    assert by_link.event.link_token not in page.text


def test_a_public_boards_bytes_hold_no_token(client: FlaskClient, games: Games) -> None:
    page = client.get(f"{games.url}?link={games.event.link_token}")
    assert games.event.link_token not in page.text


def test_a_board_that_turns_private_is_gone_at_once(client: FlaskClient, games: Games, admin: User) -> None:
    tag = client.get(games.live_url).headers["ETag"]
    event = locked(Event, games.event.id)
    event.visibility = Visibility.PRIVATE
    record(event, "event.publish", by=admin)
    touch(event)
    db.session.commit()
    assert client.get(games.live_url, headers={"If-None-Match": tag}).status_code == 404
    assert client.get(games.url).status_code == 404
    assert rows(client.get("/boards")) == []
