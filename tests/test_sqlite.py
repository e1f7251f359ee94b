"""Who may write when: threads take turns on SQLite, and a save asks for its turn once it knows what to write."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import event as sqlalchemy_event

from app.accounts.models import Role
from app.extensions import db
from app.sqlite import PATIENCE, Connection, Turns, connections
from tests.conftest import SignIn
from tests.support import make


def test_threads_write_in_the_order_they_came() -> None:
    turns, written = Turns(), []

    def write(number: int) -> None:
        assert turns.take()
        written.append(number)
        turns.give()

    assert turns.take()
    threads = [Thread(target=write, args=(number,)) for number in range(5)]
    for waiting, thread in enumerate(threads, start=1):
        thread.start()
        while len(turns._waiting) < waiting:
            time.sleep(0.001)
    turns.give()
    for thread in threads:
        thread.join(10)
    assert written == [0, 1, 2, 3, 4]


def test_who_has_waited_too_long_is_passed_over() -> None:
    turns = Turns()
    assert turns.take()
    assert not turns.take(0.01)
    turns.give()
    assert turns.take(0.01)


@pytest.mark.parametrize("ends", [Connection.commit, Connection.rollback, Connection.close])
def test_a_turn_ends_with_its_transaction(ends: object) -> None:
    make_one = connections()
    one, other = make_one(":memory:"), make_one(":memory:")
    one.await_turn()
    assert callable(ends)
    ends(one)
    other.await_turn()
    assert other._has_turn
    for connection in (one, other):
        connection.close()


def test_another_process_is_waited_for_a_few_milliseconds_at_a_time(tmp_path: Path) -> None:
    """Two `connections()` know nothing of each other's turns, as in two processes."""
    ours, theirs = (
        connections()(tmp_path / "laurel.db", isolation_level=None, check_same_thread=False) for _each in range(2)
    )
    theirs.execute("PRAGMA journal_mode=WAL")
    theirs.begin_writing(theirs.cursor())
    began: list[float] = []

    def write() -> None:
        ours.begin_writing(ours.cursor())
        began.append(time.monotonic())

    thread = Thread(target=write)
    thread.start()
    time.sleep(0.2)
    assert began == []
    ended = time.monotonic()
    theirs.commit()
    thread.join(10)
    assert began[0] - ended < 0.09, "SQLite by itself sleeps 100 ms by now"
    assert ours.execute("PRAGMA busy_timeout").fetchone() == (PATIENCE * 1000,)
    ours.rollback()
    for connection in (ours, theirs):
        connection.close()


def test_another_process_that_writes_for_too_long_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = (connections()(tmp_path / "laurel.db", isolation_level=None) for _each in range(2))
    theirs.begin_writing(theirs.cursor())
    monkeypatch.setattr("app.sqlite.PATIENCE", 0.05)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        ours.begin_writing(ours.cursor())
    for connection in (ours, theirs):
        connection.close()


@pytest.mark.usefixtures("context")
def test_others_may_write_while_a_save_finds_out_what_to_write(sign_in: SignIn) -> None:
    activity = make.activity(make.event())
    eva = make.participant(make.group(activity.event))
    browser = sign_in(make.user(Role.ADMIN))
    sent: list[str] = []
    with browser.application.app_context():
        engine = db.engine

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    sqlalchemy_event.listen(engine, "before_cursor_execute", note)
    url = f"/sheets/{eva.group_id}/{activity.id}/{eva.id}"
    assert browser.post(url, data={f"value-{eva.id}-1": "12", f"version-{eva.id}": "0"}).status_code == 303
    first, locks = sent.index("BEGIN"), sent.index("BEGIN IMMEDIATE")
    assert (first, [one for one in sent[:locks] if not one.startswith(("BEGIN", "SELECT"))]) == (0, [])
    assert len(sent[:locks]) > 3
    assert any("FROM activities" in one or "JOIN activities" in one for one in sent[locks:])
