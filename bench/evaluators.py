"""Forty evaluators, each a cell a second for a minute, as their sheets send it: on SQLite and on PostgreSQL.

Each has a group and a session of their own, fetches a token, and sends one edit at a time under a key, on the version
that it was told before. Counted are answers that took long, that were not "saved", and values that are not there in the
end. PostgreSQL is the one of the tests, which does not wait for the disk; SQLite does.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlalchemy import select

from app.accounts.actions import create_user, open_session
from app.accounts.models import Role, User
from app.events.models import Event, EventEvaluator, GroupEvaluator
from app.extensions import db
from app.scoring.models import Record, RecordChange
from bench import data
from bench.harness import Asker, Place, Server, get, header, place, row, servers
from tests.support import postgres
from tests.support.session import Session

EVALUATORS, SECONDS = 40, int(os.environ.get("SECONDS", "60"))


@dataclass
class Evaluator:
    """What one of them needs and remembers. `wrote` is the last value of each participant that was acknowledged."""

    user_id: int
    cookie: str
    sheet: str
    people: list[int]
    activity: int
    ms: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    wrote: dict[int, Decimal] = field(default_factory=dict)
    saves: int = 0


def main() -> None:
    with place() as here:
        measure(here, "SQLite")
        with postgresql() as url:
            measure(replace(here, database=url), "PostgreSQL")


@contextmanager
def postgresql() -> Iterator[str]:
    run = Session()
    try:
        with postgres.server(run.folder).database() as url:
            yield url
    finally:
        run.end()


def measure(here: Place, name: str) -> None:
    evaluators = prepare(here)
    with servers(here, "wsgi:app") as [server]:
        begins = time.monotonic() + 2
        threads = [
            threading.Thread(target=score, args=(server, one, begins + number / EVALUATORS))
            for number, one in enumerate(evaluators)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        cpu = server.cpu()
    waits = sorted(ms for one in evaluators for ms in one.ms)
    wrong = [problem for one in evaluators for problem in one.wrong]
    p95 = waits[int(len(waits) * 0.95)]
    print(f"\n{EVALUATORS} evaluators, a cell a second each, {SECONDS} s, on {name}")
    row("saving one cell", f"{p95:.0f} ms", "p95 of", str(len(waits)), f"{len(wrong)} wrong", "100 ms, none")
    row("median, slowest", f"{waits[len(waits) // 2]:.0f} ms", f"{waits[-1]:.0f} ms", f"{cpu:.1f} s CPU", "", "")
    row("lost updates", str(lost(here, evaluators)), "", "", "", "0")
    for problem in wrong[:3]:
        print(problem)


def prepare(here: Place) -> list[Evaluator]:
    app = here.app()
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    with app.app_context():
        event = data.event(EVALUATORS * data.PER_GROUP, with_records=False)
        users = [create_user(f"e{n}@example.org", f"Eva {n}", Role.EVALUATOR, None, by=None) for n in range(EVALUATORS)]
        db.session.flush()
        made = [evaluator(event, number, user, signer) for number, user in enumerate(users)]
        db.session.commit()
        db.engine.dispose()
    return made


def evaluator(event: Event, number: int, user: User, signer: object) -> Evaluator:
    group, activity = event.groups[number], event.activities[0]
    db.session.add(EventEvaluator(event_id=event.id, user_id=user.id))
    db.session.flush()
    db.session.add(GroupEvaluator(event_id=event.id, user_id=user.id, group_id=group.id))
    token = open_session(user, address="127.0.0.1", browser="bench")
    cookie = signer.dumps({"_user_id": token})  # type: ignore[attr-defined]
    people = [person.id for person in group.participants]
    return Evaluator(user.id, f"laurel={cookie}", f"/sheets/{group.id}/{activity.id}", people, activity.id)


def score(server: Server, one: Evaluator, due: float) -> None:
    asker = Asker(server)
    _status, head, body = asker.ask(get("/sheets/reader", Cookie=one.cookie, Accept="application/json"))
    one.cookie = (header(head, "Set-Cookie") or one.cookie).partition(";")[0]
    token = json.loads(body)["csrf_token"]
    versions = dict.fromkeys(one.people, 0)
    until = due + SECONDS
    while due < until:
        time.sleep(max(0.0, due - time.monotonic()))
        person = one.people[one.saves % len(one.people)]
        one.saves += 1
        edit = {"key": secrets.token_hex(16), "participant": person, "version": versions[person]}
        # Close to each other, as in real life: what looks wrong is asked about and not saved.
        value = Decimal(480 + (one.saves * 7 + person) % 41) / 10
        request = {"user": str(one.user_id), "edits": [{**edit, "marks": [str(value)]}]}
        began = time.perf_counter()
        status, _head, body = asker.ask(post(f"{one.sheet}/edits", json.dumps(request), one.cookie, token))
        one.ms.append((time.perf_counter() - began) * 1000)
        answer = json.loads(body)["answers"][0] if status == 200 else {}
        if answer.get("verdict") == "saved":
            versions[person], one.wrote[person] = answer["version"], value
        else:
            one.wrong.append(f"{status} {body[:200]!r}")
        due += 1


def post(path: str, body: str, cookie: str, token: str) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Accept: application/json",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"Cookie: {cookie}",
        f"X-CSRFToken: {token}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def lost(here: Place, evaluators: list[Evaluator]) -> int:
    """Values that were acknowledged and do not stand, and acknowledged changes that history does not have."""
    wrote = {(one.activity, person): value for one in evaluators for person, value in one.wrote.items()}
    acknowledged = sum(len(one.ms) - len(one.wrong) for one in evaluators)
    with here.app().app_context():
        stands = {
            (activity, person): amount
            for activity, person, amount in db.session.execute(
                select(Record.activity_id, Record.participant_id, Record.amount)
            )
        }
        changes = db.session.query(RecordChange).count()
        db.engine.dispose()
    return sum(stands.get(key) != value for key, value in wrote.items()) + abs(changes - acknowledged)


if __name__ == "__main__":
    main()
