"""A board that several people watch while somebody else saves."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import OpenPage
from tests.leaderboards.conftest import Games, Score, admin, games, score
from tests.support.servers import Server

__all__ = ["admin", "games", "score"]

COUNT_SWAPS = "window.swaps = 0; document.addEventListener('htmx:afterSwap', () => { window.swaps += 1; });"
NOTE_NOTICES = """
    window.notices = [];
    window.Notification = class {
        static permission = "default";
        static async requestPermission() { return Notification.permission = "granted"; }
        constructor(title, { body }) { window.notices.push([title, body]); }
    };
"""
"""What the browser would show, where a test can see it."""
SEEN_WITHIN = 2000
HEALS_WITHIN = 10_000


def watch(page: Page, games: Games) -> list[int]:
    """Open the board; the statuses of its polls, as they come."""
    polls: list[int] = []

    def note(response: Response) -> None:
        if "/board/live" in response.url:
            polls.append(response.status)

    page.on("response", note)
    page.goto(games.url)
    page.evaluate(COUNT_SWAPS)
    return polls


def test_a_save_is_seen_within_two_seconds_by_all_and_only_its_row_is_marked(
    new_page: OpenPage, games: Games, score: Score
) -> None:
    score(games.sprint, {games.eva: "4", games.jan: "5"})
    desk, phone = new_page("desk"), new_page("phone", reduced_motion="reduce")
    watch(desk, games), watch(phone, games)
    score(games.sprint, {games.eva: "6"})
    for page in (desk, phone):
        expect(page.locator("tr.is-changed")).to_have_text(re.compile("Eva.*6.*[+]1", re.DOTALL), timeout=SEEN_WITHIN)
    for page in (desk, phone):
        expect(page.locator("tr.is-changed")).to_have_count(0)
        expect(page.locator("#board-news")).to_have_text("Changed just now: Eva 6")


def test_an_unchanged_poll_swaps_nothing(page: Page, games: Games, score: Score) -> None:
    score(games.sprint, {games.eva: "4"})
    polls = watch(page, games)
    page.wait_for_timeout(3000)
    assert len(polls) >= 2
    assert set(polls) == {304}
    assert page.evaluate("window.swaps") == 0
    score(games.sprint, {games.jan: "9"})
    expect(page.locator("tbody tr")).to_have_count(2, timeout=SEEN_WITHIN)
    page.wait_for_timeout(1500)
    assert page.evaluate("window.swaps") == 1


def test_a_hidden_board_rests_and_catches_up_at_once(page: Page, games: Games, score: Score) -> None:
    polls = watch(page, games)
    turn(page, hidden=True)
    page.wait_for_timeout(1200)
    before = len(polls)
    score(games.sprint, {games.eva: "4"})
    page.wait_for_timeout(2500)
    assert len(polls) == before
    turn(page, hidden=False)
    expect(page.locator("tbody tr")).to_have_count(1, timeout=SEEN_WITHIN)


def turn(page: Page, *, hidden: bool) -> None:
    """Put the page behind another one, as far as it can tell."""
    page.evaluate(
        "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


def test_the_dot_tells_when_the_server_is_away_and_the_board_heals(
    page: Page, live_server: Server, games: Games, score: Score
) -> None:
    score(games.sprint, {games.eva: "4"})
    watch(page, games)
    dot = page.locator("#board-live")
    expect(dot).to_have_text("Live")
    live_server.kill()
    expect(dot).to_have_text("Reconnecting")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator(".toast")).to_have_count(0)
    score(games.sprint, {games.jan: "5"})
    live_server.start()
    expect(page.locator("tbody tr")).to_have_count(2, timeout=HEALS_WITHIN)
    expect(dot).to_have_text("Live")


def test_the_board_is_there_without_scripts(new_page: OpenPage, games: Games, score: Score) -> None:
    score(games.sprint, {games.eva: "4"})
    page = new_page(java_script_enabled=False)
    page.goto(games.url)
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("#board-live")).to_be_hidden()


def test_many_saves_one_after_another_end_in_the_last(page: Page, games: Games, score: Score) -> None:
    watch(page, games)
    for number in range(8):
        score(games.sprint, {games.eva: str(number), games.jan: str(9 - number)})
        time.sleep(0.2)
    rows = page.locator("tbody tr")
    expect(rows.nth(0)).to_contain_text(re.compile("Eva.*7", re.DOTALL), timeout=SEEN_WITHIN)
    expect(rows.nth(1)).to_contain_text(re.compile("Jan.*2", re.DOTALL), timeout=SEEN_WITHIN)


def test_whom_this_browser_follows_stands_out_and_what_changes_of_them_is_said(
    new_page: OpenPage, games: Games, score: Score
) -> None:
    score(games.sprint, {games.eva: "4", games.jan: "5"})
    page, other = new_page("phone"), new_page("desk")
    watch(page, games), watch(other, games)
    page.get_by_role("link", name="Eva").click()
    page.get_by_role("button", name="Follow").click()
    followed = page.locator("tr.is-followed")
    expect(followed).to_have_count(1)
    expect(followed).to_contain_text("Eva")
    expect(page.get_by_role("button", name="Following")).to_have_attribute("aria-pressed", "true")
    score(games.sprint, {games.eva: "6"})
    expect(page.locator("#board-followed")).to_have_text(re.compile(r"1\. Eva 6"), timeout=SEEN_WITHIN)
    expect(other.locator("tr.is-changed")).to_have_count(1)
    expect(other.locator("#board-followed")).to_be_hidden()
    page.reload()
    expect(page.locator("tr.is-followed")).to_contain_text("Eva")
    page.get_by_role("button", name="Following").click()
    expect(page.locator("tr.is-followed")).to_have_count(0)


def test_who_allows_it_is_notified_of_whom_they_follow_while_they_look_at_something_else(
    new_page: OpenPage, games: Games, score: Score
) -> None:
    score(games.sprint, {games.eva: "4", games.jan: "5"})
    page = new_page("desk")
    page.add_init_script(NOTE_NOTICES)
    polls = watch(page, games)
    page.get_by_role("link", name="Eva").click()
    page.get_by_role("button", name="Follow").click()
    page.get_by_role("button", name="Notify me while this page is open").click()
    expect(page.get_by_role("button", name="Notify me while this page is open")).to_be_hidden()
    turn(page, hidden=True)
    page.wait_for_timeout(500)
    polls.clear()
    score(games.sprint, {games.jan: "7"})
    score(games.sprint, {games.eva: "6"})
    until = time.monotonic() + HEALS_WITHIN / 1000
    while not page.evaluate("window.notices") and time.monotonic() < until:
        page.wait_for_timeout(200)
    assert page.evaluate("window.notices") == [["Throw · Summer games · Laurel", "2. Eva 6"]]
    assert len(polls) <= 2, "it asks seldom"
    turn(page, hidden=False)
    score(games.sprint, {games.eva: "7"})
    expect(page.locator("#board-followed")).to_have_text(re.compile(r"1\. Eva 7"), timeout=SEEN_WITHIN)
    assert len(page.evaluate("window.notices")) == 1, "who looks is not notified"
