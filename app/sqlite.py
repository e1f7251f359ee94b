"""SQLite lets one connection write at a time: the threads of a process take turns, and none of them polls.

By itself, SQLite has whoever waits sleep and try again, up to 100 ms at a time, while those who come later go first.
Between processes it cannot be otherwise, but only one thread of each waits so, and it looks every millisecond.
"""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from functools import partial
from threading import Lock
from typing import Any

PATIENCE = 15
"""How many seconds to wait for others who write, before the request fails."""
LOOKS_EVERY = 0.001
"""Seconds between two tries to write while another process does."""


class Turns:
    """First come, first served."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    def take(self, seconds: float = PATIENCE) -> bool:
        """Wait for one's turn; False where it has not come in time."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            called = Lock()
            called.acquire()
            self._waiting.append(called)
        if called.acquire(timeout=seconds):
            return True
        with self._guard:
            if called not in self._waiting:
                return True  # It came after all.
            self._waiting.remove(called)
            return False

    def give(self) -> None:
        """To whoever has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class Connection(sqlite3.Connection):
    """Its turn ends with its transaction."""

    def __init__(self, *args: Any, turns: Turns, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turns = turns
        self._has_turn = False

    def await_turn(self) -> None:
        """Where none comes in time, SQLite itself says what is the matter."""
        self._has_turn = self._turns.take()

    def begin_writing(self, cursor: sqlite3.Cursor) -> None:
        """BEGIN IMMEDIATE as soon as no other process writes. Raises `sqlite3.OperationalError` after `PATIENCE`."""
        until = time.monotonic() + PATIENCE
        self.execute("PRAGMA busy_timeout=0")
        try:
            while True:
                try:
                    cursor.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                        raise
                    time.sleep(LOOKS_EVERY)
                else:
                    return
        finally:
            self.execute(f"PRAGMA busy_timeout={int(PATIENCE * 1000)}")

    def end_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self._turns.give()

    def commit(self) -> None:
        super().commit()
        self.end_turn()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self.end_turn()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self.end_turn()


def connections() -> partial[Connection]:
    """What makes the connections of one engine."""
    return partial(Connection, turns=Turns())
