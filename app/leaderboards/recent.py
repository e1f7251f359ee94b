"""Standings that this process worked out last, for other views of the same moment: pages, categories, explanations.

They are kept under what they are of and the revision that was read before them, so they are at least as new as that.
Few, for those of ten thousand people take megabytes.
"""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from .standings import StandingsOf

MOST = 3

Make = Callable[[], StandingsOf[Any]]


class Recent:
    """Safe for threads, which may work out the same thing at once: nobody waits for another."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, StandingsOf[Any]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Make) -> StandingsOf[Any]:
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return made


@contextmanager
def without_collecting() -> Iterator[None]:
    """What a board is made of lives until it is made: to look through it for garbage would take a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
