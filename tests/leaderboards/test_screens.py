"""Screens in the hall: paired with a code, driven by one desk, and never ahead of what the public may see."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app.accounts.models import Role
from app.accounts.tokens import token_hash
from app.database import locked
from app.events.models import Event
from app.extensions import db
from app.leaderboards import cache
from app.leaderboards.freezing.actions import freeze
from app.leaderboards.screens.models import Screen
from tests.conftest import SignIn
from tests.support import make
from tests.support.pictures import picture

from .conftest import Games, Score

BLANK = {"bucket": "all", "group": "0", "text": "", "theme": "dark", "screen": "0"}


@dataclass
class Desk:
    browser: FlaskClient
    games: Games

    @property
    def url(self) -> str:
        return f"/events/{self.games.event.id}/screens"

    def post(self, what: str = "", **form: Any) -> int:
        return self.browser.post(f"{self.url}{what}", data=form).status_code

    def show(self, kind: str, **more: Any) -> int:
        group = self.games.eva.group_id
        return self.post("/show", **{**BLANK, "kind": kind, "activity": self.games.sprint.id, "group": group, **more})


@pytest.fixture
def desk(context: None, sign_in: SignIn, games: Games) -> Desk:
    return Desk(sign_in(make.user(Role.ADMIN, "Ivan")), games)


@pytest.fixture
def screen(app: Flask, desk: Desk) -> FlaskClient:
    """A browser in the hall, paired as “Left”."""
    return paired(app, desk, "Left")


def paired(app: Flask, desk: Desk, name: str) -> FlaskClient:
    browser = app.test_client()
    browser.get("/screen")
    assert desk.post("", **{"pair-code": code_on(browser), "pair-name": name}) == 303
    return browser


def code_on(browser: FlaskClient) -> str:
    found = re.search(r'hall__code">([A-Z]{3} [A-Z]{3})<', browser.get("/screen/content").text)
    assert found
    return found[1]


def seen(browser: FlaskClient, url: str = "/screen/content") -> str:
    time.sleep(cache.REBUILD_EVERY_MS / 1000 + 0.05)
    return browser.get(url).text


def names(html: str) -> list[str]:
    return re.findall(r'<tr id="row-\d+">.*?<th scope="row">(.*?)</th>', html)


def test_a_screen_shows_a_code_and_what_the_desk_sets_after_that(
    app: Flask, desk: Desk, score: Score, games: Games
) -> None:
    score(games.sprint, {games.eva: "4", games.jan: "5"})
    browser = app.test_client()
    browser.get("/screen")
    code = code_on(browser)
    assert code_on(browser) == code
    assert desk.post("", **{"pair-code": code.lower(), "pair-name": "Left"}) == 303
    assert "Summer games" in seen(browser)
    assert desk.show("board") == 303
    assert names(seen(browser)) == ["Jan", "Eva"]
    assert desk.show("message", text="Lunch at noon") == 303
    assert "Lunch at noon" in seen(browser)


def test_a_code_that_no_screen_shows_is_refused_where_it_was_typed(desk: Desk) -> None:
    answer = desk.browser.post(desk.url, data={"pair-code": "XXX XXX", "pair-name": "Left"})
    assert answer.status_code == 422
    assert "No screen shows this code now." in answer.text
    assert 'value="XXX XXX"' in answer.text


def test_what_a_screen_has_already_is_a_304(screen: FlaskClient, desk: Desk) -> None:
    tag = screen.get("/screen/content").headers["ETag"]
    assert screen.get("/screen/content", headers={"If-None-Match": tag}).status_code == 304
    desk.show("message", text="Now", theme="light")
    answer = screen.get("/screen/content", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.headers["X-Laurel-Theme"]) == (200, "light")


def test_the_token_is_kept_as_a_hash_and_a_disconnected_screen_asks_for_a_desk_again(
    screen: FlaskClient, desk: Desk
) -> None:
    [row] = db.session.query(Screen).all()
    token = screen.get_cookie("screen")
    assert token is not None
    assert (row.token_hash, token.http_only) == (token_hash(token.value), True)
    assert desk.post(f"/{row.id}/delete") == 303
    assert code_on(screen)


@pytest.mark.both_databases
def test_winners_come_from_the_third_place_to_the_first_and_ties_together(
    app: Flask, desk: Desk, screen: FlaskClient, games: Games, score: Score
) -> None:
    other = paired(app, desk, "Right")
    fourth = make.participant(games.eva.group, "Pia")
    score(games.sprint, {games.eva: "9", games.jan: "8", games.ota: "8", fourth: "3"})
    assert desk.show("winners") == 303
    left = db.session.query(Screen).filter_by(name="Left").one().id
    steps = []
    for _step in range(3):
        html = seen(screen)
        assert html == seen(other)
        steps.append(re.findall(r"<strong>(.*?)</strong>", html))
        assert desk.post(f"/{left}/next") == 303
    assert steps == [[], ["Jan", "Ota"], ["Eva", "Jan", "Ota"]]
    assert "Pia" not in seen(screen)


def test_next_up_are_those_of_the_group_who_have_nothing_yet(
    screen: FlaskClient, desk: Desk, games: Games, score: Score
) -> None:
    score(games.sprint, {games.eva: "4"})
    desk.show("next")
    assert re.findall(r"<li[^>]*>(\w+)</li>", seen(screen)) == ["Jan", "Ota"]


def test_a_scene_brings_back_what_every_screen_showed(app: Flask, desk: Desk, screen: FlaskClient) -> None:
    right = paired(app, desk, "Right")
    ids = {row.name: row.id for row in db.session.query(Screen)}
    desk.show("message", text="Doors left", screen=ids["Left"])
    desk.show("message", text="Doors right", screen=ids["Right"])
    assert desk.post("/scenes", **{"scene-name": "Opening"}) == 303
    desk.show("message", text="Quiet please")
    assert "Quiet please" in seen(screen)
    assert desk.post("/scenes/1/show") == 303
    assert "Doors left" in seen(screen)
    assert "Doors right" in seen(right)


def test_pictures_of_sponsors_are_made_anew_and_shown(screen: FlaskClient, desk: Desk) -> None:
    desk.browser.post(f"{desk.url}/images", data={"image-name": "Bakery", "image-file": (BytesIO(picture()), "b.png")})
    desk.show("sponsors")
    found = re.search(r'<img src="([^"]+)" alt="Bakery">', seen(screen))
    assert found
    assert Image.open(BytesIO(screen.get(found[1]).data)).format == "WEBP"
    bad = {"image-name": "X", "image-file": (BytesIO(b"no picture"), "b.png")}
    answer = desk.browser.post(f"{desk.url}/images", data=bad)
    assert (answer.status_code, "Send a JPEG, PNG, GIF or WebP." in answer.text) == (422, True)


def overlay_of(desk: Desk) -> str:
    page = desk.browser.post(f"{desk.url}/overlays", data={"overlay-name": "Stream"}).text
    found = re.search(r"/overlay/([\w-]+)", page)
    assert found
    return f"/overlay/{found[1]}"


def test_an_overlay_is_opened_by_its_link_until_it_is_revoked(
    client: FlaskClient, desk: Desk, games: Games, score: Score
) -> None:
    score(games.sprint, {games.eva: "4"})
    overlay = overlay_of(desk)
    assert client.get(overlay).status_code == 200
    desk.show("board")
    assert "Eva" in seen(client, f"{overlay}/content")
    assert overlay.rpartition("/")[2] not in desk.browser.get(desk.url).text
    desk.post(f"/{db.session.query(Screen.id).scalar()}/delete")
    assert client.get(overlay).status_code == client.get(f"{overlay}/content").status_code == 404


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", ["board", "winners"])
def test_screens_and_overlays_of_a_frozen_event_show_nothing_later(
    client: FlaskClient, desk: Desk, screen: FlaskClient, games: Games, score: Score, kind: str
) -> None:
    score(games.sprint, {games.eva: "4"})
    overlay = overlay_of(desk)
    freeze(locked(Event, games.event.id), None, None, by=make.user(Role.ADMIN))
    db.session.commit()
    score(games.sprint, {games.eva: "7770777", games.jan: "7770777"})
    desk.show(kind)
    desk.post(f"/{db.session.query(Screen.id).filter_by(is_overlay=False).scalar()}/next")
    both = seen(screen) + seen(client, f"{overlay}/content")
    assert "Eva" in both
    assert "777" not in both


def test_what_was_deleted_since_leaves_the_events_name(screen: FlaskClient, desk: Desk, games: Games) -> None:
    run = make.activity(games.event, name="Run")
    desk.show("board", activity=run.id)
    assert "Run" in seen(screen)
    desk.browser.post(f"/events/{games.event.id}/activities/{run.id}/delete")
    assert "hall__name" in seen(screen)


def test_what_is_asked_for_must_be_there(desk: Desk, screen: FlaskClient) -> None:
    answer = desk.browser.post(f"{desk.url}/show", data={**BLANK, "kind": "message", "activity": "1", "group": "1"})
    assert answer.status_code == 422
    assert "Please fill this in." in answer.text


def test_another_events_screens_are_not_this_desks(desk: Desk, screen: FlaskClient) -> None:
    elsewhere = make.event("Winter games")
    screen_id = db.session.query(Screen.id).scalar()
    for what in (f"{screen_id}/delete", f"{screen_id}/next"):
        assert desk.browser.post(f"/events/{elsewhere.id}/screens/{what}").status_code == 404
