"""Two screens and a desk; a server that stops and starts; a page that was asleep; winners with ties."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from app.accounts.models import User
from tests.browser.conftest import OpenPage
from tests.leaderboards.conftest import Games, Score, admin, games, score
from tests.support import make
from tests.support.servers import Server

from . import steps
from .test_live_board import turn
from .test_styleguide_axe import serious_violations

__all__ = ["admin", "games", "score"]

SWITCHED_WITHIN = 2000
HEALS_WITHIN = 12_000
LONG = "Maximiliána Konstantinopolská-Nejneobhospodařovávatelnější z Horních Počernic"


def pair(screen: Page, desk: Page, games: Games, name: str) -> None:
    screen.goto("/screen")
    code = screen.locator(".hall__code").inner_text()
    desk.goto(f"/events/{games.event.id}/screens")
    desk.get_by_label("Code on the screen").fill(code)
    desk.locator("#pair").get_by_label("What you call it").fill(name)
    desk.get_by_role("button", name="Pair", exact=True).click()
    expect(desk.locator("#screens")).to_contain_text(name)


def show(desk: Page, kind: str, on: str = "all screens") -> None:
    form = desk.locator("#show")
    form.get_by_label("On", exact=True).select_option(label=on)
    form.get_by_label(kind).check()
    form.get_by_role("button", name="Show").click()


@pytest.fixture
def hall(new_page: OpenPage, games: Games, admin: User) -> tuple[Page, Page, Page]:
    """Two screens that are paired, and the desk."""
    left, right, desk = new_page("projector"), new_page("projector", color_scheme="light"), new_page("desk")
    steps.sign_in(desk, admin)
    pair(left, desk, games, "Left")
    pair(right, desk, games, "Right")
    return left, right, desk


def test_one_desk_switches_each_screen_and_all_within_two_seconds(
    hall: tuple[Page, Page, Page], games: Games, score: Score
) -> None:
    left, right, desk = hall
    score(games.sprint, {games.eva: "4", games.jan: "5"})
    show(desk, "A board, page by page")
    for screen in (left, right):
        expect(screen.locator("tbody tr")).to_have_count(2, timeout=SWITCHED_WITHIN)
    show(desk, "Only the event's name", on="Right")
    expect(right.locator(".hall__name")).to_be_visible(timeout=SWITCHED_WITHIN)
    score(games.sprint, {games.eva: "6"})
    expect(left.locator("tr.is-changed")).to_contain_text("Eva", timeout=SWITCHED_WITHIN)
    expect(left.locator("tbody tr").first).to_contain_text("Eva")
    expect(left.locator("tr.is-changed")).to_have_count(0, timeout=HEALS_WITHIN)
    for screen in (left, right):
        assert serious_violations(screen) == []


def test_a_screen_keeps_its_content_while_the_server_is_away_and_comes_back_by_itself(
    hall: tuple[Page, Page, Page], live_server: Server, games: Games, score: Score
) -> None:
    left, _right, desk = hall
    score(games.sprint, {games.eva: "4"})
    show(desk, "A board, page by page")
    expect(left.locator("tbody tr")).to_have_count(1)
    live_server.kill()
    expect(left.locator("#away")).to_be_visible(timeout=HEALS_WITHIN)
    expect(left.locator("tbody tr")).to_have_count(1)
    score(games.sprint, {games.jan: "5"})
    live_server.start()
    expect(left.locator("tbody tr")).to_have_count(2, timeout=HEALS_WITHIN)
    expect(left.locator("#away")).to_be_hidden()
    left.reload()
    expect(left.locator("tbody tr")).to_have_count(2)


def test_a_screen_that_slept_catches_up_when_it_wakes(
    hall: tuple[Page, Page, Page], games: Games, score: Score
) -> None:
    left, _right, desk = hall
    show(desk, "A board, page by page")
    turn(left, hidden=True)
    left.wait_for_timeout(1500)
    for number in range(3):
        score(games.sprint, {games.eva: str(number), games.jan: str(5 - number)})
    expect(left.locator("tbody tr")).to_have_count(0)
    turn(left, hidden=False)
    expect(left.locator("tbody tr")).to_have_count(2, timeout=SWITCHED_WITHIN)
    expect(left.locator("tbody tr").first).to_contain_text("Jan")


def test_winners_three_two_one_with_a_tie(hall: tuple[Page, Page, Page], games: Games, score: Score) -> None:
    left, right, desk = hall
    score(games.sprint, {games.eva: "9", games.jan: "8", games.ota: "8"})
    show(desk, "The winners: 3, 2, 1")
    expect(left.locator(".winners__hidden")).to_have_count(2, timeout=SWITCHED_WITHIN)
    for people in (["Jan", "Ota"], ["Eva", "Jan", "Ota"]):
        desk.get_by_role("button", name="Announce the next place").first.click()
        for screen in (left, right):
            expect(screen.locator(".winners strong")).to_have_text(people, timeout=SWITCHED_WITHIN)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_it_is_read_from_ten_metres_and_no_name_is_cut(
    hall: tuple[Page, Page, Page], games: Games, score: Score, scheme: str
) -> None:
    left, _right, desk = hall
    people = [make.participant(games.eva.group, f"{LONG} {number}") for number in range(20)]
    score(games.sprint, {person: str(number) for number, person in enumerate(people)})
    desk.reload()
    desk.get_by_label(scheme.capitalize()).last.check()
    show(desk, "A board, page by page")
    expect(left.locator("[data-page]")).to_contain_text("1 / ", timeout=SWITCHED_WITHIN)
    sizes = left.evaluate(
        "[...document.querySelectorAll('#screen *')].filter(e => e.offsetParent && e.children.length === 0"
        " && e.textContent.trim() && !e.matches('.visually-hidden, thead *, caption'))"
        ".map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 28
    cut = left.evaluate(
        "[...document.querySelectorAll('#screen tbody tr')].filter(r => !r.hidden).filter(r => {"
        " const box = r.getBoundingClientRect(); const name = r.querySelector('th');"
        " return name.scrollWidth > name.clientWidth || box.bottom > innerHeight || box.right > innerWidth; }).length"
    )
    assert cut == 0
    assert left.locator("html").get_attribute("data-theme") == scheme
