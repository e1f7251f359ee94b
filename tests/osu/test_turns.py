"""The queue for osu!: sixty calls a minute in all, nobody lost, players in turn."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from redis import Redis

from app.osu.turns import A_MINUTE, FORGOTTEN_MS, WINDOW_MS, TooLong, Turns


class Clock:
    def __init__(self) -> None:
        self.ms = 1_000_000

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def turns(redis_url: str, clock: Clock) -> Turns:
    return Turns(Redis.from_url(redis_url), now=clock)


def test_sixty_leave_at_once_and_the_next_when_the_first_is_a_minute_old(turns: Turns, clock: Clock) -> None:
    assert [turns.ask(f"t{number}", "eva") for number in range(A_MINUTE)] == [0] * A_MINUTE
    wait = turns.ask("late", "eva")
    assert wait == WINDOW_MS + 1
    clock.ms += wait - 2
    assert turns.ask("late", "eva") > 0
    clock.ms += 2
    assert turns.ask("late", "eva") == 0


def test_players_are_served_in_turn(turns: Turns, clock: Clock) -> None:
    """Eva wants twenty, Adam and Jan one each: they do not wait for all of hers."""
    for number in range(A_MINUTE):
        assert turns.ask(f"before{number}", "others") == 0
    asked = [("eva", f"eva{number}") for number in range(20)] + [("adam", "adam0"), ("jan", "jan0")]
    for player, ticket in asked:
        assert turns.ask(ticket, player) > 0
    served = []
    waiting = list(asked)
    while waiting:
        clock.ms += 1000
        for player, ticket in list(waiting):
            if turns.ask(ticket, player) == 0:
                served.append(player)
                waiting.remove((player, ticket))
    assert set(served[:3]) == {"eva", "adam", "jan"}
    assert Counter(served) == {"eva": 20, "adam": 1, "jan": 1}


def test_a_ticket_that_nobody_asks_for_any_more_holds_nobody_up(turns: Turns, clock: Clock) -> None:
    for number in range(A_MINUTE):
        turns.ask(f"t{number}", "eva")
    assert turns.ask("gone", "adam") > 0
    assert turns.ask("here", "jan") > 0
    clock.ms += WINDOW_MS + FORGOTTEN_MS + 1
    assert turns.ask("here", "jan") == 0


def test_a_pause_that_osu_asked_for_is_kept_by_everybody(turns: Turns, clock: Clock) -> None:
    turns.close(30)
    assert turns.ask("one", "eva") == 30_000
    clock.ms += 30_000
    assert turns.ask("one", "eva") == 0


def test_who_cannot_wait_is_told_at_once_how_long_it_takes(turns: Turns) -> None:
    for number in range(A_MINUTE):
        turns.ask(f"t{number}", "eva")
    began = time.monotonic()
    with pytest.raises(TooLong) as late:
        turns.wait("eva", 2)
    assert late.value.seconds == 60
    assert time.monotonic() - began < 1
    with pytest.raises(TooLong):
        turns.wait("adam", 2)


def test_twenty_workers_at_once_send_no_more_than_sixty_in_any_minute_and_lose_none(redis_url: str) -> None:
    """A minute passes thirty times as fast here."""
    began, sent = time.monotonic(), []
    together = Barrier(20)

    def now() -> int:
        return int((time.monotonic() - began) * 30_000)

    def work(worker: int) -> None:
        turns = Turns(Redis.from_url(redis_url), now=now, prefix="osu:fast")
        together.wait()
        for call in range(8):
            while turns.ask(f"{worker}-{call}", f"player {worker}"):
                time.sleep(0.005)
            sent.append((now(), worker))

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(work, range(20)))
    assert Counter(worker for _at, worker in sent) == dict.fromkeys(range(20), 8)
    # The moments at which they noted it come a little after those that were counted.
    times = sorted(at for at, _worker in sent)
    slack = 6_000
    assert all(later - earlier > WINDOW_MS - slack for earlier, later in zip(times, times[A_MINUTE:], strict=False))
    shares = Counter(worker for _at, worker in sorted(sent)[A_MINUTE : 2 * A_MINUTE])
    assert max(shares.values()) <= 6, "three is everybody's share of a minute"
